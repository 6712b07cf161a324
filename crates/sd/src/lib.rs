//! Decant's sd.

pub mod files;
pub mod weights;

mod error;

pub use error::Error;
