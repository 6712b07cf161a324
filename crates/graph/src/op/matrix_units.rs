//! How products are made by matrix units: `shaders/arithmetic/matrix.wgsl`.

use crate::caps::{Caps, Matrices};
use crate::launch::Kernel;

/// Invocations of a workgroup of the square tile.
const SQUARE_THREADS: u32 = 64;
/// Bytes of workgroup memory of the kernel: both sides of a step, and the products on their way to where they are written.
const MATRIX_MEMORY: u32 = 22 << 10;

impl Matrices {
    /// Whether each subgroup has whole matrices of a tile's rows, and the rest fits.
    pub fn fit(self, tile_rows: usize, caps: &Caps) -> bool {
        let rows = tile_rows as u32 * self.subgroup / SQUARE_THREADS;
        let known = [8, 16].contains(&self.size) && [8, 32, 64].contains(&self.subgroup);
        known && rows.is_multiple_of(self.size) && caps.limits.workgroup_memory >= MATRIX_MEMORY
    }

    /// What the kernel imports for them.
    pub fn import(self, kernel: Kernel) -> Kernel {
        let size = if self.size == 8 { "8x8" } else { "16x16" };
        let subgroup = match self.subgroup {
            8 => "8",
            32 => "32",
            _ => "64",
        };
        kernel.with("matrix", size).with("subgroup", subgroup).assuming([("SIZE", self.size), ("SUBGROUP", self.subgroup)])
    }
}
