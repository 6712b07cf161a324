//! Numbers as pictures: between a network's channels-last values, PyTorch's channels-first ones, and bytes.
//!
//! It is not a decoder of files: whoever calls has one (the browser, the command), and gives bytes of pixels.

mod mask;
mod resize;

pub use mask::Mask;

use crate::error::{Error, ToValue};
use crate::sentence;

/// The most pixels along a side: beyond, no machine's memory would do and 32-bit sizes would overflow before it could be said how much.
pub(crate) const MOST_PIXELS: usize = 16_384;

/// A picture of `f32` in 0…1, channels first `[3, height, width]`, before rounding.
#[derive(Debug, Clone, PartialEq)]
pub struct Picture {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// `[3, height, width]`, 0…1.
    pub values: Vec<f32>,
}

impl Picture {
    /// From bytes, red green blue, row by row.
    pub fn from_rgb8(width: usize, height: usize, bytes: &[u8]) -> Result<Picture, Error> {
        check_size("picture", width, height, bytes.len(), 3)?;
        let values = (0..3).flat_map(|c| bytes.as_chunks::<3>().0.iter().map(move |pixel| pixel[c] as f32 / 255.0)).collect();
        Ok(Picture { width, height, values })
    }

    /// From bytes, red green blue alpha (not multiplied in), row by row; where it is transparent, `behind` shows.
    pub fn from_rgba8(width: usize, height: usize, bytes: &[u8], behind: [u8; 3]) -> Result<Picture, Error> {
        check_size("picture", width, height, bytes.len(), 4)?;
        let over = |pixel: &[u8; 4], c: usize| {
            let (own, alpha) = (pixel[c] as u32, pixel[3] as u32);
            (own * alpha + behind[c] as u32 * (255 - alpha) + 127) / 255
        };
        let values = (0..3).flat_map(|c| bytes.as_chunks::<4>().0.iter().map(move |pixel| over(pixel, c) as f32 / 255.0)).collect();
        Ok(Picture { width, height, values })
    }

    /// In another size, as diffusers' image processor makes it: Pillow's `resize` with `LANCZOS`, to the bit. Its own size changes nothing.
    pub fn resized(&self, width: usize, height: usize) -> Picture {
        if (width, height) == (self.width, self.height) {
            return self.clone();
        }
        let from = [self.height, self.width];
        let plane = |values: &[f32]| {
            let bytes: Vec<u8> = values.iter().map(|v| byte(*v)).collect();
            resize::lanczos(&bytes, from, [height, width]).into_iter().map(|v| v as f32 / 255.0).collect::<Vec<f32>>()
        };
        Picture { width, height, values: self.values.chunks((self.width * self.height).max(1)).flat_map(plane).collect() }
    }

    /// In the next smaller size that an autoencoder of this factor takes, as diffusers resizes pictures; one place at least.
    pub fn on_grid(&self, factor: usize) -> Picture {
        let [width, height] = [self.width, self.height].map(|side| (side / factor * factor).max(factor));
        self.resized(width, height)
    }

    /// With pixels added above, right, below and left, which repeat those at the edge.
    pub fn padded(&self, [top, right, bottom, left]: [usize; 4]) -> Picture {
        let (width, height) = (left + self.width + right, top + self.height + bottom);
        let near = |at: usize, before: usize, own: usize| at.saturating_sub(before).min(own - 1);
        let row = move |y: usize| near(y, top, self.height) * self.width;
        let plane = |values: &[f32]| -> Vec<f32> {
            (0..width * height).map(|i| values[row(i / width) + near(i % width, left, self.width)]).collect()
        };
        Picture { width, height, values: self.values.chunks(self.width * self.height).flat_map(plane).collect() }
    }

    /// Signal to noise in decibels against the same picture in another state, as bytes: 10·lg(255² / mean square difference).
    /// Infinite where no byte differs.
    pub fn psnr(&self, other: &Picture) -> f64 {
        let square = |(a, b): (&f32, &f32)| (byte(*a) as f64 - byte(*b) as f64).powi(2);
        let mean = self.values.iter().zip(&other.values).map(square).sum::<f64>() / self.values.len().max(1) as f64;
        10.0 * (255.0 * 255.0 / mean).log10()
    }

    /// From an autoencoder's output, channels last, −1…1: `x / 2 + 1/2`, cut to 0…1 (diffusers' `VaeImageProcessor.denormalize`).
    pub fn from_decoder(width: usize, height: usize, output: &[f32]) -> Picture {
        let values = channels_first(output, 3).iter().map(|v| (v / 2.0 + 0.5).clamp(0.0, 1.0)).collect();
        Picture { width, height, values }
    }

    /// For an autoencoder's input: channels last, −1…1.
    pub fn to_encoder(&self) -> Vec<f32> {
        channels_last(&self.values, 3).iter().map(|v| v * 2.0 - 1.0).collect()
    }

    /// Rounded to bytes, red green blue: what files take.
    pub fn rgb(&self) -> Vec<u8> {
        self.pixels().flatten().collect()
    }

    /// Rounded to bytes, red green blue alpha: what a canvas takes.
    pub fn rgba(&self) -> Vec<u8> {
        self.pixels().flat_map(|[red, green, blue]| [red, green, blue, 255]).collect()
    }

    fn pixels(&self) -> impl Iterator<Item = [u8; 3]> {
        let plane = self.width * self.height;
        (0..plane).map(move |i| [0, 1, 2].map(|channel| byte(self.values[channel * plane + i])))
    }

    /// As a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, image::ImageError> {
        let mut bytes = std::io::Cursor::new(vec![]);
        let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        image::ImageEncoder::write_image(encoder, &self.rgb(), self.width as u32, self.height as u32, image::ExtendedColorType::Rgb8)?;
        Ok(bytes.into_inner())
    }
}

/// A value in 0…1 as Pillow gets it from diffusers.
fn byte(value: f32) -> u8 {
    (value * 255.0).round_ties_even() as u8
}

/// The most pixels of a picture: as numbers they take 12 bytes each, and no encoder is shown so many.
pub const MOST_AREA: usize = 32_000_000;

/// Pixels that somebody else decoded are as many as they should be, and no more than any model could be shown.
fn check_size(what: &str, width: usize, height: usize, bytes: usize, channels: usize) -> Result<(), Error> {
    let refused = |problem, advice| Err(Error::Start { what: what.to_value(), problem, advice });
    if !(1..=MOST_PIXELS).contains(&width) || !(1..=MOST_PIXELS).contains(&height) {
        return refused(
            sentence!("it has {width}×{height} pixels", width, height),
            sentence!("1 to {most} along each side are read; make it smaller", most = MOST_PIXELS),
        );
    }
    if width * height > MOST_AREA {
        return refused(
            sentence!("it has {width}×{height} pixels", width, height),
            sentence!("at most {most} million are read; make it smaller", most = MOST_AREA / 1_000_000),
        );
    }
    let expected = width * height * channels;
    if bytes == expected {
        return Ok(());
    }
    let problem = sentence!(
        "{width}×{height} pixels of {channels} bytes are {expected} bytes, {bytes} were given",
        width,
        height,
        channels,
        expected,
        bytes
    );
    refused(problem, sentence!("give all of them, row by row"))
}

/// `[places, channels]` to `[channels, places]`.
pub fn channels_first(values: &[f32], channels: usize) -> Vec<f32> {
    let places = values.len() / channels;
    (0..values.len()).map(|i| values[i % places * channels + i / places]).collect()
}

/// `[channels, places]` to `[places, channels]`.
pub fn channels_last(values: &[f32], channels: usize) -> Vec<f32> {
    let places = values.len() / channels;
    (0..values.len()).map(|i| values[i % channels * places + i / channels]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_in_and_go_out() {
        let picture = Picture::from_rgb8(2, 1, &[1, 2, 3, 253, 254, 255]).expect("two pixels");
        assert_eq!(picture.rgba(), [1, 2, 3, 255, 253, 254, 255, 255]);
        let white = Picture::from_rgba8(2, 1, &[10, 20, 30, 255, 10, 20, 30, 0], [255; 3]).expect("two pixels");
        assert_eq!(white.rgba(), [10, 20, 30, 255, 255, 255, 255, 255]);
        let half = Picture::from_rgba8(1, 1, &[0, 100, 255, 128], [255, 0, 255]).expect("one pixel");
        assert_eq!(half.rgba(), [127, 50, 255, 255]);
    }

    #[test]
    fn pixels_that_cannot_be_are_refused() {
        let sentence =
            |width, height, bytes: usize| Picture::from_rgb8(width, height, &vec![0; bytes]).expect_err("it cannot be").to_string();
        assert_eq!(sentence(2, 2, 11), "picture: 2×2 pixels of 3 bytes are 12 bytes, 11 were given; give all of them, row by row");
        assert_eq!(sentence(0, 2, 0), "picture: it has 0×2 pixels; 1 to 16384 along each side are read; make it smaller");
        assert_eq!(
            sentence(usize::MAX, 2, 0),
            format!("picture: it has {}×2 pixels; 1 to 16384 along each side are read; make it smaller", usize::MAX)
        );
    }

    #[test]
    fn padding_repeats_the_edge() {
        let picture = Picture { width: 2, height: 1, values: vec![0.0, 1.0, 0.2, 0.3, 0.5, 0.6] };
        let padded = picture.padded([1, 2, 0, 1]);
        assert_eq!((padded.width, padded.height), (5, 2));
        assert_eq!(padded.values[..10], [0.0, 0.0, 1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 1.0]);
        assert_eq!(padded.values[10..15], [0.2, 0.2, 0.3, 0.3, 0.3]);
        assert_eq!(picture.padded([0; 4]), picture);
    }

    #[test]
    fn signal_to_noise_is_that_of_bytes() {
        let [black, grey] = [0.0, 16.0 / 255.0].map(|v| Picture { width: 1, height: 1, values: vec![v; 3] });
        assert!((black.psnr(&grey) - 24.0484).abs() < 1e-3, "20·lg(255/16), got {}", black.psnr(&grey));
        assert_eq!(black.psnr(&black), f64::INFINITY);
    }

    #[test]
    fn channels_go_last_and_come_back() {
        let values: Vec<f32> = (0..12).map(|v| v as f32).collect();
        assert_eq!(channels_last(&values, 3)[..4], [0.0, 4.0, 8.0, 1.0]);
        assert_eq!(channels_first(&channels_last(&values, 3), 3), values);
    }

    #[test]
    fn bytes_round_as_pillow_gets_them_from_diffusers() {
        let picture = Picture::from_decoder(1, 1, &[-1.0, 0.0, 1.5]);
        assert_eq!(picture.rgba(), [0, 128, 255, 255]);
    }
}
