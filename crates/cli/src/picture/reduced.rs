//! Pixels on a colour, and squares of them put together where there are more than there is any use for.

use decant_sd::picture::MOST_AREA;
use image::{DynamicImage, RgbImage};

/// Rows that are converted at a time, where none are put together.
const STRIP: u32 = 64;

/// On a colour, and with squares of pixels put together; some rows at a time, so that nothing is in memory twice.
pub(super) fn opaque(image: &DynamicImage, behind: [u8; 3], together: u32) -> RgbImage {
    let (width, height) = (image.width(), image.height());
    let (rows, small_width) = (if together > 1 { together } else { STRIP }, width.div_ceil(together) as usize);
    let mut bytes = Vec::with_capacity(small_width * height.div_ceil(together) as usize * 3);
    for top in (0..height).step_by(rows as usize) {
        let strip = image.crop_imm(0, top, width, rows.min(height - top)).into_rgba8();
        let on = |pixel: &[u8; 4], c: usize| {
            let (own, alpha) = (pixel[c] as u32, pixel[3] as u32);
            (own * alpha + behind[c] as u32 * (255 - alpha) + 127) / 255
        };
        let pixels = strip.as_raw().as_chunks::<4>().0;
        if together == 1 {
            bytes.extend(pixels.iter().flat_map(|pixel| [0, 1, 2].map(|c| on(pixel, c) as u8)));
            continue;
        }
        let mut sums = vec![[0u32; 4]; small_width];
        for row in pixels.chunks(width as usize) {
            for (square, some) in sums.iter_mut().zip(row.chunks(together as usize)) {
                some.iter().for_each(|pixel| (0..3).for_each(|c| square[c] += on(pixel, c)));
                square[3] += some.len() as u32;
            }
        }
        bytes.extend(sums.iter().flat_map(|sum| [0, 1, 2].map(|c| ((sum[c] + sum[3] / 2) / sum[3]) as u8)));
    }
    RgbImage::from_raw(small_width as u32, height.div_ceil(together), bytes).expect("as many bytes as pixels were counted")
}

/// How many pixels along a side are put together, so that no more than [`MOST_AREA`] are left.
pub(super) fn together(width: u32, height: u32) -> u32 {
    let left = |side: u32, together: u32| side.div_ceil(together) as usize;
    (1..).find(|together| left(width, *together) * left(height, *together) <= MOST_AREA).expect("one pixel is left at last")
}
