//! What a model's JSON files say, as plain structs, with nothing overlooked.
//!
//! Every class has a table ([`TABLES`]) of the keys that diffusers or transformers know: a key is honoured, or it may have only the
//! value that Decant computes, or it cannot change a picture. Everything else is refused by name, so that a model which Decant would
//! get wrong does not load. Names of fields, and defaults of absent keys, are diffusers'.
//!
//! ```
//! use decant_sd::config::VaeConfig;
//!
//! let vae = VaeConfig::parse("vae/config.json", br#"{"block_out_channels": [128, 256, 512, 512], "down_block_types":
//!     ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"], "up_block_types":
//!     ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]}"#)?;
//! assert_eq!((vae.factor(), vae.scaling_factor), (8, 0.18215));
//!
//! let refused = VaeConfig::parse("vae/config.json", br#"{"act_fn": "mish"}"#).unwrap_err();
//! assert_eq!(refused.to_string(), r#"vae/config.json: act_fn is "mish"; Decant reads only "silu" or "swish""#);
//! # Ok::<(), decant_sd::Error>(())
//! ```

mod clip;
mod family;
mod hints;
mod index;
mod keys;
mod model;
mod object;
mod scheduler;
mod tiny;
mod unet;
mod vae;

pub use clip::ClipConfig;
pub use hints::{Companion, Gear, Grammar, Hints};
pub use index::ModelIndex;
pub use keys::{KeyRow, Rule, Table};
pub use model::ModelConfig;
pub use scheduler::Scheduler;
pub use tiny::TinyConfig;
pub use unet::{DownBlock, MidBlock, TextTime, UNetConfig, UpBlock};
pub use vae::VaeConfig;

/// The keys of every class.
pub const TABLES: &[&Table] = &[&clip::TABLE, &unet::TABLE, &vae::TABLE, &tiny::TABLE, &scheduler::TABLE, &index::TABLE];

pub(crate) use object::read_json;
