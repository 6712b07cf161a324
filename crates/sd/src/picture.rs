//! Numbers as pictures: between a network's channels-last values, PyTorch's channels-first ones, and bytes.

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
    /// From an autoencoder's output, channels last, −1…1: `x / 2 + 1/2`, cut to 0…1 (diffusers' `VaeImageProcessor.denormalize`).
    pub fn from_decoder(width: usize, height: usize, output: &[f32]) -> Picture {
        let values = channels_first(output, 3).iter().map(|v| (v / 2.0 + 0.5).clamp(0.0, 1.0)).collect();
        Picture { width, height, values }
    }

    /// For an autoencoder's input: channels last, −1…1.
    pub fn to_encoder(&self) -> Vec<f32> {
        channels_last(&self.values, 3).iter().map(|v| v * 2.0 - 1.0).collect()
    }

    /// Rounded to bytes, red green blue alpha: what a canvas takes.
    pub fn rgba(&self) -> Vec<u8> {
        let plane = self.width * self.height;
        let byte = |v: f32| (v * 255.0).round_ties_even() as u8;
        (0..plane).flat_map(|i| [byte(self.values[i]), byte(self.values[plane + i]), byte(self.values[2 * plane + i]), 255]).collect()
    }

    /// As a PNG file.
    pub fn png(&self) -> Result<Vec<u8>, image::ImageError> {
        let rgb: Vec<u8> = self.rgba().as_chunks::<4>().0.iter().flat_map(|p| [p[0], p[1], p[2]]).collect();
        let mut bytes = std::io::Cursor::new(vec![]);
        let encoder = image::codecs::png::PngEncoder::new(&mut bytes);
        image::ImageEncoder::write_image(encoder, &rgb, self.width as u32, self.height as u32, image::ExtendedColorType::Rgb8)?;
        Ok(bytes.into_inner())
    }
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
