//! Weights in GPU memory: one buffer each, packed as their encoding says, shared by every program made ready on them.

use crate::adapter::Gpu;
use crate::buffer::Buffer;
use crate::ready::Ready;
use decant_graph::{Error, Executable, LocalFuture, Program, WeightSet, WeightUse};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

pub(crate) struct GpuWeightSet {
    gpu: Gpu,
    weights: HashMap<String, Weight>,
    /// The driver's word on each buffer: an error if there was no room.
    room: RefCell<Vec<LocalFuture<'static, Option<wgpu::Error>>>>,
}

struct Weight {
    held: WeightUse,
    /// How many have come.
    rows: usize,
    buffer: Rc<Buffer>,
}

impl GpuWeightSet {
    pub fn new(gpu: Gpu) -> GpuWeightSet {
        GpuWeightSet { gpu, weights: HashMap::new(), room: RefCell::default() }
    }

    fn allocate(&self, weight: &WeightUse) -> Result<Weight, Error> {
        let gpu = &self.gpu.0;
        let size = (weight.bytes() as u64).next_multiple_of(16);
        if size > gpu.caps.limits.buffer {
            let problem = format!("{size} bytes; this adapter's buffers end at {}", gpu.caps.limits.buffer);
            return Err(Error::Weight { name: weight.name.clone(), problem });
        }
        let full = gpu.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let buffer = Buffer::new(&self.gpu, size, wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST);
        self.room.borrow_mut().push(Box::pin(full.pop()));
        Ok(Weight { held: weight.clone(), rows: 0, buffer: Rc::new(buffer) })
    }
}

impl WeightSet for GpuWeightSet {
    fn upload_rows(&mut self, weight: &WeightUse, first_row: usize, values: &[f32]) -> Result<(), Error> {
        let parts = weight.pack_rows(first_row, values)?;
        let coming = match self.weights.remove(&weight.name) {
            Some(coming) if first_row > 0 => coming,
            _ => self.allocate(weight)?,
        };
        coming.held.expects(weight, coming.rows, first_row)?;
        let gpu = &self.gpu.0;
        for (at, bytes) in parts {
            gpu.queue.write_buffer(&coming.buffer, at as u64, &bytes);
        }
        // A native queue keeps a copy of what was written until something is submitted, and the driver is done with it.
        gpu.queue.submit([]);
        #[cfg(not(target_arch = "wasm32"))]
        crate::wait::wait(gpu, wgpu::PollType::Poll)?;
        gpu.check()?;
        let rows = first_row + values.len().checked_div(weight.row_numbers()).unwrap_or(0);
        self.weights.insert(weight.name.clone(), Weight { rows, ..coming });
        Ok(())
    }

    fn retain(&mut self, keep: &mut dyn FnMut(&str) -> bool) {
        self.weights.retain(|name, _| keep(name));
    }

    fn clear(&mut self) {
        self.weights.clear();
    }

    fn holds(&self, name: &str) -> bool {
        self.weights.get(name).is_some_and(|weight| weight.rows == weight.held.rows())
    }

    fn settle<'a>(&'a self) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async {
            let room = std::mem::take(&mut *self.room.borrow_mut());
            for answer in room {
                if answer.await.is_some() {
                    let name = &self.gpu.0.adapter.name;
                    let problem = format!("{name} has no room for the model's weights; a smaller or quantized model may fit");
                    return Err(Error::OutOfMemory(problem));
                }
            }
            self.gpu.0.check()
        })
    }

    fn ready<'a>(&'a self, program: Rc<Program>) -> LocalFuture<'a, Result<Box<dyn Executable>, Error>> {
        Box::pin(async move {
            let weights: Result<Vec<Rc<Buffer>>, Error> = program.weights.iter().map(|weight| self.buffer(weight)).collect();
            Ok(Box::new(Ready::new(self.gpu.clone(), program, weights?).await?) as Box<dyn Executable>)
        })
    }
}

impl GpuWeightSet {
    fn buffer(&self, wanted: &WeightUse) -> Result<Rc<Buffer>, Error> {
        let problem = match self.weights.get(&wanted.name) {
            Some(Weight { held, rows, buffer }) if held == wanted && *rows == held.rows() => return Ok(buffer.clone()),
            Some(Weight { held, rows, .. }) if held == wanted => format!("{rows} of its {} rows were uploaded", held.rows()),
            Some(Weight { held, .. }) => format!(
                "it was uploaded as {:?} {:?}, the program wants {:?} {:?}",
                held.layout, held.encoding, wanted.layout, wanted.encoding
            ),
            None => "it was never uploaded".into(),
        };
        Err(Error::Weight { name: wanted.name.clone(), problem })
    }
}
