//! Seconds on a clock that begins somewhere.

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn seconds() -> f64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0.0, |t| t.as_secs_f64())
}

#[cfg(target_arch = "wasm32")]
pub(crate) fn seconds() -> f64 {
    js_sys::Date::now() / 1000.0
}
