//! Which kernels the GPU takes: what this browser kept of an earlier opening, or what is found by trying.

use crate::js::{self, property};
use decant_gpu::{Gpu, shader};
use decant_graph::tune::tune;
use decant_graph::{Device, Error, KernelChoice};
use wasm_bindgen::JsValue;

/// Seconds after which no further class of work is tried.
const BUDGET: f64 = 2.0;

/// What the GPU takes instead of the usual kernels: `Info.gpuKernels` in `web/api/decant.d.ts`.
#[derive(Clone)]
pub struct GpuKernels {
    /// The adapter and the shaders that it holds for.
    pub key: String,
    /// What was found.
    pub choice: KernelChoice,
}

/// Chooses for the adapter of that name. `kept` is `Wanted.gpuKernels` in `web/api/protocol.d.ts`: what was found before, by
/// [`GpuKernels::key`]. Where that is an object without this adapter, and the adapter is no emulated one, its kernels are tried.
///
/// # Errors
/// The adapter was lost, or has no room even for this.
pub async fn choose(gpu: &Gpu, name: &str, kept: &JsValue, on_try: &mut dyn FnMut()) -> Result<Option<GpuKernels>, Error> {
    if !kept.is_object() {
        return Ok(None);
    }
    let key = format!("{name} {:016x}", shader::fingerprint());
    let known = property(kept, &key).and_then(|choice| choice.as_string());
    let choice = match known {
        Some(text) => KernelChoice::parse(&text),
        None if gpu.adapter().software => return Ok(None),
        None => {
            on_try();
            tune(gpu, BUDGET, &|| js::now() / 1e3, &mut |_| {}).await?.choice
        }
    };
    gpu.choose_kernels(choice.clone());
    Ok(Some(GpuKernels { key, choice }))
}
