//! Weights in GPU memory: one buffer each, packed as their encoding says, shared by every program made ready on them.

use crate::adapter::Gpu;
use crate::ready::Ready;
use decant_graph::{Error, Executable, LocalFuture, Program, WeightSet, WeightUse};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

pub(crate) struct GpuWeightSet {
    gpu: Gpu,
    buffers: HashMap<String, (WeightUse, wgpu::Buffer)>,
    /// The driver's word on each upload: an error if there was no room.
    room: RefCell<Vec<LocalFuture<'static, Option<wgpu::Error>>>>,
}

impl GpuWeightSet {
    pub fn new(gpu: Gpu) -> GpuWeightSet {
        GpuWeightSet { gpu, buffers: HashMap::new(), room: RefCell::default() }
    }
}

impl WeightSet for GpuWeightSet {
    fn upload(&mut self, weight: &WeightUse, values: &[f32]) -> Result<(), Error> {
        let gpu = &self.gpu.0;
        let bytes = weight.pack(values)?;
        let size = (bytes.len() as u64).next_multiple_of(16);
        if size > gpu.limits.buffer {
            let problem = format!("{size} bytes; this adapter's buffers end at {}", gpu.limits.buffer);
            return Err(Error::Weight { name: weight.name.clone(), problem });
        }
        let full = gpu.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = gpu.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(&weight.name),
            size,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.room.borrow_mut().push(Box::pin(full.pop()));
        gpu.queue.write_buffer(&buffer, 0, &bytes);
        // A native queue keeps a copy of what was written until something is submitted.
        gpu.queue.submit([]);
        gpu.check()?;
        self.buffers.insert(weight.name.clone(), (weight.clone(), buffer));
        Ok(())
    }

    fn holds(&self, name: &str) -> bool {
        self.buffers.contains_key(name)
    }

    fn settle<'a>(&'a self) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async {
            #[cfg(not(target_arch = "wasm32"))]
            let _ = self.gpu.0.device.poll(wgpu::PollType::Poll); // frees the copies that are done; how many is nobody's concern
            let room = std::mem::take(&mut *self.room.borrow_mut());
            for answer in room {
                if answer.await.is_some() {
                    let name = &self.gpu.0.adapter.name;
                    return Err(Error::Device(format!("{name} has no room for the model's weights; a smaller or quantized model may fit")));
                }
            }
            self.gpu.0.check()
        })
    }

    fn ready<'a>(&'a self, program: Rc<Program>) -> LocalFuture<'a, Result<Box<dyn Executable>, Error>> {
        Box::pin(async move {
            let weights: Result<Vec<wgpu::Buffer>, Error> = program.weights.iter().map(|weight| self.buffer(weight)).collect();
            Ok(Box::new(Ready::new(self.gpu.clone(), program, &weights?).await?) as Box<dyn Executable>)
        })
    }
}

impl GpuWeightSet {
    fn buffer(&self, wanted: &WeightUse) -> Result<wgpu::Buffer, Error> {
        let problem = match self.buffers.get(&wanted.name) {
            Some((held, buffer)) if held == wanted => return Ok(buffer.clone()),
            Some((held, _)) => format!(
                "it was uploaded as {:?} {:?}, the program wants {:?} {:?}",
                held.layout, held.encoding, wanted.layout, wanted.encoding
            ),
            None => "it was never uploaded".into(),
        };
        Err(Error::Weight { name: wanted.name.clone(), problem })
    }
}
