//! What a run starts from besides noise, as the page hands it over beside the settings: pixels, and latents as numbers or as a file.

use crate::failure::Failure;
use decant_sd::latents::{Latents, Level};
use decant_sd::picture::{Mask, Picture};
use decant_sd::request::Images;
use decant_sd::sentence;
use js_sys::{Float32Array, Uint8Array, Uint8ClampedArray};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `Inputs` in `web/api/protocol.d.ts`.
    #[wasm_bindgen(js_name = Inputs)]
    pub type JsInputs;

    #[wasm_bindgen(method, getter)]
    fn image(this: &JsInputs) -> Option<Pixels>;
    #[wasm_bindgen(method, getter)]
    fn mask(this: &JsInputs) -> Option<Pixels>;
    #[wasm_bindgen(method, getter)]
    fn latents(this: &JsInputs) -> Option<JsLatents>;
    #[wasm_bindgen(method, getter)]
    fn resemble(this: &JsInputs) -> Option<Pixels>;

    /// `Pixels` in `web/api/protocol.d.ts`.
    pub type Pixels;

    #[wasm_bindgen(method, getter)]
    fn width(this: &Pixels) -> usize;
    #[wasm_bindgen(method, getter)]
    fn height(this: &Pixels) -> usize;
    #[wasm_bindgen(method, getter)]
    fn rgba(this: &Pixels) -> Uint8ClampedArray;

    /// `RawLatents` in `web/api/protocol.d.ts`: a file, or numbers.
    pub type JsLatents;

    #[wasm_bindgen(method, getter)]
    fn file(this: &JsLatents) -> Option<Uint8Array>;
    #[wasm_bindgen(method, getter)]
    fn name(this: &JsLatents) -> String;
    #[wasm_bindgen(method, getter)]
    fn values(this: &JsLatents) -> Float32Array;
    #[wasm_bindgen(method, getter)]
    fn shape(this: &JsLatents) -> Vec<u32>;
    #[wasm_bindgen(method, getter)]
    fn level(this: &JsLatents) -> Option<String>;
}

/// What transparent pixels show.
const PAPER: [u8; 3] = [255; 3];

/// The page's pictures and latents as the request's.
pub fn images(inputs: &JsInputs) -> Result<Images, Failure> {
    let start = inputs.image().map(|pixels| picture(&pixels)).transpose()?;
    let mask = inputs.mask().map(|pixels| picture(&pixels)).transpose()?;
    let latents = inputs.latents().map(|latents| read_latents(&latents)).transpose()?.map(Rc::new);
    let loss = inputs.resemble().map(|pixels| picture(&pixels)).transpose()?.map(Rc::new);
    Ok(Images { picture: start.map(Rc::new), mask: mask.as_ref().map(Mask::from_picture).map(Rc::new), latents, loss })
}

/// A picture's pixels.
pub fn picture(pixels: &Pixels) -> Result<Picture, Failure> {
    Ok(Picture::from_rgba8(pixels.width(), pixels.height(), &pixels.rgba().to_vec(), PAPER)?)
}

/// Latents as numbers or as a file.
pub fn read_latents(latents: &JsLatents) -> Result<Latents, Failure> {
    if let Some(file) = latents.file() {
        return Ok(Latents::read(&latents.name(), &file.to_vec())?);
    }
    let (values, shape) = (latents.values().to_vec(), latents.shape());
    let level = match latents.level().as_deref() {
        Some("noise") => Level::Noise,
        Some("clean") => Level::Clean,
        _ => Level::Unknown,
    };
    let sides: Vec<usize> = shape.iter().map(|side| *side as usize).collect();
    match *sides {
        [channels, height, width] if channels.checked_mul(height).and_then(|n| n.checked_mul(width)) == Some(values.len()) => {
            Ok(Latents { shape: [channels, height, width], values, level })
        }
        _ => Err(Failure::new(
            "request",
            sentence!(
                "Latents of the shape {shape} do not have {count} numbers; give [channels, height, width]",
                shape = format!("{sides:?}"),
                count = values.len()
            ),
        )),
    }
}
