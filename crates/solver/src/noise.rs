//! Where a run's noise comes from: torch's generator for the CPU, or its generator for CUDA.
//!
//! ```
//! use decant_solver::{Noise, RNGS};
//!
//! for row in RNGS {
//!     let mut noise = Noise::new(row.id.parse()?, 42);
//!     println!("{}: {:?}", row.name, noise.randn(2));
//! }
//! # Ok::<(), decant_solver::Error>(())
//! ```

use crate::error::unknown;
use crate::{CudaGenerator, Error, Generator};
use std::str::FromStr;

/// Which of torch's generators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Rng {
    /// `torch.Generator("cpu")`.
    #[default]
    Cpu,
    /// `torch.Generator("cuda")`.
    Cuda,
}

/// Everything there is to say about a generator.
#[derive(Debug)]
pub struct RngRow {
    /// The generator.
    pub rng: Rng,
    /// Its name in files, addresses and command lines.
    pub id: &'static str,
    /// Its name in menus.
    pub name: &'static str,
    /// Whose pictures a seed gives with it.
    pub docs: &'static str,
}

/// Both generators; menus, help and tests are made from this table.
pub const RNGS: &[RngRow] = &[
    RngRow {
        rng: Rng::Cpu,
        id: "cpu",
        name: "CPU",
        docs: "As torch on a CPU (Mersenne Twister): what diffusers' examples and some desktop tools use.",
    },
    RngRow { rng: Rng::Cuda, id: "cuda", name: "CUDA", docs: "As torch on an NVIDIA GPU (Philox): what other desktop tools use." },
];

impl Rng {
    /// Its row in [`RNGS`].
    pub fn row(self) -> &'static RngRow {
        RNGS.iter().find(|row| row.rng == self).expect("a test looks for both")
    }
}

impl FromStr for Rng {
    type Err = Error;
    fn from_str(id: &str) -> Result<Self, Error> {
        let row = RNGS.iter().find(|row| row.id == id);
        row.map(|row| row.rng).ok_or_else(|| unknown("generator", id, RNGS.iter().map(|row| row.id)))
    }
}

/// A generator of either kind.
#[derive(Clone, Debug)]
pub enum Noise {
    /// torch's for the CPU.
    Cpu(Generator),
    /// torch's for CUDA.
    Cuda(CudaGenerator),
}

impl Noise {
    /// A generator as `manual_seed(seed)` leaves it.
    pub fn new(rng: Rng, seed: u64) -> Self {
        match rng {
            Rng::Cpu => Self::Cpu(Generator::new(seed)),
            Rng::Cuda => Self::Cuda(CudaGenerator::new(seed)),
        }
    }

    /// What `torch.randn(n)` gives next.
    pub fn randn(&mut self, n: usize) -> Vec<f32> {
        match self {
            Self::Cpu(generator) => generator.randn(n),
            Self::Cuda(generator) => generator.randn(n),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_row_is_its_generator() {
        assert_eq!([Rng::Cpu, Rng::Cuda].map(|rng| rng.row().id), ["cpu", "cuda"]);
        assert_eq!(Noise::new("cpu".parse().expect("a row"), 3).randn(20), Generator::new(3).randn(20));
        assert_eq!(Noise::new("cuda".parse().expect("a row"), 3).randn(20), CudaGenerator::new(3).randn(20));
        let error = "gpu".parse::<Rng>().expect_err("no such generator").to_string();
        assert_eq!(error, "no generator is called \"gpu\", expected one of cpu, cuda; did you mean cpu?");
    }
}
