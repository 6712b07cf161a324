//! Which instruction sets this build has, which of them this machine offers, and which is taken.

use crate::choice::{Candidate, choose};
use decant_kernels::Set;

/// All sets that this build has kernels for, the best first.
pub const SETS: [Set; 6] = Set::ALL;

/// The best that this machine offers, or the one of that name; `Err` says which there are.
///
/// ```
/// let best = decant_graph::cpu::set(None)?;
/// assert_eq!(decant_graph::cpu::set(Some(best.name()))?, best);
/// assert!(decant_graph::cpu::set(Some("mmx")).unwrap_err().starts_with("nothing is called mmx; there is "));
/// # Ok::<(), String>(())
/// ```
pub fn set(wanted: Option<&str>) -> Result<Set, String> {
    choose(candidates(), wanted).map(|chosen| chosen.way)
}

/// Each with whether it can be used here.
pub fn candidates() -> Vec<Candidate<Set>> {
    SETS.into_iter().map(|set| Candidate { name: set.name(), fits: set.run().is_some() && offered(set), way: set }).collect()
}

#[cfg(target_arch = "x86_64")]
fn offered(set: Set) -> bool {
    match set {
        Set::Avx2 => avx2(),
        Set::Avx512 => avx2() && std::is_x86_feature_detected!("avx512f"),
        _ => true,
    }
}

#[cfg(target_arch = "x86_64")]
fn avx2() -> bool {
    std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma") && std::is_x86_feature_detected!("f16c")
}

/// Elsewhere a build's instructions are the machine's: NEON is part of every 64-bit ARM, and a browser without them refuses the module.
#[cfg(not(target_arch = "x86_64"))]
fn offered(_: Set) -> bool {
    true
}

/// Threads that this machine runs at once.
pub fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, |cores| cores.get())
}
