//! An open model, as the worker holds it.

use crate::catalog::catalog;
use crate::choices;
use crate::failure::{Failure, busy};
use crate::inputs::{JsInputs, images};
use crate::js::{now, object, pixels, property, set, text_property, texts};
use crate::kernels::GpuKernels;
use crate::machine::{self, DeviceChoice, Machine};
use crate::settings::{Settings, defaults_object, gears_array, grammar_object, request};
use crate::source::{JsFiles, WorkerFiles};
use crate::upscale::Upscaler;
use crate::watch::{Watcher, count};
use decant_graph::{Encoding, Error as Graph};
use decant_record::also;
use decant_sd::Error;
use decant_sd::component::Progress;
use decant_sd::files::Files;
use decant_sd::layout::{self, Opened};
use decant_sd::pipeline::{Options, Pipeline};
use decant_sd::prompt::{How, Reader, Unfollowed, short, unfollowed};
use decant_sd::request::Request;
use decant_sd::sentence;
use js_sys::{Array, Function};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// A model on a machine. It is opened, which reads no weights, then filled, then asked for pictures. While a run waits at a step, everything
/// but a second run can be asked.
#[wasm_bindgen]
pub struct Session {
    files: Rc<dyn Files>,
    preview: Option<Rc<dyn Files>>,
    choice: DeviceChoice,
    family: layout::Choice,
    reader: RefCell<Rc<Reader>>,
    pipeline: RefCell<Pipeline>,
    about: RefCell<About>,
    vae: RefCell<Option<String>>,
}

/// What a session can say while its pipeline is busy.
struct About {
    machine: Machine,
    weights: Option<Encoding>,
    predicted_bytes: u64,
}

impl Session {
    /// The pipeline, which a run borrows for as long as it takes.
    pub(crate) fn pipeline(&self) -> &RefCell<Pipeline> {
        &self.pipeline
    }

    /// What stands in for the model's own autoencoder, for records.
    pub(crate) fn called_vae(&self, name: Option<String>) {
        *self.vae.borrow_mut() = name;
    }
}

#[wasm_bindgen]
impl Session {
    /// Looks for the GPU or takes the CPU, and reads what the model says of itself; `wanted` and `on_progress` are `Wanted` and `Tell` in
    /// `web/api/protocol.d.ts`.
    pub async fn open(files: JsFiles, preview: Option<JsFiles>, wanted: JsValue, on_progress: Function) -> Result<Session, Failure> {
        let (choice, family) = (DeviceChoice::parse(&text_property(&wanted, "device"))?, family_choice(&wanted)?);
        let files: Rc<dyn Files> = Rc::new(WorkerFiles(files));
        let preview = preview.map(|files| Rc::new(WorkerFiles(files)) as Rc<dyn Files>);
        tell(&on_progress, "Looking for a GPU", 0, None);
        let kept = property(&wanted, "gpuKernels").unwrap_or(JsValue::UNDEFINED);
        let machine = machine::choose_with(choice, &kept, &mut || tell(&on_progress, "Trying kernels", 0, None)).await?;
        tell(&on_progress, "Reading the headers", 0, None);
        let pipeline = open(files.clone(), preview.clone(), &family, None, &machine).await?;
        let about = About { machine, weights: None, predicted_bytes: predicted(&pipeline)? };
        Ok(Session {
            files,
            preview,
            choice,
            family,
            reader: RefCell::new(pipeline.reader()),
            pipeline: RefCell::new(pipeline),
            about: RefCell::new(about),
            vae: RefCell::default(),
        })
    }

    /// What each way to keep the weights comes to for a picture of that size: an array of `Choice` in `web/api/decant.d.ts`.
    pub fn weigh(&self, width: usize, height: usize, guided: bool) -> Result<Array, Failure> {
        let pipeline = self.pipeline.try_borrow().map_err(busy)?;
        Ok(choices::array(&choices::weigh(&pipeline, width, height, guided)?))
    }

    /// Brings the weights to the device, kept as `weights` says: `Weights` in `web/api/decant.d.ts`.
    #[expect(clippy::await_holding_refcell_ref, reason = "nothing else is asked before the weights are there, or is refused in a sentence")]
    pub async fn fill(&self, weights: String, on_progress: Function) -> Result<(), Failure> {
        let mut pipeline = self.pipeline.try_borrow_mut().map_err(busy)?;
        let encoding = choices::encoding(&pipeline, &weights)?;
        pipeline.set_encoding(encoding);
        let on_gpu = self.about.borrow().machine.gpu;
        match fill(&mut pipeline, &on_progress).await {
            // A GPU that cannot hold or run the model is no GPU for it.
            Err(Error::Graph(Graph::Device(_) | Graph::OutOfMemory(_) | Graph::Lost(_))) if self.choice == DeviceChoice::Auto && on_gpu => {
                let cpu = machine::cpu(Some("failed")).await;
                *pipeline = open(self.files.clone(), self.preview.clone(), &self.family, encoding, &cpu).await?;
                self.called_vae(None);
                *self.reader.borrow_mut() = pipeline.reader();
                fill(&mut pipeline, &on_progress).await.map_err(Failure::opening)?;
                self.about.borrow_mut().machine = cpu;
            }
            filled => filled.map_err(Failure::opening)?,
        }
        let mut about = self.about.borrow_mut();
        (about.weights, about.predicted_bytes) = (encoding, predicted(&pipeline)?);
        Ok(())
    }

    /// `Info` in `web/api/decant.d.ts`, but for what only the worker knows.
    pub fn info(&self) -> Result<JsValue, Failure> {
        let pipeline = self.pipeline.try_borrow().map_err(busy)?;
        let About { machine, weights, predicted_bytes } = &*self.about.borrow();
        let Opened { layout, why, taken_for, families, .. } = pipeline.opened();
        let families: Array = families.iter().map(|row| object([("id", row.id.into()), ("title", row.title.into())])).collect();
        Ok(object([
            ("family", pipeline.config().family.as_str().into()),
            ("distilled", pipeline.config().distilled.map_or(JsValue::NULL, |how| how.id().into())),
            ("layout", (*layout).into()),
            ("why", why.into()),
            ("takenFor", taken_for.map_or(JsValue::NULL, |row| row.id.into())),
            ("families", families.into()),
            ("adapter", machine.name.as_str().into()),
            ("path", machine.device.path().map_or(JsValue::NULL, JsValue::from)),
            ("gpuKernels", machine.kernels.as_ref().map_or(JsValue::NULL, kernels_object)),
            ("device", if machine.gpu { "gpu" } else { "cpu" }.into()),
            ("software", machine.software.into()),
            ("fallbackReason", machine.fallback.map_or(JsValue::NULL, JsValue::from)),
            ("defaults", defaults_object(pipeline.defaults())),
            ("words", texts(&pipeline.config().words)),
            ("examples", texts(&pipeline.config().examples)),
            ("grammar", pipeline.config().grammar.as_ref().map_or(JsValue::NULL, grammar_object)),
            ("upscaler", pipeline.config().upscaler.as_deref().map_or(JsValue::NULL, JsValue::from)),
            ("gears", gears_array(&pipeline.config().gears)),
            ("factor", pipeline.factor().into()),
            ("catalog", catalog()),
            ("predictedBytes", (*predicted_bytes as f64).into()),
            ("weights", choices::name(*weights).into()),
        ]))
    }

    /// `TokenCount` in `web/api/decant.d.ts`, of a text that is read as those settings say.
    pub fn tokenize(&self, text: &str, how: Settings) -> Result<JsValue, Failure> {
        let how = How::from(&request(&how)?);
        let counted = count(&self.reader.borrow().read(text, how)?);
        let one = |one: Unfollowed| object([("what", one.construct.id.into()), ("text", short(one.text).into())]);
        set(&counted, "unfollowed", unfollowed(text, how).into_iter().map(one).collect::<Array>().into());
        Ok(counted)
    }

    /// The upscaler that the model's folder brings along (`Info.upscaler`), on the machine that the model is on.
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn upscaler(&self) -> Result<Upscaler, Failure> {
        let network = self.pipeline.try_borrow().map_err(busy)?.upscaler().await.map_err(Failure::opening)?;
        let network = network
            .ok_or_else(|| Failure::new("request", sentence!("This model's folder brings no upscaler along; open one from a file")))?;
        Ok(Upscaler::new(self.about.borrow().machine.clone(), network))
    }

    /// Makes one picture: `RawResult` in `web/api/protocol.d.ts`. `on_step` is awaited after each step, and ends the run by rejecting;
    /// with `attention`, steps say where the denoiser looked.
    #[expect(clippy::await_holding_refcell_ref, reason = "a run is the only borrower, and a second run is refused in a sentence")]
    pub async fn generate(&self, settings: Settings, inputs: JsInputs, on_step: Function, attention: bool) -> Result<JsValue, Failure> {
        let request = Request { images: images(&inputs)?, attention, ..request(&settings)? };
        let started = now();
        let mut pipeline = self.pipeline.try_borrow_mut().map_err(busy)?;
        pipeline.device().reset_peak();
        let mut watcher = Watcher::new(on_step, started);
        let generated = pipeline.generate(&request, &mut watcher).await?;
        let measured = pipeline.device().used().map_or(JsValue::NULL, |used| (used.peak as f64).into());
        let memory = object([("predicted", (generated.memory.peak() as f64).into()), ("measured", measured)]);
        let settled = &generated.settings.request;
        let vae = self.vae.borrow().as_ref().map(|name| format!("the autoencoder {name}"));
        let also: Array = vae.into_iter().chain(also(settled, &pipeline.textual_inversions())).map(JsValue::from).collect();
        let result = watcher.result(pixels(&generated.picture), settled, memory);
        set(&result, "also", also.into());
        Ok(result)
    }
}

/// What is wanted of a model whose tensors leave its family open: a family's id, what it predicts.
fn family_choice(wanted: &JsValue) -> Result<layout::Choice, Failure> {
    let given = |name| Some(text_property(wanted, name)).filter(|text| !text.is_empty());
    let prediction = given("prediction").map(|name| name.parse()).transpose().map_err(|error| Failure::opening(Error::Solver(error)))?;
    Ok(layout::Choice { prediction, family: given("family"), other_vae: false })
}

/// A model on a machine, without its weights.
async fn open(
    files: Rc<dyn Files>,
    preview: Option<Rc<dyn Files>>,
    family: &layout::Choice,
    weights: Option<Encoding>,
    machine: &Machine,
) -> Result<Pipeline, Failure> {
    let layout::Choice { prediction, family, .. } = family.clone();
    let options = Options { weights, preview, prediction, family, ..Options::default() };
    Pipeline::open(files, machine.device.clone(), options).await.map_err(Failure::opening)
}

async fn fill(pipeline: &mut Pipeline, on_progress: &Function) -> Result<(), Error> {
    let mut progress = |at: Progress| {
        let label = match at.component {
            "text_encoder" => "Reading the text encoder",
            "text_encoder_2" => "Reading the second text encoder",
            "unet" => "Reading the denoiser",
            _ => "Reading the picture decoder",
        };
        tell(on_progress, label, at.bytes, Some(at.total));
    };
    pipeline.load_resident(&mut progress).await
}

fn tell(on_progress: &Function, label: &str, loaded: u64, total: Option<u64>) {
    let total = total.map_or(JsValue::NULL, |total| (total as f64).into());
    // Whoever only listens cannot stop the loading by failing.
    let _ = on_progress.call3(&JsValue::NULL, &label.into(), &(loaded as f64).into(), &total);
}

fn kernels_object(kernels: &GpuKernels) -> JsValue {
    object([("key", kernels.key.as_str().into()), ("choice", kernels.choice.to_string().into())])
}

/// Bytes that a run at the model's own size takes at most.
fn predicted(pipeline: &Pipeline) -> Result<u64, Failure> {
    let defaults = pipeline.defaults();
    let memory = pipeline.memory(defaults.width, defaults.height, defaults.guidance > 1.0).map_err(Failure::opening)?;
    Ok(memory.peak())
}
