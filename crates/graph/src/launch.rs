//! What a GPU is to run, as plain data: which kernel, with which buffers, parameters and grid. Nothing here knows wgpu.

/// A kernel: a file in `shaders/`, what its open imports stand for, and what is taken for granted of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Kernel {
    /// `linear` is `shaders/linear.wgsl`.
    pub file: &'static str,
    /// `("weights", "q8_0")` makes `#import weights/*` read `shaders/weights/q8_0.wgsl`.
    pub imports: Vec<(&'static str, &'static str)>,
    /// Constants of the shader that its launches count on, such as a tile's rows in the grid. A test compares them with naga's reading.
    pub constants: Vec<(&'static str, u32)>,
}

impl Kernel {
    /// A file whose imports are all closed.
    pub fn new(file: &'static str) -> Kernel {
        Kernel { file, imports: vec![], constants: vec![] }
    }

    /// With `#import folder/*` reading that file of the folder.
    pub fn with(mut self, folder: &'static str, choice: &'static str) -> Kernel {
        self.imports.push((folder, choice));
        self
    }

    /// Taking for granted that the shader has constants of these values.
    pub fn assuming(mut self, constants: impl IntoIterator<Item = (&'static str, u32)>) -> Kernel {
        self.constants.extend(constants);
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
    /// The same, only read.
    ReadScratch(usize),
}

impl Slot {
    /// The whole of an operand.
    pub fn operand(index: usize) -> Slot {
        Slot::Operand(index, None)
    }
}

/// The value of one member of a shader's `Params`, in the member's type.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    /// `u32`.
    U32(u32),
    /// `f32`.
    F32(f32),
    /// `array<vec4<f32>, n>`: a multiple of four numbers.
    F32s(Vec<f32>),
}

impl Param {
    fn bytes(&self) -> usize {
        match self {
            Param::U32(_) | Param::F32(_) => 4,
            Param::F32s(values) => 4 * values.len(),
        }
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Param::U32(value) => bytes.extend(value.to_le_bytes()),
            Param::F32(value) => bytes.extend(value.to_le_bytes()),
            Param::F32s(values) => values.iter().for_each(|value| bytes.extend(value.to_le_bytes())),
        }
    }
}

impl From<u32> for Param {
    fn from(value: u32) -> Param {
        Param::U32(value)
    }
}

/// A size. One that is past 32 bits belongs to a value that no adapter's limits admit.
impl From<usize> for Param {
    fn from(value: usize) -> Param {
        Param::U32(value as u32)
    }
}

/// A distance; WGSL's `u32` wraps where it is below zero.
impl From<isize> for Param {
    fn from(value: isize) -> Param {
        Param::U32(value as u32)
    }
}

/// 1 for yes, 0 for no.
impl From<bool> for Param {
    fn from(value: bool) -> Param {
        Param::U32(value as u32)
    }
}

impl From<f32> for Param {
    fn from(value: f32) -> Param {
        Param::F32(value)
    }
}

impl From<Vec<f32>> for Param {
    fn from(values: Vec<f32>) -> Param {
        Param::F32s(values)
    }
}

/// One dispatch. Binding 0 is the parameters' uniform, binding `i + 1` is `slots[i]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Launch {
    /// What runs.
    pub kernel: Kernel,
    /// Its storage buffers, in binding order.
    pub slots: Vec<Slot>,
    /// Its uniform: the members of the shader's `Params`, in its order. A test compares names, order and types with naga's reading.
    pub params: Vec<(&'static str, Param)>,
    /// Workgroups in x, y, z.
    pub groups: [u32; 3],
    /// Arithmetic operations (a multiply-add is two), for benchmarks and for cutting long submissions.
    pub flops: u64,
}

impl Launch {
    /// Appends its uniform's bytes, whose number is a multiple of 16 in WGSL's eyes.
    pub fn write_params(&self, bytes: &mut Vec<u8>) {
        let start = bytes.len();
        self.params.iter().for_each(|(_, param)| param.write(bytes));
        bytes.resize(start + self.param_bytes(), 0);
    }

    /// Bytes of its uniform.
    pub fn param_bytes(&self) -> usize {
        self.params.iter().map(|(_, param)| param.bytes()).sum::<usize>().next_multiple_of(16)
    }
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
