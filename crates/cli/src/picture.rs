//! Pictures from files: PNG, JPEG and WebP of any depth, grey, palettes, transparency, and turned as the camera says.
//!
//! What a file claims is bounded before it is believed: its bytes, what they decode to, and what that becomes as numbers. Of what comes along
//! (colour profiles, texts, further frames) nothing is unpacked.

mod reduced;
mod whole;

use crate::{Failure, reading};
use decant_sd::picture::{MOST_AREA, Mask, Picture};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use reduced::{opaque, together};
use std::io::Cursor;
use std::path::Path;
use whole::{has_end, keeps_its_word};

/// The most pixels along a side: beyond, no model's encoder would take it either.
const MOST: u32 = 16_384;
/// The most bytes of a file.
const MOST_FILE: u64 = 256 << 20;
/// The most bytes that it decodes to: 200 million pixels of three bytes, as telephones make them.
const MOST_DECODED: u64 = 640 << 20;
/// The most bytes of a colour profile and whatever else stands beside the pixels; printers' profiles have two million.
const MOST_BESIDE: u64 = 32 << 20;
/// What becomes of a picture of more pixels than there is any use for ([`MOST_AREA`]).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Large {
    /// Squares of pixels are put together, as Pillow's `reduce` does: it is resized to a run's size anyway.
    Reduced,
    /// Its pixels count, so that it is refused.
    Refused,
}

/// The bytes of a picture's file.
///
/// # Errors
/// A sentence for a file that cannot be read, or is longer than any picture's.
pub(crate) fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    Ok(reading::file(path, MOST_FILE, "picture").map_err(|problem| sentence(path, problem))?)
}

/// A file of which the header was read, and looked at before it is believed. Its pixels are decoded once, as one of the two.
pub(crate) struct PictureFile<'a> {
    path: &'a Path,
    decoder: Box<dyn ImageDecoder + 'a>,
    /// Width and height, turned as they will be, of all its pixels.
    sides: [usize; 2],
    turned: Orientation,
    together: u32,
}

impl<'a> PictureFile<'a> {
    /// Reads the header of `bytes`, which people know by the name of `path`.
    ///
    /// # Errors
    /// A sentence for what is no picture, damaged, or has more pixels than are taken.
    pub fn open(path: &'a Path, bytes: &'a [u8], large: Large) -> Result<PictureFile<'a>, Failure> {
        Ok(header(path, bytes, large).map_err(|problem| sentence(path, problem))?)
    }

    /// Width and height in pixels.
    pub fn sides(&self) -> [usize; 2] {
        self.sides
    }

    /// A picture to start from. What is transparent becomes white, as on a page.
    pub fn picture(self) -> Result<Picture, Failure> {
        Ok(self.over([255; 3])?)
    }

    /// A mask: white is painted, black and what is transparent stays.
    pub fn mask(self) -> Result<Mask, Failure> {
        Ok(Mask::from_picture(&self.over([0; 3])?))
    }

    fn over(self, behind: [u8; 3]) -> Result<Picture, String> {
        let PictureFile { path, decoder, turned, together, .. } = self;
        let image = DynamicImage::from_decoder(decoder).map_err(|error| sentence(path, damaged(error)))?;
        let mut image = DynamicImage::ImageRgb8(opaque(&image, behind, together));
        image.apply_orientation(turned);
        let image = image.into_rgb8();
        let picture = Picture::from_rgb8(image.width() as usize, image.height() as usize, image.as_raw());
        picture.map_err(|error| sentence(path, error.to_string()))
    }
}

fn sentence(path: &Path, problem: String) -> String {
    format!("{}: {problem}", path.display())
}

/// The header is believed only after its size was looked at.
fn header<'a>(path: &'a Path, bytes: &'a [u8], large: Large) -> Result<PictureFile<'a>, String> {
    if !keeps_its_word(bytes) || !has_end(bytes) {
        return Err(BREAKS_OFF.into());
    }
    // What it is, its content says and not its name.
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| format!("could not be read: {error}"))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BESIDE);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width > MOST || height > MOST || decoder.total_bytes() > MOST_DECODED {
        let most = MOST_DECODED >> 20;
        return Err(format!(
            "it has {width}×{height} pixels, at most {MOST} along each side and {most} MB in all are read; make it smaller"
        ));
    }
    let together = together(width, height);
    if together > 1 && large == Large::Refused {
        let most = MOST_AREA / 1_000_000;
        return Err(format!("it has {width}×{height} pixels, at most {most} million are taken as they are; make it smaller"));
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut sides = [width as usize, height as usize];
    if turned.to_exif() >= 5 {
        sides.reverse();
    }
    Ok(PictureFile { path, decoder: Box::new(decoder), sides, turned, together })
}

/// What is wrong with a file, for people: decoders speak of chunks, markers and CRCs.
fn damaged(error: ImageError) -> String {
    match error {
        ImageError::Unsupported(_) => "this is no picture that can be read; PNG, JPEG and WebP are".into(),
        ImageError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => format!("could not be read: {error}"),
        ImageError::Limits(_) => {
            format!("what stands beside its pixels takes more than {} MB; save it without profiles and texts", MOST_BESIDE >> 20)
        }
        _ => BREAKS_OFF.into(),
    }
}

const BREAKS_OFF: &str = "the picture is damaged or breaks off; save or download it again";

#[cfg(test)]
mod tests;
