//! What an adapter can do, as plain data: what operations choose their GPU kernels by.

use crate::Limits;

/// What an adapter can do. The default is what WebGPU guarantees of a real GPU.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Caps {
    /// What it can hold.
    pub limits: Limits,
    /// Whether it is a CPU in disguise (SwiftShader, lavapipe), which wants kernels of its own.
    pub software: bool,
    /// Whether shaders have 16-bit floats (`shader-f16`).
    pub f16: bool,
    /// Invocations of a subgroup, the fewest and the most, where shaders may exchange numbers in one.
    pub subgroup: Option<[u32; 2]>,
    /// Sizes `[m, n, k]` of the matrices (f16 in, f32 out) that it multiplies at once.
    pub matrices: Vec<[u32; 3]>,
    /// As the driver or the browser says it: `nvidia`, `0x10de`; empty where neither does.
    pub vendor: String,
    /// Who reads the shaders.
    pub dialect: Dialect,
}

/// Who reads the shaders; what they accept differs in directives only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// wgpu's own compiler (natively), which wants no `enable subgroups`.
    #[default]
    Naga,
    /// A browser's, which does.
    Browser,
}
