//! Flags about losses: what pulls the steps. Which steps, and through what, is said by flags made from the settings' rows.

use super::help;
use crate::picture::{Large, PictureFile};
use crate::{Failure, picture};
use clap::Args;
use decant_sd::loss::Loss;
use decant_sd::request::Request;
use std::path::{Path, PathBuf};
use std::rc::Rc;

#[derive(Args)]
pub(crate) struct Losses {
    #[arg(long = "loss", value_name = "EXPRESSION", allow_hyphen_values = true, help = help("losses"))]
    expressions: Vec<String>,
    /// Pull the picture's colours towards the nearest of these; may be given several times
    #[arg(long = "loss-palette", value_name = "#RRGGBB,#RRGGBB")]
    palettes: Vec<String>,
    /// Pull the picture towards this one: PNG, JPEG or WebP
    #[arg(long = "loss-picture", value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Blur both by so many pixels (a Gaussian's sigma) before they are compared
    #[arg(long = "loss-blur", value_name = "PIXELS", requires = "picture")]
    blur: Option<f32>,
    /// How strongly each loss pulls (1 where left out): one number for all, or one for each, first of all --loss, then --loss-palette, then
    /// --loss-picture
    #[arg(long = "loss-scale", value_name = "N", allow_hyphen_values = true)]
    scales: Vec<f32>,
}

impl Losses {
    /// What was typed, as what it means.
    ///
    /// # Errors
    /// Scales that are not as many as losses; a picture that cannot be read.
    pub fn apply(&self, request: &mut Request) -> Result<(), Failure> {
        let expressions = self.expressions.iter().map(|text| Loss { expression: Some(text.clone()), ..Loss::default() });
        let colours = |text: &String| text.split(',').map(|colour| colour.trim().to_string()).collect();
        let palettes = self.palettes.iter().map(|text| Loss { palette: colours(text), ..Loss::default() });
        let picture = self.picture.iter().map(|_| Loss { picture: true, blur: self.blur.unwrap_or(0.0), ..Loss::default() });
        let mut losses: Vec<Loss> = expressions.chain(palettes).chain(picture).collect();
        for (i, loss) in losses.iter_mut().enumerate() {
            loss.scale = match &self.scales[..] {
                [] => 1.0,
                [all] => *all,
                each => each.get(i).copied().unwrap_or(1.0),
            };
        }
        if self.scales.len() > 1 && self.scales.len() != losses.len() || self.scales.len() == 1 && losses.is_empty() {
            let (scales, count) = (self.scales.len(), losses.len());
            return Err(format!("--loss-scale is given {scales} times for {count} losses; give it once for all, or once for each").into());
        }
        if !losses.is_empty() {
            request.losses = losses;
        }
        if let Some(path) = &self.picture {
            let bytes = picture::bytes(path)?;
            request.images.loss = Some(Rc::new(PictureFile::open(path, &bytes, Large::Reduced)?.picture()?));
        }
        Ok(())
    }

    /// The file that is read.
    pub fn read(&self) -> impl Iterator<Item = &Path> {
        self.picture.iter().map(PathBuf::as_path)
    }
}
