//! Models of the tests, made ready, and their runs overheard.

use super::{Golden, folder};
use decant_graph::Device;
use decant_sd::Error;
use decant_sd::files::Folder;
use decant_sd::pipeline::{Event, Generated, Observer, Options, Pipeline};
use decant_sd::request::Request;
use decant_sd::trace::{Beside, Trace};
use decant_solver::Sampler;
use pollster::block_on;
use std::rc::Rc;

/// A model of `tests/models`, or the embedded one.
pub fn load(name: &str, device: Rc<dyn Device>) -> Pipeline {
    load_as(name, device, Options::default())
}

pub fn load_as(name: &str, device: Rc<dyn Device>, options: Options) -> Pipeline {
    let place = if name == "digits" { "models" } else { "tests/models" };
    let files = Rc::new(Folder::open(folder(place).join(name)).expect("the model is there"));
    block_on(Pipeline::load(files, device, options, &mut |_| {})).expect("the model is sound")
}

/// Keeps a run's trace.
struct Tracing(Trace);

impl Observer for Tracing {
    async fn event(&mut self, event: Event<'_>) -> Result<(), Error> {
        self.0.note(&event);
        Ok(())
    }
}

/// A run, and its trace as a file like the goldens.
pub fn trace(pipeline: &mut Pipeline, request: &Request) -> (Generated, Golden) {
    let mut watcher = Tracing(Trace::default());
    let generated = block_on(pipeline.generate(request, &mut watcher)).expect("the run is sound");
    let file = Golden::from_bytes(watcher.0.finish(&generated, Beside::default()));
    (generated, file)
}

/// What a trace calls a golden's tensor: its `latents_000` are those after the step.
pub fn in_trace(tensor: &str) -> String {
    tensor.strip_prefix("latents_").map_or(tensor.into(), |step| format!("next_{step}"))
}

impl Golden {
    /// What the judge was asked for: settings as JSON, or one after the other.
    pub fn request(&self) -> Request {
        if self.has_setting("request") {
            return Request::from_json(&self.setting("request")).expect("settings as any");
        }
        Request {
            prompt: self.setting("prompt"),
            negative: self.setting("negative"),
            steps: self.setting("steps").parse().ok(),
            guidance: self.setting("guidance").parse().ok(),
            seed: self.setting("seed").parse().expect("a whole number"),
            sampler: Some(Sampler::from_id(&self.setting("sampler")).expect("a sampler of ours")),
            width: self.setting("width").parse().ok(),
            height: self.setting("height").parse().ok(),
            ..Request::default()
        }
    }
}
