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
}
