//! Flags about what a run starts from besides noise.

use super::help;
use crate::generate::passing::Passing;
use crate::picture::Large;
use crate::{Failure, coding, picture};
use clap::Args;
use decant_sd::picture::Picture;
use decant_sd::request::{Images as Given, Request, sides};
use std::path::{Path, PathBuf};
use std::rc::Rc;

#[derive(Args)]
pub(crate) struct Images {
    /// A picture to start from: PNG, JPEG or WebP, resized to the size that is asked for
    #[arg(long, value_name = "FILE")]
    init_image: Option<PathBuf>,
    #[arg(long, value_name = "0…1", conflicts_with = "start_step", help = help("strength"))]
    strength: Option<f64>,
    #[arg(long, value_name = "N", help = help("startStep"))]
    start_step: Option<usize>,
    /// What to paint of the picture: a picture of its size, white where it is painted, black where it stays
    #[arg(long, value_name = "FILE", requires = "init_image")]
    mask: Option<PathBuf>,
    #[arg(long, requires = "init_image", help = help("keepUnmasked"))]
    keep_unmasked: bool,
    #[arg(long, value_name = "PIXELS", value_parser = sides, requires = "init_image", help = help("pad"))]
    pad: Option<[usize; 4]>,
    /// Latents to start from (.safetensors, .npy): noise, a picture's, or those of a run on its way
    #[arg(long, value_name = "FILE", conflicts_with = "init_image")]
    latents: Option<PathBuf>,
    /// Write the run's last latents as FILE.safetensors, or FILE.npy
    #[arg(long, value_name = "FILE", conflicts_with = "grid")]
    pub save_latents: Option<PathBuf>,
    /// Write those after N model calls instead, with their noise: a run can go on from them
    #[arg(long, value_name = "N", requires = "save_latents")]
    save_latents_after: Option<usize>,
    #[arg(long, value_name = "N", help = help("count"))]
    count: Option<usize>,
    /// So many pictures more, each made from the last one: with --strength or --start-step, and the next seed
    #[arg(long, value_name = "N", conflicts_with = "grid")]
    feedback: Option<usize>,
}

impl Images {
    /// Reads the files, and says what was typed as what it means.
    pub fn apply(&self, request: &mut Request) -> Result<(), Failure> {
        let given = self.init_image.is_some() || self.latents.is_some();
        // Of what feeds on itself from noise, the first picture has nothing that could stay.
        if (self.strength.is_some() || self.start_step.is_some()) && (given || self.rounds() == 1) {
            (request.strength, request.start_step) = (self.strength, self.start_step);
        }
        request.count = self.count.unwrap_or(request.count);
        request.pad = self.pad.unwrap_or(request.pad);
        request.keep_unmasked |= self.keep_unmasked;
        // What is padded is counted in the picture's own pixels.
        let large = if request.pad == [0; 4] { Large::Reduced } else { Large::Refused };
        if let (Some(picture), Some(mask)) = (&self.init_image, &self.mask) {
            picture::fits(mask, picture, large)?;
        }
        request.images = Given {
            picture: self.init_image.as_deref().map(|path| picture::read(path, large)).transpose()?.map(Rc::new),
            mask: self.mask.as_deref().map(|path| picture::mask(path, large)).transpose()?.map(Rc::new),
            latents: self.latents.as_deref().map(coding::read).transpose()?.map(Rc::new),
        };
        Ok(())
    }

    /// The files that a run starts from.
    pub fn read(&self) -> impl Iterator<Item = &Path> {
        [&self.init_image, &self.mask, &self.latents].into_iter().flatten().map(PathBuf::as_path)
    }

    /// Pictures made one from the other; 1 where nothing is fed back.
    pub fn rounds(&self) -> usize {
        self.feedback.unwrap_or(0).saturating_add(1)
    }

    /// The request of the next round.
    pub fn again(&self, request: &Request, picture: Picture) -> Request {
        let next = request.fed_back(picture);
        Request { strength: self.strength.or(request.strength), start_step: self.start_step.or(request.start_step), ..next }
    }

    /// What is kept of a run on its way.
    pub fn passing(&self) -> Passing {
        Passing::after(self.save_latents_after)
    }
}
