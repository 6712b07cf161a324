//! A model as it is opened: what its files say, its networks, and the adapters beside them. Its weights are not read here.

pub(super) mod adapters;
mod fingerprint;
mod open;
mod options;
pub(super) mod text_encoder;
pub(super) mod vae;

pub use options::Options;
