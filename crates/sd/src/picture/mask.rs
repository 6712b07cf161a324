//! A mask over a picture: white is painted anew, black stays (diffusers' `mask_processor`).

use super::{Picture, resize};

/// Which pixels to paint anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mask {
    /// Pixels from left to right.
    pub width: usize,
    /// Pixels from top to bottom.
    pub height: usize,
    /// Grey, row by row: from 128 (0.5) on a pixel is painted, below it stays.
    pub grey: Vec<u8>,
}

impl Mask {
    /// From a picture's brightness, as Pillow's `convert("L")` rounds it (ITU-R 601-2).
    pub fn from_picture(picture: &Picture) -> Mask {
        let luma = |p: &[u8; 4]| ((p[0] as u32 * 19595 + p[1] as u32 * 38470 + p[2] as u32 * 7471 + 0x8000) >> 16) as u8;
        let grey = picture.rgba().as_chunks::<4>().0.iter().map(luma).collect();
        Mask { width: picture.width, height: picture.height, grey }
    }

    /// In another size, as diffusers' image processor makes it.
    pub fn resized(&self, width: usize, height: usize) -> Mask {
        Mask { width, height, grey: resize::lanczos(&self.grey, [self.height, self.width], [height, width]) }
    }

    /// With pixels added above, right, below and left, all of them painted.
    pub fn padded(&self, [top, right, bottom, left]: [usize; 4]) -> Mask {
        let mut mask = Mask::whole(left + self.width + right, top + self.height + bottom);
        for (y, row) in self.grey.chunks(self.width).enumerate() {
            mask.grey[(top + y) * mask.width + left..][..self.width].copy_from_slice(row);
        }
        mask
    }

    /// Nothing painted.
    pub fn none(width: usize, height: usize) -> Mask {
        Mask { width, height, grey: vec![0; width * height] }
    }

    /// Everything painted.
    pub fn whole(width: usize, height: usize) -> Mask {
        Mask { width, height, grey: vec![255; width * height] }
    }

    /// Whether each pixel is painted.
    pub fn painted(&self) -> impl Iterator<Item = bool> {
        self.grey.iter().map(|grey| *grey >= 128)
    }

    /// 1 or 0 for each of the latents' places of `factor × factor` pixels: that of the place's first pixel, as diffusers' `interpolate`
    /// takes it.
    pub fn over_latents(&self, factor: usize) -> Vec<f32> {
        let places = self.grey.chunks(self.width).step_by(factor).flat_map(|row| row.iter().step_by(factor));
        places.map(|grey| (*grey >= 128) as u8 as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brightness_is_pillows() {
        let picture = Picture::from_rgb8(4, 1, &[255, 0, 0, 0, 255, 0, 0, 0, 255, 12, 200, 77]).expect("four pixels");
        assert_eq!(Mask::from_picture(&picture).grey, [76, 150, 29, 130]); // Image.convert("L")
    }

    #[test]
    fn half_is_painted_and_places_take_their_first_pixel() {
        let mask = Mask { width: 4, height: 2, grey: vec![127, 255, 128, 0, 255, 255, 0, 255] };
        assert_eq!(mask.painted().map(|painted| painted as u8).collect::<Vec<_>>(), [0, 1, 1, 0, 1, 1, 0, 1]);
        assert_eq!(mask.over_latents(2), [0.0, 1.0]);
        assert!(Mask::whole(8, 16).over_latents(8).iter().all(|painted| *painted == 1.0));
    }

    #[test]
    fn padding_is_painted() {
        let mask = Mask { width: 2, height: 1, grey: vec![0, 7] };
        let padded = mask.padded([1, 0, 0, 1]);
        assert_eq!((padded.width, padded.height, &padded.grey[..]), (3, 2, &[255, 255, 255, 255, 0, 7][..]));
    }
}
