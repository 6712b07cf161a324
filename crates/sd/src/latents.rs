//! Latents as things of their own: with or without noise, kept in files, started from, decoded, looked at.
//!
//! A file is `.safetensors` (one tensor `latents`, and in the metadata how much noise it holds) or `.npy` (numbers alone).
//!
//! ```
//! use decant_sd::latents::{Latents, Level};
//!
//! let latents = Latents { shape: [4, 1, 2], values: vec![0.5; 8], level: Level::Clean };
//! assert_eq!(Latents::read("mine.safetensors", &latents.to_safetensors())?, latents);
//! assert_eq!(Latents::read("mine.npy", &latents.to_npy())?.level, Level::Unknown);
//! # Ok::<(), decant_sd::Error>(())
//! ```

mod npy;
mod resize;
mod statistics;
mod tensors;

pub use resize::Between;
pub use statistics::{Statistics, statistics};

use crate::error::{Error, Sentence};
use crate::picture::Picture;
use crate::sentence;
use decant_solver::{Scale, Schedule};

/// The most numbers that a file may hold: latents of 16384 × 16384 pixels, 8 to a place, in 16 channels.
const MOST: usize = 2048 * 2048 * 16;

/// A picture's latents, as samplers see them (after the autoencoder's `scaling_factor`).
#[derive(Debug, Clone, PartialEq)]
pub struct Latents {
    /// Channels, height, width.
    pub shape: [usize; 3],
    /// `[channels, height, width]`.
    pub values: Vec<f32>,
    /// How much noise they hold.
    pub level: Level,
}

/// How much noise is in latents.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Level {
    /// Nobody said. They are taken for a picture's where a strength or a step to start at is asked for, else for unit noise.
    Unknown,
    /// Nothing else: standard normals, for a run to begin with.
    Noise,
    /// None.
    Clean,
    /// That of a run on its way.
    Noisy {
        /// Its noise level.
        sigma: f32,
        /// How the sampler scales latents.
        scale: Scale,
    },
}

impl Latents {
    /// Reads a file's bytes: `.npy` or `.safetensors`, told apart by their first bytes. `name` is for messages.
    ///
    /// # Errors
    /// A sentence where the bytes are of another format, hold another shape than `[channels, h, w]` or `[1, channels, h, w]`, or numbers
    /// that are not finite.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Latents, Error> {
        let latents = if bytes.starts_with(npy::MAGIC) { npy::read(bytes) } else { tensors::read(bytes) };
        let latents = latents.map_err(Sentence::english);
        let latents = latents.and_then(|latents| match latents.values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(sentence!("it holds {value}, which is no finite number", value)),
            None => Ok(latents),
        });
        latents.map_err(|problem| Error::Damaged {
            file: name.into(),
            problem,
            hint: sentence!("latents are a .safetensors or .npy file of [channels, h, w] numbers"),
        })
    }

    /// A `.safetensors` file: `latents [1, channels, h, w]` and, in the metadata, `level`, `sigma` and `scale`.
    pub fn to_safetensors(&self) -> Vec<u8> {
        tensors::write(self)
    }

    /// A `.npy` file of `[1, channels, h, w]`; how much noise they hold is lost.
    pub fn to_npy(&self) -> Vec<u8> {
        npy::write(self)
    }

    /// The latents after model call `index` of a run along this schedule, in the sampler's own scale.
    pub fn after(schedule: &Schedule, index: usize, shape: [usize; 3], values: &[f32]) -> Latents {
        let end = index + 1 == schedule.timesteps.len();
        let level = if end { Level::Clean } else { Level::Noisy { sigma: schedule.sigmas[index + 1], scale: schedule.scale } };
        Latents { shape, values: values.to_vec(), level }
    }

    /// Values in another sampler's scale. Only noisy latents differ.
    pub fn scaled(&self, to: Scale) -> Vec<f32> {
        let factor = match self.level {
            Level::Noisy { sigma, scale: Scale::Preserving } if to == Scale::Exploding => sigma.hypot(1.0),
            Level::Noisy { sigma, scale: Scale::Exploding } if to == Scale::Preserving => 1.0 / sigma.hypot(1.0),
            _ => 1.0,
        };
        self.values.iter().map(|value| value * factor).collect()
    }

    /// Each channel as a grey picture, one pixel a place. Black is the smallest value of all channels, white the largest.
    pub fn channels(&self) -> Vec<Picture> {
        let [_, height, width] = self.shape;
        let (low, high) = self.values.iter().fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), v| (low.min(*v), high.max(*v)));
        let grey = |value: &f32| if high > low { (value - low) / (high - low) } else { 0.5 };
        let picture = |channel: &[f32]| Picture { width, height, values: channel.iter().map(grey).collect::<Vec<f32>>().repeat(3) };
        self.values.chunks((width * height).max(1)).map(picture).collect()
    }

    /// From a file's shape and numbers.
    fn of(shape: &[usize], values: Vec<f32>, level: Level) -> Result<Latents, String> {
        let shape = match *shape {
            [1, channels, height, width] | [channels, height, width] => [channels, height, width],
            _ => return Err(format!("its shape is {shape:?}, one picture's [channels, h, w] is needed")),
        };
        match count(&shape) {
            Some(numbers) if numbers == values.len() && numbers > 0 => Ok(Latents { shape, values, level }),
            _ => Err(format!("its shape {shape:?} does not fit its {} numbers", values.len())),
        }
    }
}

/// Numbers of a shape, if they are not absurdly many.
fn count(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |product, side| product.checked_mul(*side)).filter(|numbers| *numbers <= MOST)
}

#[cfg(test)]
mod tests;
