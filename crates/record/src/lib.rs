//! Records: what a picture was made with, written into its file and read back, other tools' included; and runs side by side, as labelled
//! grids and as animations.
//!
//! It is plain bytes in, plain bytes out: no GPU, no browser, no files. The command and the page use it alike.
//! It has no list of settings: they are [`decant_sd::request::Request`]'s, by the names of its JSON.
//!
//! ```
//! use decant_record::{Record, read};
//! use decant_sd::{picture::Picture, request::Request};
//!
//! let settings = Request { prompt: "a blue seven".into(), steps: Some(9), ..Request::default() };
//! let picture = Picture { width: 1, height: 1, values: vec![0.5; 3] };
//! let png = Record { settings, ..Record::default() }.png(&picture)?;
//! assert_eq!(read(&png)?.record.settings.prompt, "a blue seven");
//! # Ok::<(), decant_record::Error>(())
//! ```

mod record;
mod written;
mod found;
mod read;
mod formats;
mod chunks;
mod builder;
mod names;
mod loras;
mod exif;
mod decant;
pub mod parameters;
mod comfy;
mod invoke;
mod canvas;
mod grid;
mod sheet;
mod animation;
mod error;

pub use animation::{Animation, SHOWN};
pub use canvas::Canvas;
pub use error::Error;
pub use found::{Found, Source};
pub use grid::{Grid, setting};
pub use names::{NAMES, Names};
pub use read::read;
pub use record::{Enlarged, Model, Record, also};
pub use written::enlarged_png;
