//! A picture in two passes: made at the model's own size, enlarged, and taken through a part of the steps again (“hires fix”).
//!
//! Names and ways are those of AUTOMATIC1111's stable-diffusion-webui; the second pass is an image to image as diffusers' pipelines do it:
//! with the same seed, and `int(steps · strength)` of its steps.

use super::images::{refused, with};
use super::{Request, setting};
use crate::error::{Error, Value};
use crate::latents::{Between, Latents};
use crate::picture::Picture;
use crate::request::Images;
use crate::sentence;
use serde::{Deserialize, Serialize};
use std::rc::Rc;

/// How the first pass's result is enlarged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HiresBy {
    /// The latents, with straight lines between neighbours.
    #[default]
    Latent,
    /// The latents, each place repeated.
    LatentNearest,
    /// The latents, by cubic convolution.
    LatentBicubic,
    /// The picture, by Lanczos' filter.
    Lanczos,
}

/// One row of [`HIRES_WAYS`].
pub struct HiresRow {
    /// The value.
    pub by: HiresBy,
    /// As JSON and flags have it.
    pub id: &'static str,
    /// As the desktop tools have it.
    pub name: &'static str,
    /// How latents are enlarged; `None` where it is the picture.
    pub latents: Option<Between>,
}

/// Every way.
pub const HIRES_WAYS: &[HiresRow] = &[
    HiresRow { by: HiresBy::Latent, id: "latent", name: "Latent", latents: Some(Between::Bilinear) },
    HiresRow { by: HiresBy::LatentNearest, id: "latent_nearest", name: "Latent (nearest)", latents: Some(Between::Nearest) },
    HiresRow { by: HiresBy::LatentBicubic, id: "latent_bicubic", name: "Latent (bicubic)", latents: Some(Between::Bicubic) },
    HiresRow { by: HiresBy::Lanczos, id: "lanczos", name: "Lanczos", latents: None },
];

impl HiresBy {
    /// Its row.
    pub fn row(self) -> &'static HiresRow {
        HIRES_WAYS.iter().find(|row| row.by == self).expect("every way has a row; a test holds it")
    }
}

/// Which part of the steps the second pass takes where nothing else is asked for (stable-diffusion-webui's default).
pub const HIRES_STRENGTH: f64 = 0.7;

impl Request {
    /// The second pass's pixels for a first pass of `[width, height]`: rounded down to places of the autoencoder. `None` where there is none.
    pub fn hires_size(&self, size: [usize; 2], factor: usize) -> Option<[usize; 2]> {
        let scale = self.hires?;
        Some(size.map(|side| ((side as f64 * scale / factor as f64 + 1e-9) as usize * factor).max(factor)))
    }

    /// The second pass's strength, the usual one where none is asked for. `None` where there is no second pass.
    pub fn resolved_hires_strength(&self) -> Option<f64> {
        self.hires.map(|_| self.hires_strength.unwrap_or(HIRES_STRENGTH))
    }

    /// The request of the first pass alone.
    pub fn without_second_pass(&self) -> Request {
        Request { hires: None, hires_by: HiresBy::default(), hires_strength: None, hires_steps: None, ..self.clone() }
    }

    /// The request of the second pass, which starts from what the first one's result was enlarged to.
    pub fn second_pass(&self, [width, height]: [usize; 2], enlarged: Enlarged) -> Request {
        let mut images = match enlarged {
            Enlarged::Latents(latents) => Images { latents: Some(Rc::new(latents)), ..Images::default() },
            Enlarged::Picture(picture) => Images { picture: Some(Rc::new(picture)), ..Images::default() },
        };
        images.loss.clone_from(&self.images.loss);
        Request {
            width: Some(width),
            height: Some(height),
            strength: self.resolved_hires_strength(),
            start_step: None,
            steps: self.hires_steps.or(self.steps),
            pad: [0; 4],
            images,
            ..self.without_second_pass()
        }
    }

    /// What is said of a second pass fits a second pass.
    ///
    /// # Errors
    /// A sentence.
    pub(super) fn check_hires(&self) -> Result<(), Error> {
        let Some(scale) = self.hires else {
            let given = [
                ("hiresBy", self.hires_by != HiresBy::default()),
                ("hiresStrength", self.hires_strength.is_some()),
                ("hiresSteps", self.hires_steps.is_some()),
            ];
            let missing = given.into_iter().find(|(_, given)| *given);
            let alone = |name| {
                refused(
                    Value::setting(name),
                    sentence!("there is no second pass that it belongs to"),
                    sentence!("give {name}, or leave it out", name = Value::setting("hires")),
                )
            };
            return missing.map_or(Ok(()), |(name, _)| Err(alone(name)));
        };
        if !setting("hires").holds(scale) {
            return Err(refused(
                with("hires", scale),
                sentence!("the second pass is 1 to 8 times as large each way"),
                sentence!("2 is usual"),
            ));
        }
        if self.masks() {
            return Err(refused(
                with("hires", scale),
                sentence!("a mask or padding is of the first pass's size"),
                sentence!("leave one of the two out"),
            ));
        }
        Ok(())
    }
}

/// What a second pass starts from.
#[derive(Debug, Clone, PartialEq)]
pub enum Enlarged {
    /// Latents.
    Latents(Latents),
    /// A picture.
    Picture(Picture),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_has_a_row_that_json_knows() {
        for row in HIRES_WAYS {
            let read = Request::from_json(&format!(r#"{{"hires": 2, "hiresBy": "{}"}}"#, row.id)).expect(row.id);
            assert_eq!((read.hires_by, read.hires_by.row().id), (row.by, row.id));
        }
    }

    #[test]
    fn a_second_pass_is_rounded_down_to_places() {
        let request = Request { hires: Some(1.5), ..Request::default() };
        assert_eq!(request.hires_size([512, 520], 8), Some([768, 776]));
        assert_eq!(Request { hires: Some(1.1), ..Request::default() }.hires_size([24, 16], 8), Some([24, 16]));
        assert_eq!(Request::default().hires_size([24, 16], 8), None);
    }
}
