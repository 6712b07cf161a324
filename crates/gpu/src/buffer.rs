//! GPU memory that is counted: every buffer of this crate, from its creation to its end.

use crate::adapter::Gpu;
use crate::tally::Tally;
use std::rc::Rc;

/// A buffer whose memory is given back when this is dropped; work that was submitted before still finishes.
pub(crate) struct Buffer {
    raw: wgpu::Buffer,
    tally: Rc<Tally>,
}

impl Buffer {
    /// What a buffer for so many bytes takes.
    pub fn real_size(bytes: u64) -> u64 {
        bytes.max(16)
    }

    /// A buffer of at least 16 bytes, which is the least that can be bound.
    pub fn new(gpu: &Gpu, size: u64, usage: wgpu::BufferUsages) -> Buffer {
        let size = Buffer::real_size(size);
        let raw = gpu.0.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false });
        gpu.0.tally.add(size);
        Buffer { raw, tally: gpu.0.tally.clone() }
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        self.tally.subtract(self.raw.size());
        // A browser would otherwise keep the memory until its garbage collector comes by.
        self.raw.destroy();
    }
}

impl std::ops::Deref for Buffer {
    type Target = wgpu::Buffer;
    fn deref(&self) -> &wgpu::Buffer {
        &self.raw
    }
}
