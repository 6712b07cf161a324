//! A run as an animated PNG: noisy latents on the left, the predicted picture on the right. No model is needed.

use crate::failure::Failure;
use crate::inputs::{Pixels, picture};
use crate::record::record;
use crate::settings::Settings;
use decant_record::Animation;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;

/// Of a finished run: each step's two previews, in order, and the picture, all `Pixels` in `web/api/protocol.d.ts`; and its record, as for the
/// picture's own file.
#[wasm_bindgen]
pub fn animate(noisy: &Array, denoised: &Array, image: &Pixels, settings: &Settings, about: &JsValue) -> Result<Uint8Array, Failure> {
    let image = picture(image)?;
    let mut animation = Animation::new(image.width, image.height);
    let of = |pixels: JsValue| picture(pixels.unchecked_ref());
    let total = noisy.length() as usize;
    for (index, (noisy, denoised)) in noisy.iter().zip(denoised.iter()).enumerate() {
        animation.step(index, total, &of(noisy)?, &of(denoised)?);
    }
    animation.finish(&image);
    let texts = record(settings, about)?.texts();
    let bytes = animation
        .apng(&texts.each_ref().map(|(keyword, text)| (*keyword, text.as_str())))
        .map_err(|error| Failure::new("request", error.sentence()))?;
    Ok(Uint8Array::from(bytes.as_slice()))
}
