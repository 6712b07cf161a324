//! The instances of the kernels that this build has, one for each instruction set that it was compiled for.

use crate::call::Run;
use crate::set::Set;

impl Set {
    /// Its kernels, where this build has them. Whether the processor has the instructions is another question.
    pub fn run(self) -> Option<Run> {
        match self {
            Set::Scalar => Some(crate::scalar::run),
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => Some(crate::avx2::run),
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => Some(crate::avx512::run),
            #[cfg(target_arch = "aarch64")]
            Set::Neon => Some(crate::neon::run),
            #[cfg(all(target_arch = "wasm32", target_feature = "relaxed-simd"))]
            Set::RelaxedSimd => Some(crate::wasm::run),
            #[cfg(all(target_arch = "wasm32", target_feature = "simd128", not(target_feature = "relaxed-simd")))]
            Set::Simd128 => Some(crate::wasm::run),
            _ => None,
        }
    }
}
