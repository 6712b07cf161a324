//! How a run lies in its file, whoever writes it: names, shapes, metadata. Of a tensor's numbers it knows where they are (`V`), not what:
//! the command's are bytes, a page's stay JavaScript's own, and both come to the same file.

use crate::latents::Statistics;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What a file says that it is (`format`), and which of its kind (`version`).
const FORMAT: &str = "decant trace";
const VERSION: &str = "2";

/// The tensors of a step that are shaped like its latents. They are called so by the sampler's [`decant_solver::Step`] and by
/// [`crate::pipeline::Eps`] (`eps_` before its fields), here in the file, and on the page ([`camel`]).
pub const STEP_TENSORS: [&str; 8] = ["latents", "model_input", "prediction", "denoised", "next", "eps_cond", "eps_uncond", "eps_guided"];

/// The settings that stand in the metadata beside the JSON of all, for readers of tables.
pub const ROWS: [&str; 6] = ["prompt", "negative", "sampler", "steps", "guidance", "seed"];

/// What a step says besides its tensors; names are `Step`'s in `web/api/decant.d.ts`. What is no number (an infinite sigma, or what a file of
/// before did not say) is null in the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepMetadata {
    /// How many model calls the run has.
    pub total: usize,
    /// What the model was told.
    pub timestep: f64,
    /// The noise level of what it was shown.
    pub sigma: f64,
    /// What the latents were divided by for it.
    pub scale: f64,
    /// The scale of guidance.
    pub guidance: f64,
    /// How long it took; 0 where nobody held a watch.
    pub milliseconds: f64,
    /// What each channel is like.
    pub channels: Option<Channels>,
}

/// What each channel is like, of the latents after a step and of those without noise.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Channels {
    /// After the step.
    pub next: Vec<Statistics>,
    /// Without noise, as predicted.
    pub denoised: Vec<Statistics>,
}

/// A file that is put together.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceFile<V> {
    tensors: Vec<Tensor<V>>,
    steps: Vec<StepMetadata>,
    metadata: BTreeMap<&'static str, String>,
}

#[derive(Debug, Clone, PartialEq)]
struct Tensor<V> {
    name: String,
    kind: Kind,
    shape: Vec<usize>,
    values: V,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    F32,
    U8,
}

impl<V> Default for TraceFile<V> {
    fn default() -> TraceFile<V> {
        TraceFile { tensors: vec![], steps: vec![], metadata: BTreeMap::new() }
    }
}

impl<V> TraceFile<V> {
    /// A tensor of float32.
    pub fn numbers(&mut self, name: &str, shape: &[usize], values: V) {
        self.tensors.push(Tensor { name: name.into(), kind: Kind::F32, shape: shape.to_vec(), values });
    }

    /// A step: its tensors by their names ([`STEP_TENSORS`]), those that there are.
    pub fn step<'n>(
        &mut self,
        index: usize,
        [c, h, w]: [usize; 3],
        tensors: impl IntoIterator<Item = (&'n str, V)>,
        metadata: StepMetadata,
    ) {
        for (name, values) in tensors {
            self.numbers(&format!("{name}_{index:03}"), &[1, c, h, w], values);
        }
        self.steps.push(metadata);
    }

    /// Where the denoiser looked in a step: `[tokens, h, w]`.
    pub fn attention(&mut self, index: usize, shape: [usize; 3], values: V) {
        self.numbers(&format!("attention_{index:03}"), &shape, values);
    }

    /// What a step was pulled by: the loss as one number, and its gradient by the latents `[c, h, w]`, before it is multiplied by σ².
    pub fn pulling(&mut self, index: usize, [c, h, w]: [usize; 3], loss: V, gradient: V) {
        self.numbers(&format!("loss_{index:03}"), &[1], loss);
        self.numbers(&format!("loss_gradient_{index:03}"), &[1, c, h, w], gradient);
    }

    /// A step's picture, `preview_noisy` or `preview_denoised`: `[h, w]` times red, green, blue.
    pub fn preview(&mut self, name: &str, index: usize, [h, w]: [usize; 2], values: V) {
        self.tensors.push(Tensor { name: format!("{name}_{index:03}"), kind: Kind::U8, shape: vec![h, w, 3], values });
    }

    /// An entry of the metadata, JSON.
    pub fn metadata(&mut self, name: &'static str, json: String) {
        self.metadata.insert(name, json);
    }

    /// What the picture was made with, as JSON, and of that the [`ROWS`].
    pub fn settings(&mut self, json: String, rows: [String; ROWS.len()]) {
        self.metadata.insert("settings", json);
        self.metadata.extend(ROWS.into_iter().zip(rows));
    }

    /// The file's beginning, and after it the tensors' numbers, one after the other.
    pub fn parts(mut self) -> (Vec<u8>, Vec<V>) {
        let steps = serde_json::to_string(&self.steps).expect("names and numbers are JSON");
        self.metadata.extend([("format", FORMAT.into()), ("version", VERSION.into()), ("step_metadata", steps)]);
        // Numbers of four bytes lie at multiples of four.
        self.tensors.sort_by_key(|tensor| tensor.kind == Kind::U8);
        let mut header = Map::from_iter([("__metadata__".to_string(), json!(self.metadata))]);
        let mut end = 0;
        for Tensor { name, kind, shape, .. } in &self.tensors {
            let begin = end;
            end += shape.iter().product::<usize>() * if *kind == Kind::F32 { 4 } else { 1 };
            let dtype = if *kind == Kind::F32 { "F32" } else { "U8" };
            header.insert(name.clone(), json!({"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}));
        }
        let text = Value::Object(header).to_string();
        // Blanks fill it up, so that numbers begin at a multiple of eight.
        let length = text.len().next_multiple_of(8);
        let header = [&(length as u64).to_le_bytes()[..], text.as_bytes(), &vec![b' '; length - text.len()]].concat();
        (header, self.tensors.into_iter().map(|tensor| tensor.values).collect())
    }
}

/// A name as JavaScript spells it: `model_input` is `modelInput`.
pub fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_string();
    words.fold(first, |all, word| all + &word[..1].to_ascii_uppercase() + &word[1..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::SafeTensors;

    #[test]
    fn another_reader_finds_what_was_written() {
        let mut file = TraceFile::default();
        file.preview("preview_noisy", 0, [1, 1], vec![1, 2, 3]);
        file.numbers("noise", &[1, 1, 1, 2], [1f32, 2.0].map(f32::to_le_bytes).concat());
        file.settings(r#"{"prompt":"“a”"}"#.into(), ROWS.map(String::from));
        let (header, tensors) = file.parts();
        let bytes = [vec![header], tensors].concat().concat();
        let (_, metadata) = SafeTensors::read_metadata(&bytes).expect("it is sound");
        let file = SafeTensors::deserialize(&bytes).expect("it is sound");
        assert_eq!(file.tensor("preview_noisy_000").expect("it is there").data(), [1, 2, 3]);
        assert_eq!(file.tensor("noise").expect("it is there").data(), [0, 0, 128, 63, 0, 0, 0, 64]);
        let says = metadata.metadata().as_ref().expect("some");
        assert_eq!((&says["format"][..], &says["version"][..], &says["step_metadata"][..]), (FORMAT, VERSION, "[]"));
        assert_eq!((&says["settings"][..], &says["prompt"][..]), (r#"{"prompt":"“a”"}"#, "prompt"));
    }

    #[test]
    fn names_are_spelled_as_javascript_does() {
        let page = ["latents", "modelInput", "prediction", "denoised", "next", "epsCond", "epsUncond", "epsGuided"];
        assert_eq!(STEP_TENSORS.map(camel), page);
    }
}
