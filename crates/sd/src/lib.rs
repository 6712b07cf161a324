//! Stable Diffusion as straight-line functions: tokenizer, weight files, configurations, networks, and the row from words to picture.
//!
//! It knows neither a GPU nor a browser: networks are written over [`decant_graph`], and whoever calls brings a device to run them on and
//! says where the files come from.

pub mod pipeline;
pub mod request;
pub mod trace;
pub mod loss;
pub mod lora;
pub mod component;
pub mod clip;
pub mod unet;
pub mod vae;
pub mod tiny;
pub mod autoencoder;
mod bands;
mod families;
pub mod upscale;
pub mod picture;
pub mod latents;
pub mod preview;
pub mod tokenizer;
pub mod prompt;
pub mod inversion;
pub mod config;
pub mod layout;
pub mod weights;
pub mod files;
mod json;
pub mod error;

pub use error::Error;
