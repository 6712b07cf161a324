//! What a GPU is to run, as plain data: which kernel, with which buffers, parameters and grid. Nothing here knows wgpu.

/// A kernel: a file in `shaders/`, and what its open imports stand for.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// `linear` is `shaders/linear.wgsl`.
    pub file: &'static str,
    /// `("weights", "q8_0")` makes `#import weights/*` read `shaders/weights/q8_0.wgsl`.
    pub imports: Vec<(&'static str, &'static str)>,
}

impl Kernel {
    /// A file whose imports are all closed.
    pub fn new(file: &'static str) -> Kernel {
        Kernel { file, imports: vec![] }
    }

    /// With `#import folder/*` reading that file of the folder.
    pub fn with(mut self, folder: &'static str, choice: &'static str) -> Kernel {
        self.imports.push((folder, choice));
        self
    }
}

/// What one storage binding of a launch holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Slot {
    /// The operation's operand of that number, read only; bytes `offset..offset + size` of it where given.
    Operand(usize, Option<[u64; 2]>),
    /// The operation's result, written.
    Output,
    /// The operation's scratch buffer of that number, read and written.
    Scratch(usize),
}

impl Slot {
    /// The whole of an operand.
    pub fn operand(index: usize) -> Slot {
        Slot::Operand(index, None)
    }
}

/// One dispatch. Binding 0 is the parameters' uniform, binding `i + 1` is `slots[i]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Launch {
    /// What runs.
    pub kernel: Kernel,
    /// Its storage buffers, in binding order.
    pub slots: Vec<Slot>,
    /// Its uniform, in the order of the shader's `Params` (floats as bits).
    pub params: Vec<u32>,
    /// Workgroups in x, y, z.
    pub groups: [u32; 3],
    /// Arithmetic operations (a multiply-add is two), for benchmarks and for cutting long submissions.
    pub flops: u64,
}

/// What an adapter can hold. The default is WebGPU's guaranteed minimum.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Bytes of one storage binding.
    pub binding: u64,
    /// Bytes of one buffer.
    pub buffer: u64,
    /// Storage buffers in one launch.
    pub storage_buffers: u32,
    /// Workgroups in one dimension.
    pub groups: u32,
    /// Invocations in one workgroup.
    pub invocations: u32,
    /// Bytes of workgroup memory.
    pub workgroup_memory: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { binding: 128 << 20, buffer: 256 << 20, storage_buffers: 8, groups: 65_535, invocations: 256, workgroup_memory: 16 << 10 }
    }
}
