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
    /// What its matrix units multiply, where shaders can ask for that: f16 by f16, added up in f32.
    pub matrices: Option<Matrices>,
}

/// How a GPU's matrix units are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matrices {
    /// Rows and columns of each of the three: 8 or 16.
    pub size: u32,
    /// Invocations that ask together: 8, 32 or 64, the adapter's only size of subgroup.
    pub subgroup: u32,
}
