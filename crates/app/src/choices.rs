//! The ways to keep a model's weights, and which of them to take where nobody chose.

use crate::failure::{Failure, message};
use crate::js::{object, sentence_object};
use decant_graph::{ENCODINGS, Encoding};
use decant_sd::pipeline::{Pipeline, Prediction};
use decant_sd::sentence;
use js_sys::Array;
use wasm_bindgen::JsValue;

/// What a choice is called when weights are kept as the files have them.
const STORED: &str = "stored";

/// A way to keep the weights, weighed. The first is as the files have them.
pub struct Weighed {
    prediction: Prediction,
    title: String,
    suggested: bool,
}

/// Every choice for a picture of that size; what comes to the same as the files have it is no choice of its own, and f32 is never one.
pub fn weigh(pipeline: &Pipeline, width: usize, height: usize, guided: bool) -> Result<Vec<Weighed>, Failure> {
    let mut predictions = pipeline.predictions(width, height, guided).map_err(Failure::from)?;
    let stored = predictions.remove(0);
    let (same, others): (Vec<_>, Vec<_>) = predictions.into_iter().partition(|other| other.memory == stored.memory);
    // Where all come to the same, as on the CPU, which computes with f32 whatever it was given, none of them tells what is stored.
    let title = match &*same {
        [only] => format!("as stored ({})", name(only.encoding)),
        _ => "as stored".into(),
    };
    let mut weighed = vec![Weighed { prediction: stored, title, suggested: false }];
    let others = others.into_iter().filter(|other| other.encoding != Some(Encoding::F32));
    weighed.extend(others.map(|other| Weighed { title: name(other.encoding).into(), prediction: other, suggested: false }));
    let suggested = suggestion(&weighed.iter().map(|one| (one.prediction.memory.peak(), one.prediction.memory.fits())).collect::<Vec<_>>());
    weighed[suggested].suggested = true;
    Ok(weighed)
}

/// Of choices by peak and whether that fits: the first where it fits, else the largest that fits, else the smallest.
fn suggestion(choices: &[(u64, bool)]) -> usize {
    let places = || 0..choices.len();
    match choices.first() {
        Some((_, true)) => 0,
        _ => {
            places().filter(|i| choices[*i].1).max_by_key(|i| choices[*i].0).or_else(|| places().min_by_key(|i| choices[*i].0)).unwrap_or(0)
        }
    }
}

/// From the page's word for it to what the pipeline is asked for.
pub fn encoding(pipeline: &Pipeline, weights: &str) -> Result<Option<Encoding>, Failure> {
    if weights == STORED {
        return Ok(None);
    }
    if weights != "auto" {
        let unknown =
            || Failure::new("request", sentence!("There is no encoding “{got}”; there are {known}", got = weights, known = names()));
        return Encoding::named(weights).map(Some).ok_or_else(unknown);
    }
    let defaults = pipeline.defaults();
    let weighed = weigh(pipeline, defaults.width, defaults.height, defaults.guidance > 1.0)?;
    Ok(weighed.iter().find(|one| one.suggested).and_then(|one| one.prediction.encoding))
}

/// The page's word for an encoding.
pub fn name(encoding: Option<Encoding>) -> &'static str {
    encoding.map_or(STORED, |encoding| encoding.row().name)
}

fn names() -> Vec<&'static str> {
    ["auto", STORED].into_iter().chain(ENCODINGS.iter().map(|row| row.name)).collect()
}

/// As `Choice` in `web/api/decant.d.ts`.
pub fn array(weighed: &[Weighed]) -> Array {
    let one = |Weighed { prediction, title, suggested }: &Weighed| {
        let problem = prediction.memory.problem();
        object([
            ("weights", name(prediction.encoding).into()),
            ("title", title.into()),
            ("readBytes", (prediction.file_bytes as f64).into()),
            ("peakBytes", (prediction.memory.peak() as f64).into()),
            ("problem", problem.as_ref().map_or(JsValue::NULL, |problem| message(problem).into())),
            ("sentence", problem.as_ref().map_or(JsValue::NULL, sentence_object)),
            ("suggested", (*suggested).into()),
        ])
    };
    weighed.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::suggestion;

    #[test]
    fn what_fits_is_suggested_as_stored_or_as_large_as_can_be() {
        let cases: [(&[(u64, bool)], usize); 5] = [
            (&[(10, true), (5, true), (3, true)], 0),
            (&[(10, false), (3, true), (5, true)], 2),
            (&[(10, false), (5, false), (3, false)], 2),
            (&[(3, true), (10, true)], 0),
            (&[(10, false)], 0),
        ];
        for (choices, expected) in cases {
            assert_eq!(suggestion(choices), expected, "{choices:?}");
        }
    }
}
