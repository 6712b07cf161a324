//! Which machine computes: the GPU, or the CPU and why.

use crate::cores;
use crate::failure::Failure;
use crate::js::{self, object, text_property};
use crate::kernels::{self, GpuKernels};
use decant_graph::Device;
use decant_sd::error::Sentence;
use decant_sd::sentence;
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// Which of this machine's devices a person asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeviceChoice {
    /// A real GPU where there is one, else the CPU.
    Auto,
    /// The GPU, even one that the CPU emulates.
    Gpu,
    /// The CPU.
    Cpu,
}

/// Where a model runs, and what to say about it.
#[derive(Clone)]
pub struct Machine {
    /// It runs programs.
    pub device: Rc<dyn Device>,
    /// As it names itself.
    pub name: String,
    /// Whether it is a GPU, real or emulated.
    pub gpu: bool,
    /// Whether it is a GPU that the CPU emulates.
    pub software: bool,
    /// Which kernels it takes, where it is a GPU and does not take the usual ones.
    pub kernels: Option<GpuKernels>,
    /// Why it is not the GPU although nobody asked for the CPU: `FallbackReason` in `web/api/decant.d.ts`.
    pub fallback: Option<&'static str>,
}

impl DeviceChoice {
    /// From the page's word for it.
    pub fn parse(word: &str) -> Result<DeviceChoice, Failure> {
        match word {
            "auto" => Ok(DeviceChoice::Auto),
            "gpu" => Ok(DeviceChoice::Gpu),
            "cpu" => Ok(DeviceChoice::Cpu),
            _ => Err(Failure::new("request", sentence!("There is no device “{word}”; there are auto, gpu and cpu", word))),
        }
    }
}

/// The machine that the choice comes to here, a GPU with the usual kernels.
pub async fn choose(choice: DeviceChoice) -> Result<Machine, Failure> {
    choose_with(choice, &JsValue::UNDEFINED, &mut || {}).await
}

/// The machine that the choice comes to here, a GPU with the kernels that [`kernels::choose`] finds; `on_try` hears that it tries them.
pub async fn choose_with(choice: DeviceChoice, kept: &JsValue, on_try: &mut dyn FnMut()) -> Result<Machine, Failure> {
    match choice {
        DeviceChoice::Cpu => Ok(cpu(None).await),
        DeviceChoice::Gpu => gpu(kept, on_try).await.map_err(|refusal| Failure::new("device", refusal.sentence)),
        DeviceChoice::Auto => Ok(match gpu(kept, on_try).await {
            // Measured with the embedded model in Chromium: SwiftShader takes several times as long per step as the CPU runner.
            Ok(machine) if machine.software => cpu(Some("software")).await,
            Ok(machine) => machine,
            Err(refusal) => cpu(Some(refusal.reason)).await,
        }),
    }
}

/// The CPU, and why not the GPU.
pub async fn cpu(fallback: Option<&'static str>) -> Machine {
    Machine {
        device: Rc::new(cores::processor().await),
        name: "CPU (WebAssembly)".into(),
        gpu: false,
        software: false,
        kernels: None,
        fallback,
    }
}

/// Why there is no GPU.
struct Refusal {
    reason: &'static str,
    sentence: Sentence,
}

async fn gpu(kept: &JsValue, on_try: &mut dyn FnMut()) -> Result<Machine, Refusal> {
    let refuse = |reason, sentence| Refusal { reason, sentence };
    let failed = |error: decant_graph::Error| refuse("failed", decant_sd::Error::from(error).sentence());
    let name = match js::GPU.with(Clone::clone) {
        Some(gpu) => {
            adapter_name(&gpu).await.ok_or_else(|| refuse("no-adapter", sentence!("This browser has WebGPU but no GPU that it may use")))?
        }
        None if js::IS_SECURE_CONTEXT.with(|secure| *secure) => return Err(refuse("no-webgpu", sentence!("This browser has no WebGPU"))),
        None => {
            return Err(refuse("insecure", sentence!("Browsers hide WebGPU from a page that came over plain http from another machine")));
        }
    };
    let gpu = decant_gpu::Gpu::request().await.map_err(failed)?;
    let kernels = kernels::choose(&gpu, &name, kept, on_try).await.map_err(failed)?;
    let software = gpu.adapter().software;
    Ok(Machine { device: Rc::new(gpu), name, gpu: true, software, kernels, fallback: None })
}

/// What the adapter says of itself; browsers hide its full description from most pages, but not maker and architecture.
async fn adapter_name(gpu: &js::Gpu) -> Option<String> {
    let options = object([("powerPreference", "high-performance".into())]);
    let adapter = gpu.request_adapter(&options).await.ok().filter(|adapter| !adapter.is_null() && !adapter.is_undefined())?;
    let info = js_sys::Reflect::get(&adapter, &"info".into()).unwrap_or(JsValue::UNDEFINED);
    let parts = ["vendor", "architecture", "device"].map(|part| text_property(&info, part));
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    let described = text_property(&info, "description");
    let name = if described.is_empty() { parts.join(" ") } else { described };
    Some(if name.is_empty() { "a GPU that does not say its name".into() } else { name })
}
