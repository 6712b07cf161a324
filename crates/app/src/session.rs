//! An open model, as the worker holds it.

use crate::failure::Failure;
use crate::js::{now, object, pixels};
use crate::machine::{self, Choice, Machine};
use crate::source::{self, Source};
use crate::watch::{Watcher, count};
use decant_graph::Error as Graph;
use decant_sd::Error;
use decant_sd::component::Progress;
use decant_sd::files::Files;
use decant_sd::pipeline::{Options, Pipeline};
use decant_sd::request::{Defaults, Preview, Request};
use decant_sd::tokenizer::Tokenizer;
use decant_solver::{SAMPLERS, Sampler};
use js_sys::{Array, Function};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A model on a machine. While a run waits at a step, everything but a second run can be asked.
#[wasm_bindgen]
pub struct Session {
    pipeline: RefCell<Pipeline>,
    tokenizer: Rc<Tokenizer>,
    about: About,
}

/// What a session can say while its pipeline is busy.
struct About {
    family: String,
    machine: Machine,
    defaults: Defaults,
    factor: usize,
    predicted_bytes: u64,
}

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

#[wasm_bindgen]
impl Session {
    /// Opens a model on the GPU or the CPU; `on_progress` hears `{ label, loaded, total }`.
    pub async fn open(source: Source, device: String, on_progress: Function) -> Result<Session, Failure> {
        let choice = Choice::parse(&device)?;
        let files = source::files(&source)?;
        let mut progress = |label: &str, loaded: u64, total: Option<u64>| {
            let total = total.map_or(JsValue::NULL, |total| (total as f64).into());
            let told = object([("label", label.into()), ("loaded", (loaded as f64).into()), ("total", total)]);
            // Whoever only listens cannot stop the loading by failing.
            let _ = on_progress.call1(&JsValue::NULL, &told);
        };
        progress("Looking for a GPU", 0, None);
        let machine = machine::choose(choice).await?;
        progress("Reading the configuration", 0, None);
        match load(&files, &machine, &mut progress).await {
            // A GPU that cannot hold or run the model is no GPU for it.
            Err(Error::Graph(Graph::Device(_) | Graph::Lost(_))) if choice == Choice::Auto && machine.gpu => {
                let cpu = machine::cpu(Some("failed"));
                let pipeline = load(&files, &cpu, &mut progress).await;
                Session::new(pipeline.map_err(Failure::opening)?, cpu)
            }
            loaded => Session::new(loaded.map_err(Failure::opening)?, machine),
        }
    }

    fn new(pipeline: Pipeline, machine: Machine) -> Result<Session, Failure> {
        let defaults = pipeline.defaults().clone();
        let memory = pipeline.memory(defaults.width, defaults.height, defaults.guidance > 1.0).map_err(Failure::opening)?;
        let about = About {
            family: pipeline.config().family.clone(),
            machine,
            factor: pipeline.factor(),
            predicted_bytes: memory.peak(),
            defaults,
        };
        Ok(Session { tokenizer: pipeline.tokenizer(), pipeline: RefCell::new(pipeline), about })
    }

    /// `Info` in `web/decant.d.ts`.
    pub fn info(&self) -> JsValue {
        let About { family, machine, defaults, factor, predicted_bytes } = &self.about;
        let samplers: Array = SAMPLERS.iter().map(|row| object([("name", row.id.into()), ("title", row.name.into())])).collect();
        object([
            ("family", family.into()),
            ("adapter", machine.name.as_str().into()),
            ("device", if machine.gpu { "gpu" } else { "cpu" }.into()),
            ("software", machine.software.into()),
            ("fallbackReason", machine.fallback.map_or(JsValue::NULL, JsValue::from)),
            ("defaults", defaults_object(defaults)),
            ("factor", (*factor).into()),
            ("samplers", samplers.into()),
            ("predictedBytes", (*predicted_bytes as f64).into()),
        ])
    }

    /// `TokenCount` in `web/decant.d.ts`.
    pub fn tokenize(&self, text: &str) -> Result<JsValue, Failure> {
        Ok(count(&self.tokenizer.encode(text)?))
    }

    /// Makes a picture: `RawResult` in `web/protocol.d.ts`. `on_step` is awaited after each step, and ends the run by rejecting.
    #[expect(clippy::await_holding_refcell_ref, reason = "a run is the only borrower, and a second run is refused in a sentence")]
    pub async fn generate(&self, settings: Settings, on_step: Function) -> Result<JsValue, Failure> {
        let request = request(&settings)?;
        let started = now();
        let busy = |_| Failure::new("request", "A picture is being made; one at a time");
        let mut pipeline = self.pipeline.try_borrow_mut().map_err(busy)?;
        let mut watcher = Watcher::new(on_step, started);
        let generated = pipeline.generate(&request, &mut watcher).await?;
        Ok(watcher.result(pixels(&generated.picture)))
    }
}

async fn load(files: &Rc<dyn Files>, machine: &Machine, progress: &mut dyn FnMut(&str, u64, Option<u64>)) -> Result<Pipeline, Error> {
    let mut tell = |at: Progress| {
        let label = match at.component {
            "text_encoder" => "Reading the text encoder",
            "unet" => "Reading the denoiser",
            _ => "Reading the picture decoder",
        };
        progress(label, at.bytes, Some(at.total));
    };
    Pipeline::load(files.clone(), machine.device.clone(), Options::default(), &mut tell).await
}

fn defaults_object(defaults: &Defaults) -> JsValue {
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
fn request(settings: &Settings) -> Result<Request, Failure> {
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
