//! A run's settings: what the page asks for, made into a request, and what a model proposes, made into an object.

use crate::failure::Failure;
use crate::js::object;
use decant_sd::Error;
use decant_sd::request::{Defaults, Preview, Request};
use decant_solver::Sampler;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// `Settings` in `web/decant.d.ts`; what is left out, the model decides.
    pub type Settings;

    #[wasm_bindgen(method, getter)]
    fn prompt(this: &Settings) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn negative(this: &Settings) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn steps(this: &Settings) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn guidance(this: &Settings) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn seed(this: &Settings) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn sampler(this: &Settings) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn width(this: &Settings) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn height(this: &Settings) -> Option<f64>;
}

/// `Info.defaults` in `web/decant.d.ts`.
pub fn defaults_object(defaults: &Defaults) -> JsValue {
    object([
        ("prompt", defaults.prompt.as_str().into()),
        ("steps", defaults.steps.into()),
        // Through decimal text, so that 7.3 does not become 7.300000190734863.
        ("guidance", defaults.guidance.to_string().parse::<f64>().unwrap_or_default().into()),
        ("sampler", defaults.sampler.row().id.into()),
        ("width", defaults.width.into()),
        ("height", defaults.height.into()),
    ])
}

/// JavaScript's numbers as what they must be.
pub fn request(settings: &Settings) -> Result<Request, Failure> {
    let side = |name, value: Option<f64>| Ok::<_, Failure>(whole(name, value, u32::MAX as f64)?.map(|pixels| pixels as usize));
    let sampler = settings.sampler().map(|id| Sampler::from_id(&id)).transpose().map_err(Error::Solver)?;
    Ok(Request {
        prompt: settings.prompt().unwrap_or_default(),
        negative: settings.negative().unwrap_or_default(),
        steps: whole("steps", settings.steps(), u32::MAX as f64)?.map(|steps| steps as usize),
        guidance: settings.guidance().map(|guidance| guidance as f32),
        seed: whole("the seed", settings.seed(), 9_007_199_254_740_991.0)?.unwrap_or_default(),
        sampler,
        width: side("width", settings.width())?,
        height: side("height", settings.height())?,
        preview: Preview::Auto,
        ..Request::default()
    })
}

fn whole(name: &str, value: Option<f64>, most: f64) -> Result<Option<u64>, Failure> {
    match value {
        Some(value) if value.fract() != 0.0 || !(0.0..=most).contains(&value) => {
            Err(Failure::new("request", format!("{name} must be a whole number from 0 to {most}, but it is {value}")))
        }
        value => Ok(value.map(|value| value as u64)),
    }
}
