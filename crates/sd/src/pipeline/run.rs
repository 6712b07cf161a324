//! One run: its texts, where it starts, its steps, and what it tells on the way.

pub(super) mod conditioning;
pub(super) mod denoise;
pub(super) mod event;
mod hires;
pub(super) mod script;
pub(super) mod start;
mod token_overrides;
