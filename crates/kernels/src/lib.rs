//! The arithmetic of the CPU runner: one kernel for each kind of work, written once over a small vector trait, compiled once for each
//! instruction set.
//!
//! Nothing here allocates, keeps state, reads a clock or knows of threads: a [`Call`] is plain data, its units can be done by anybody in any
//! order, and the bits are the same whoever does them. What operations mean, which of them becomes which calls, and where memory comes from
//! is `decant-graph`'s. All kernels work on channels-last f32; weights are packed in panels ([`Panels`]) and stay in their encoding.

#![no_std]
#![expect(
    unsafe_op_in_unsafe_fn,
    reason = "whole files work on pointers that a call hands over; blocks around every line would say nothing"
)]
#![expect(clippy::needless_range_loop, reason = "an index is a place in a window or a lane, and counts in several arrays at once")]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod attention;
mod backward;
mod call;
mod epilogue;
mod flat;
mod group_norm;
mod instance;
mod instances;
mod layer_norm;
mod maths;
#[cfg(target_arch = "aarch64")]
mod neon;
mod panels;
mod product;
mod rows;
mod scalar;
mod scratch;
mod set;
mod simd;
mod tile;
mod turn;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
mod winograd;
mod work;

pub use attention::Attention;
pub use backward::GroupNormBackward;
pub use call::{Call, Kernel, Progress, Run, Words, walk};
pub use flat::Flat;
pub use group_norm::GroupNorm;
pub use layer_norm::LayerNorm;
pub use panels::{Panels, Stored};
pub use product::Product;
pub use rows::{CopyRows, Gather, PixelShuffle, StackRows, Timestep, Upsample};
pub use set::{Set, Tile};
pub use turn::Turn;
