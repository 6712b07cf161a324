//! Finding a GPU, and knowing when it is gone.

use crate::pipeline::Pipelines;
use crate::tally::Tally;
use decant_graph::caps::{Caps, Matrices};
use decant_graph::{Error, KernelChoice, Limits};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// What a person and a log should know of the adapter.
#[derive(Debug, Clone, PartialEq)]
pub struct Adapter {
    /// As the driver names it.
    pub name: String,
    /// `Vulkan`, `Metal`, `Dx12` or `BrowserWebGpu`.
    pub backend: String,
    /// Whether it is a CPU in disguise (SwiftShader, lavapipe): slower than [`decant_graph::Cpu`] in most places.
    pub software: bool,
    /// Whether launches can be timed on the device's own clock.
    pub timestamps: bool,
}

/// A GPU. Clones share it.
#[derive(Clone)]
pub struct Gpu(pub(crate) Rc<Inner>);

pub(crate) struct Inner {
    pub device: wgpu::Device,
    pub queue: wgpu::Queue,
    pub adapter: Adapter,
    pub caps: Caps,
    /// Which kernels are taken: none but the tables' until something else is said.
    pub choice: RefCell<KernelChoice>,
    pub pipelines: Pipelines,
    /// Arithmetic operations a second in the fastest run so far, waiting included.
    pub speed: Cell<f64>,
    pub tally: Rc<Tally>,
    trouble: Arc<Mutex<Trouble>>,
}

/// What the driver told us between two runs.
#[derive(Default)]
struct Trouble {
    lost: Option<String>,
    error: Option<Error>,
}

impl Gpu {
    /// The adapter that the platform prefers for speed, with all that it offers: larger buffers and timestamps where there are any.
    ///
    /// # Errors
    /// [`Error::Device`] when there is no adapter or it gives no device; the sentence says which.
    pub async fn request() -> Result<Gpu, Error> {
        let instance = wgpu::Instance::new(wgpu::InstanceDescriptor::new_without_display_handle());
        let options = wgpu::RequestAdapterOptions { power_preference: wgpu::PowerPreference::HighPerformance, ..Default::default() };
        let adapter = instance.request_adapter(&options).await;
        let adapter = adapter.map_err(|e| Error::Device(format!("no WebGPU adapter was found: {e}")))?;
        let wanted = wgpu::Features::TIMESTAMP_QUERY | wgpu::Features::SHADER_F16;
        let features = adapter.features() & (wanted | wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX);
        let descriptor = wgpu::DeviceDescriptor {
            label: Some("decant"),
            required_features: features,
            required_limits: adapter.limits(),
            // SAFETY: of what is experimental only matrix units are asked for, by one kernel, which is compared with the CPU before it is chosen.
            experimental_features: unsafe { wgpu::ExperimentalFeatures::enabled() },
            ..Default::default()
        };
        let device = adapter.request_device(&descriptor).await;
        let (device, queue) = device.map_err(|e| Error::Device(format!("the WebGPU adapter gives no device: {e}")))?;
        Ok(Gpu::new(&adapter, device, queue))
    }

    fn new(adapter: &wgpu::Adapter, device: wgpu::Device, queue: wgpu::Queue) -> Gpu {
        let trouble = Arc::new(Mutex::new(Trouble::default()));
        let note = trouble.clone();
        device.set_device_lost_callback(move |reason, message| {
            let text = if message.is_empty() { format!("{reason:?}") } else { message };
            note.lock().unwrap_or_else(|e| e.into_inner()).lost.get_or_insert(text);
        });
        let note = trouble.clone();
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            note.lock().unwrap_or_else(|e| e.into_inner()).error.get_or_insert(refusal(error));
        }));
        let (info, has) = (adapter.get_info(), device.limits());
        let named = [&info.name, &info.driver, &info.driver_info].into_iter().find(|n| !n.is_empty());
        let properties = adapter.cooperative_matrix_properties();
        let adapter = Adapter {
            name: named.cloned().unwrap_or_else(|| "an adapter that does not say its name".into()),
            backend: format!("{:?}", info.backend),
            software: info.device_type == wgpu::DeviceType::Cpu,
            timestamps: device.features().contains(wgpu::Features::TIMESTAMP_QUERY),
        };
        let limits = Limits {
            binding: has.max_storage_buffer_binding_size,
            buffer: has.max_buffer_size,
            storage_buffers: has.max_storage_buffers_per_shader_stage,
            groups: has.max_compute_workgroups_per_dimension,
            invocations: has.max_compute_invocations_per_workgroup,
            workgroup_memory: has.max_compute_workgroup_storage_size,
        };
        let f16 = device.features().contains(wgpu::Features::SHADER_F16);
        let caps = Caps { limits, software: adapter.software, f16, matrices: matrices(&info, &device, &properties) };
        Gpu(Rc::new(Inner {
            device,
            queue,
            adapter,
            caps,
            choice: RefCell::default(),
            pipelines: Pipelines::default(),
            speed: Cell::default(),
            tally: Rc::default(),
            trouble,
        }))
    }

    /// What the adapter is.
    pub fn adapter(&self) -> &Adapter {
        &self.0.adapter
    }

    /// Gives the device up; whatever runs on it from now on reports [`Error::Lost`]. For tests of exactly that.
    pub fn destroy(&self) {
        self.0.device.destroy();
        let mut trouble = self.0.trouble.lock().unwrap_or_else(|e| e.into_inner());
        trouble.lost.get_or_insert("it was destroyed".into());
    }
}

impl Inner {
    /// What went wrong on the device since the last time that this was asked.
    pub fn check(&self) -> Result<(), Error> {
        let mut trouble = self.trouble.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(reason) = &trouble.lost {
            return Err(Error::Lost(reason.clone()));
        }
        match trouble.error.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// The device is gone, for this reason where the driver gave none.
    pub fn lose(&self, reason: &str) -> Error {
        let mut trouble = self.trouble.lock().unwrap_or_else(|e| e.into_inner());
        Error::Lost(trouble.lost.get_or_insert_with(|| reason.into()).clone())
    }

    /// A run of so many arithmetic operations took so long.
    pub fn measured(&self, flops: u64, seconds: f64) {
        // A clock of whole milliseconds, or one that was set back, says nothing of a short run.
        if seconds > 0.01 {
            self.speed.set(self.speed.get().max(flops as f64 / seconds));
        }
    }

    /// Runs `make` and waits for the driver's word on it; running out of memory is said in a sentence of its own.
    pub async fn guarded<T>(&self, what: &str, make: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let made = make();
        let (invalid, full) = (validation.pop(), memory.pop());
        if let Some(error) = invalid.await {
            return Err(Error::Device(format!("{what}: the GPU refused: {error}")));
        }
        if full.await.is_some() {
            return Err(Error::OutOfMemory(format!("{what}: the GPU is out of memory; a smaller picture or smaller weights may fit")));
        }
        made
    }
}

/// What its matrix units multiply: halves, added up in f32, the largest that there is; where subgroups are of one size, so that a kernel can
/// count on it.
fn matrices(info: &wgpu::AdapterInfo, device: &wgpu::Device, properties: &[wgpu::CooperativeMatrixProperties]) -> Option<Matrices> {
    use wgpu::CooperativeScalarType::{F16, F32};
    let offered = device.features().contains(wgpu::Features::EXPERIMENTAL_COOPERATIVE_MATRIX);
    let fits = |has: &&wgpu::CooperativeMatrixProperties| {
        (has.ab_type, has.cr_type) == (F16, F32) && has.m_size == has.n_size && has.n_size == has.k_size
    };
    let size = properties.iter().filter(fits).map(|has| has.m_size).max()?;
    (offered && info.subgroup_min_size == info.subgroup_max_size).then_some(Matrices { size, subgroup: info.subgroup_min_size })
}

/// What the driver says of something that nobody waited for.
fn refusal(error: wgpu::Error) -> Error {
    match error {
        wgpu::Error::OutOfMemory { .. } => {
            Error::OutOfMemory("the GPU is out of memory; a smaller picture or smaller weights may fit".into())
        }
        other => Error::Device(format!("the GPU refused: {other}")),
    }
}

/// At a lost device's end wgpu waits for it once more, and panics where the driver has another word for the loss: what is left of it stays.
#[cfg(not(target_arch = "wasm32"))]
impl Drop for Inner {
    fn drop(&mut self) {
        if self.trouble.lock().unwrap_or_else(|e| e.into_inner()).lost.is_some() {
            std::mem::forget((self.device.clone(), self.queue.clone()));
        }
    }
}
