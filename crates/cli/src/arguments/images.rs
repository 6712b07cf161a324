//! Flags about what a run starts from besides noise.

use super::help;
use crate::picture::{Large, PictureFile};
use crate::{Failure, latents, picture};
use clap::Args;
use decant_sd::picture::Picture;
use decant_sd::request::{Images as Given, Request, mask_fits, sides};
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
    pub save_latents_after: Option<usize>,
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
        let bytes = |path: &Option<PathBuf>| path.as_deref().map(picture::bytes).transpose();
        let bytes = [bytes(&self.mask)?, bytes(&self.init_image)?];
        let (mask, picture) = (opened(&self.mask, &bytes[0], large)?, opened(&self.init_image, &bytes[1], large)?);
        // Refused before either is decoded: that can take longer than a run.
        if let (Some(mask), Some(picture)) = (&mask, &picture) {
            mask_fits(mask.sides(), picture.sides())?;
        }
        request.images = Given {
            picture: picture.map(PictureFile::picture).transpose()?.map(Rc::new),
            mask: mask.map(PictureFile::mask).transpose()?.map(Rc::new),
            latents: self.latents.as_deref().map(latents::read).transpose()?.map(Rc::new),
            loss: None,
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

    /// Refuses latents on the way of a run in two passes: model calls are counted in each.
    pub fn check_passing(&self, request: &Request) -> Result<(), Failure> {
        match (self.save_latents_after, request.hires) {
            (Some(after), Some(_)) => {
                Err(format!("--save-latents-after {after} is of a run in one pass; leave it or the second pass (hires) out").into())
            }
            _ => Ok(()),
        }
    }
}

/// The picture that a flag names, where it was given and its bytes were read.
fn opened<'a>(path: &'a Option<PathBuf>, bytes: &'a Option<Vec<u8>>, large: Large) -> Result<Option<PictureFile<'a>>, Failure> {
    path.as_deref().zip(bytes.as_deref()).map(|(path, bytes)| PictureFile::open(path, bytes, large)).transpose()
}
