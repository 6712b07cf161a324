//! Bytes of a picture, red green blue, and how they become a PNG. It is not [`Picture`], whose numbers are before rounding.

use crate::Error;
use decant_sd::error::Sentence;
use decant_sd::picture::Picture;
use decant_sd::sentence;

/// A picture as bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Canvas {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// `[height, width, 3]`.
    pub rgb: Vec<u8>,
}

impl From<&Picture> for Canvas {
    fn from(picture: &Picture) -> Canvas {
        Canvas { width: picture.width, height: picture.height, rgb: picture.rgb() }
    }
}

impl Canvas {
    /// All of one colour.
    pub fn filled(width: usize, height: usize, colour: [u8; 3]) -> Canvas {
        Canvas { width, height, rgb: colour.repeat(width * height) }
    }

    /// Draws another picture, each of its pixels `zoom × zoom` large, with its left upper corner there; what does not fit is cut off.
    pub fn draw(&mut self, other: &Canvas, left: usize, top: usize, zoom: usize) {
        for y in 0..(other.height * zoom).min(self.height.saturating_sub(top)) {
            for x in 0..(other.width * zoom).min(self.width.saturating_sub(left)) {
                let (from, to) = ((y / zoom * other.width + x / zoom) * 3, ((top + y) * self.width + left + x) * 3);
                self.rgb[to..to + 3].copy_from_slice(&other.rgb[from..from + 3]);
            }
        }
    }

    /// As a PNG file that carries these texts, by keyword.
    ///
    /// # Errors
    /// [`Error::Write`] for a picture without pixels, or with more than a PNG can have.
    pub fn png(&self, texts: &[(&str, &str)]) -> Result<Vec<u8>, Error> {
        encoded(self.width, self.height, |mut encoder| {
            texts.iter().try_for_each(|(keyword, text)| add(&mut encoder, keyword, text))?;
            let mut writer = encoder.write_header()?;
            writer.write_image_data(&self.rgb)?;
            writer.finish()
        })
    }
}

/// A PNG file of bytes red green blue, whose chunks `fill` writes.
///
/// # Errors
/// [`Error::Write`] for sides that a PNG cannot have, and whatever the encoder refuses.
pub(crate) fn encoded(
    width: usize,
    height: usize,
    fill: impl FnOnce(png::Encoder<'_, &mut Vec<u8>>) -> Result<(), png::EncodingError>,
) -> Result<Vec<u8>, Error> {
    let failure = |problem| Error::Write { width, height, problem };
    let side = |pixels: usize| u32::try_from(pixels).map_err(|_| failure(sentence!("a PNG's sides are at most {most}", most = i32::MAX)));
    let mut bytes = vec![];
    let mut encoder = png::Encoder::new(&mut bytes, side(width)?, side(height)?);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    fill(encoder).map_err(|error| failure(Sentence::english(error.to_string())))?;
    Ok(bytes)
}

/// As Pillow's `PngInfo.add_text` decides, which the desktop tools write with: `tEXt` where Latin-1 can say it, else `iTXt`, not compressed.
pub(crate) fn add(encoder: &mut png::Encoder<'_, &mut Vec<u8>>, keyword: &str, text: &str) -> Result<(), png::EncodingError> {
    // A zero byte would end the text for its readers.
    let text = text.replace('\0', "");
    match text.chars().all(|c| (c as u32) < 256) {
        true => encoder.add_text_chunk(keyword.into(), text),
        false => encoder.add_itxt_chunk(keyword.into(), text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_is_cut_off_at_the_edges() {
        let mut sheet = Canvas::filled(4, 3, [9; 3]);
        let small = Canvas { width: 2, height: 1, rgb: vec![1, 1, 1, 2, 2, 2] };
        sheet.draw(&small, 1, 2, 2);
        sheet.draw(&small, 7, 7, 1);
        let reds: Vec<u8> = sheet.rgb.iter().step_by(3).copied().collect();
        assert_eq!(reds, [9, 9, 9, 9, 9, 9, 9, 9, 9, 1, 1, 2]);
    }

    #[test]
    fn a_picture_without_pixels_is_refused() {
        let sentence = Canvas::filled(0, 3, [0; 3]).png(&[]).expect_err("it has no pixels").to_string();
        assert!(sentence.starts_with("a picture of 0×3 cannot be written: "), "{sentence}");
    }
}
