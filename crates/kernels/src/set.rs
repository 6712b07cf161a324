//! Instruction sets: what each is called, and the shape of its register tile.

/// Vector instructions that kernels are written for. The tiles of all are known everywhere, since one module may pack weights for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Set {
    /// Plain Rust, on any processor.
    Scalar,
    /// WebAssembly's 128-bit vectors.
    Simd128,
    /// The same with fused products and sums.
    RelaxedSimd,
    /// AVX2, FMA and F16C.
    Avx2,
    /// AVX-512F.
    Avx512,
    /// NEON.
    Neon,
}

/// A register tile: so many rows of results by so many vectors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tile {
    /// Numbers in a vector.
    pub lanes: usize,
    /// Vectors in a panel of weights.
    pub vectors: usize,
    /// Rows of results.
    pub rows: usize,
}

impl Tile {
    /// Columns in a panel of weights.
    pub const fn panel(self) -> usize {
        self.lanes * self.vectors
    }
}

impl Set {
    /// The best first, as far as one machine could offer several.
    pub const ALL: [Set; 6] = [Set::Avx512, Set::Avx2, Set::Neon, Set::RelaxedSimd, Set::Simd128, Set::Scalar];

    /// As it is typed and shown.
    pub const fn name(self) -> &'static str {
        match self {
            Set::Scalar => "scalar",
            Set::Simd128 => "simd128",
            Set::RelaxedSimd => "relaxed-simd",
            Set::Avx2 => "avx2",
            Set::Avx512 => "avx512",
            Set::Neon => "neon",
        }
    }

    /// Its register tile: as many sums as the registers hold beside a row of weights and one number (16 registers, AVX-512 and NEON: 32).
    pub const fn tile(self) -> Tile {
        match self {
            Set::Scalar => Tile { lanes: 4, vectors: 2, rows: 4 },
            Set::Simd128 | Set::RelaxedSimd => Tile { lanes: 4, vectors: 3, rows: 4 },
            Set::Avx2 => Tile { lanes: 8, vectors: 2, rows: 6 },
            Set::Avx512 => Tile { lanes: 16, vectors: 2, rows: 12 },
            Set::Neon => Tile { lanes: 4, vectors: 3, rows: 8 },
        }
    }
}
