//! A run's settings: what the page asks for, made into a request, and what a model proposes, made into an object.

use crate::failure::Failure;
use crate::js::{MOST_WHOLE, object, texts};
use decant_sd::config::{Gear, Grammar};
use decant_sd::error::Sentence;
use decant_sd::request::{Defaults, Preview, Request};
use decant_sd::sentence;
use decant_solver::Rng;
use js_sys::Array;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    /// `Settings` in `web/api/decant.d.ts`; what is left out, the model decides.
    pub type Settings;
}

/// `Info.gears` in `web/api/decant.d.ts`.
pub fn gears_array(gears: &[Gear]) -> JsValue {
    let one = |Gear { name, lora, steps, guidance, sampler }: &Gear| {
        object([
            ("name", name.as_str().into()),
            ("lora", lora.as_str().into()),
            ("steps", (*steps).into()),
            ("guidance", (*guidance).into()),
            ("sampler", sampler.as_str().into()),
        ])
    };
    gears.iter().map(one).collect::<Array>().into()
}

/// `Info.grammar` in `web/api/decant.d.ts`.
pub fn grammar_object(grammar: &Grammar) -> JsValue {
    object([("styles", texts(&grammar.styles)), ("backgrounds", texts(&grammar.backgrounds)), ("words", texts(&grammar.words))])
}

/// `Info.defaults` in `web/api/decant.d.ts`.
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

/// A request as the page's settings; what is as usual is left out.
pub fn settings_object(request: &Request) -> JsValue {
    // How steps were shown is no part of what determines a picture.
    let json = Request { preview: Preview::None, seed: seed_in_javascript(request), ..request.clone() }.to_json();
    js_sys::JSON::parse(&json).expect("what is written as JSON is read as JSON")
}

/// A seed that JavaScript can hold, of the same noise where there is one: PyTorch's generator on the CPU reads the last 32 bits alone.
fn seed_in_javascript(request: &Request) -> u64 {
    match (request.seed, request.rng) {
        (0..=MOST_WHOLE, _) | (_, Rng::Cuda) => request.seed,
        (seed, Rng::Cpu) => seed & u64::from(u32::MAX),
    }
}

/// What is to be told of a request whose seed JavaScript cannot hold, where no other one makes the same noise.
pub fn seed_note(request: &Request) -> Option<Sentence> {
    let seed = seed_in_javascript(request);
    (seed > MOST_WHOLE)
        .then(|| sentence!("seed {seed} has more digits than a page can hold: another one is taken, which makes another picture", seed))
}

/// The page's settings as a request: an object whose JSON [`Request::from_json`] reads.
pub fn request(settings: &Settings) -> Result<Request, Failure> {
    let json = js_sys::JSON::stringify(settings).ok().and_then(|text| text.as_string());
    let json = json.ok_or_else(|| Failure::new("request", sentence!("The settings must be an object")))?;
    let request = Request::from_json(&json).map_err(|error| Failure::new("request", error.sentence()))?;
    Ok(Request { preview: Preview::Auto, ..request })
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_solver::Noise;

    #[test]
    fn a_seed_that_javascript_cannot_hold_makes_the_same_noise_or_a_note() {
        let of = |seed, rng| Request { seed, rng, ..Request::default() };
        for seed in [0, 7, MOST_WHOLE] {
            assert_eq!((seed_in_javascript(&of(seed, Rng::Cpu)), seed_note(&of(seed, Rng::Cuda))), (seed, None));
        }
        for seed in [MOST_WHOLE + 2, u64::MAX - 4] {
            let held = seed_in_javascript(&of(seed, Rng::Cpu));
            assert_eq!(held as f64 as u64, held);
            assert_eq!(Noise::new(Rng::Cpu, held).randn(20), Noise::new(Rng::Cpu, seed).randn(20));
            assert_eq!(seed_note(&of(seed, Rng::Cpu)), None);
            assert!(
                seed_note(&of(seed, Rng::Cuda)).is_some_and(|note| note.to_string().starts_with(&format!("seed {seed} has more digits")))
            );
        }
    }
}
