//! Questions that make no picture: words as numbers, the schedule, noise, the autoencoder alone; and how runs differ, which needs no model.

use crate::failure::{Failure, busy};
use crate::inputs::{JsLatents, Pixels, picture, read_latents};
use crate::js::{floats, object, pixels, texts};
use crate::session::Session;
use crate::settings::{Settings, request};
use crate::watch::count;
use decant_sd::error::Value;
use decant_sd::latents::Latents;
use decant_sd::request::Decoder;
use decant_sd::sentence;
use decant_solver::compare;
use js_sys::{Array, Float32Array};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Session {
    /// A prompt as numbers: `Embeddings` in `web/api/decant.d.ts`.
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn embed(&self, settings: Settings) -> Result<JsValue, Failure> {
        let embeddings = self.pipeline().try_borrow_mut().map_err(busy)?.embed(&request(&settings)?).await?;
        Ok(object([
            ("tokens", count(&embeddings.tokens)),
            ("words", texts(&embeddings.words)),
            ("width", embeddings.width.into()),
            ("input", floats(&embeddings.input)),
            ("outputWidth", embeddings.output_width.into()),
            ("output", floats(&embeddings.output)),
        ]))
    }

    /// Tokens whose embeddings are much like a token's, or like a vector: `Neighbour` in `web/api/decant.d.ts`.
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn neighbours(&self, token: JsValue, count: usize) -> Result<Array, Failure> {
        let pipeline = self.pipeline().try_borrow().map_err(busy)?;
        let vector = match (token.as_string(), token.dyn_ref::<Float32Array>()) {
            (Some(word), _) => pipeline.embedding_of(&word).await?,
            (None, Some(numbers)) => numbers.to_vec(),
            (None, None) => return Err(Failure::new("request", sentence!("Neighbours are those of a word or of a Float32Array"))),
        };
        let nearest = pipeline.neighbours(&vector, count).await?;
        Ok(nearest
            .iter()
            .map(|near| object([("token", near.token.as_str().into()), ("id", near.id.into()), ("cosine", near.cosine.into())]))
            .collect())
    }
}

#[wasm_bindgen]
impl Session {
    /// A picture through the autoencoder and back: `RawRoundTrip` in `web/api/protocol.d.ts`.
    #[wasm_bindgen(js_name = roundTrip)]
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn round_trip(&self, image: Pixels) -> Result<JsValue, Failure> {
        let trip = self.pipeline().try_borrow_mut().map_err(busy)?.round_trip(&picture(&image)?, None).await?;
        Ok(object([
            ("before", pixels(&trip.before)),
            ("latents", latents_object(&trip.latents, Some("clean"))),
            ("after", pixels(&trip.after)),
            ("psnr", trip.psnr().into()),
            ("ratio", trip.ratio().into()),
        ]))
    }

    /// Latents as a picture, by the autoencoder that is named: `Pixels` in `web/api/protocol.d.ts`.
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn decode(&self, latents: JsLatents, by: String) -> Result<JsValue, Failure> {
        let latents = read_latents(&latents)?;
        let mut pipeline = self.pipeline().try_borrow_mut().map_err(busy)?;
        let picture = match by.as_str() {
            "model" => pipeline.decode(&latents).await?,
            "tiny" => pipeline.decode_by(Decoder::Tiny, &latents).await?,
            "projection" => pipeline.project(&latents).await?,
            other => {
                let got = Value::quoted(other);
                let problem = sentence!("Latents cannot be decoded by {got}; by \"model\", \"tiny\" or \"projection\" they can", got);
                return Err(Failure::new("request", problem));
            }
        };
        Ok(pixels(&picture))
    }

    /// The noise levels of a run and of training: `Schedule` in `web/api/decant.d.ts`.
    pub fn schedule(&self, settings: Settings) -> Result<JsValue, Failure> {
        let schedule = self.pipeline().try_borrow().map_err(busy)?.schedule(&request(&settings)?)?;
        Ok(object([
            ("timesteps", floats(&schedule.timesteps)),
            ("sigmas", floats(&schedule.sigmas)),
            ("alphasCumprod", floats(&schedule.alphas_cumprod)),
        ]))
    }

    /// Latents with the noise of a training timestep: `RawNoised` in `web/api/protocol.d.ts`.
    #[wasm_bindgen(js_name = addNoise)]
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn add_noise(&self, latents: JsLatents, timestep: usize, seed: u32) -> Result<JsValue, Failure> {
        let latents = read_latents(&latents)?;
        let noised = self.pipeline().try_borrow_mut().map_err(busy)?.add_noise(&latents, timestep, u64::from(seed)).await?;
        Ok(object([
            ("latents", latents_object(&noised.latents, None)),
            ("preview", pixels(&noised.preview)),
            ("signal", noised.signal.into()),
            ("noise", noised.noise.into()),
        ]))
    }
}

/// `Latents` in `web/api/decant.d.ts`.
fn latents_object(latents: &Latents, level: Option<&str>) -> JsValue {
    let shape: Array = latents.shape.into_iter().map(JsValue::from).collect();
    object([("values", floats(&latents.values)), ("shape", shape.into()), ("level", level.map_or(JsValue::UNDEFINED, JsValue::from))])
}

/// Runs in the plane in which they differ most: `Plane` in `web/api/decant.d.ts`; needs no model.
#[wasm_bindgen]
pub fn plane(runs: Array) -> Result<JsValue, Failure> {
    let wrong = || Failure::new("request", sentence!("Runs are arrays of Float32Arrays, all of one length"));
    let points = |run: JsValue| {
        let points = run.dyn_into::<Array>().ok()?.into_iter().map(|point| Some(point.dyn_into::<Float32Array>().ok()?.to_vec()));
        points.collect::<Option<Vec<Vec<f32>>>>()
    };
    let runs = runs.iter().map(points).collect::<Option<Vec<_>>>().ok_or_else(wrong)?;
    let mut lengths = runs.iter().flatten().map(Vec::len);
    if lengths.next().is_some_and(|first| lengths.any(|other| other != first)) {
        return Err(wrong());
    }
    let slices: Vec<Vec<&[f32]>> = runs.iter().map(|run| run.iter().map(Vec::as_slice).collect()).collect();
    let plane = compare::plane(&slices);
    let pair = |pair: &[f64; 2]| JsValue::from(pair.iter().map(|x| JsValue::from(*x)).collect::<Array>());
    let runs = plane.runs.iter().map(|run| run.iter().map(pair).collect::<Array>());
    Ok(object([("runs", runs.collect::<Array>().into()), ("explained", pair(&plane.explained))]))
}

/// How far two lists of numbers lie apart: `Distance` in `web/api/decant.d.ts`; needs no model.
#[wasm_bindgen]
pub fn distance(a: &[f32], b: &[f32]) -> Result<JsValue, Failure> {
    if a.len() != b.len() {
        let problem = sentence!(
            "Lists of {first} and of {second} numbers cannot be compared; give two of one length",
            first = a.len(),
            second = b.len()
        );
        return Err(Failure::new("request", problem));
    }
    let compare::Distance { rms, cosine, lengths } = compare::distance(a, b);
    let lengths: Array = lengths.into_iter().map(JsValue::from).collect();
    Ok(object([("rms", rms.into()), ("cosine", cosine.into()), ("lengths", lengths.into())]))
}
