//! Seconds on a clock, where there is one: a browser has none here.

#[cfg(not(target_arch = "wasm32"))]
pub(super) fn seconds() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |t| t.as_secs_f64())
}

#[cfg(target_arch = "wasm32")]
pub(super) fn seconds() -> f64 {
    0.0
}
