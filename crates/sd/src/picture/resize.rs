//! Lanczos' resampling as Pillow does it: rows, then columns, each rounded to bytes with 22 bits of fraction, the window widened where the
//! picture shrinks. The judge is Pillow itself, whose bytes come out.

/// Half the window's width, in pixels of the smaller of both pictures.
const LOBES: f64 = 3.0;
/// Bits of a coefficient's fraction, in Pillow's arithmetic for bytes.
const BITS: u32 = 22;

/// One channel `[height, width]` in another size; neither has a side of 0.
pub fn lanczos(bytes: &[u8], [height, width]: [usize; 2], [new_height, new_width]: [usize; 2]) -> Vec<u8> {
    let across = if new_width == width { bytes.to_vec() } else { along_rows(bytes, width, new_width) };
    if new_height == height {
        return across;
    }
    let turned = transposed(&across, new_width);
    transposed(&along_rows(&turned, height, new_height), new_height)
}

fn along_rows(bytes: &[u8], width: usize, new_width: usize) -> Vec<u8> {
    let windows: Vec<(usize, Vec<i32>)> = (0..new_width).map(|at| window(at, width, new_width)).collect();
    let pixel = |row: &[u8], (first, weights): &(usize, Vec<i32>)| {
        let sum: i64 = row[*first..].iter().zip(weights).map(|(byte, weight)| *byte as i64 * *weight as i64).sum();
        ((sum + (1 << (BITS - 1))) >> BITS).clamp(0, 255) as u8
    };
    bytes.chunks(width).flat_map(|row| windows.iter().map(move |window| pixel(row, window))).collect()
}

/// The first pixel that a new one is made of, and the weights of it and those after it.
fn window(at: usize, width: usize, new_width: usize) -> (usize, Vec<i32>) {
    let scale = width as f64 / new_width as f64;
    let wide = scale.max(1.0);
    let (centre, reach) = ((at as f64 + 0.5) * scale, LOBES * wide);
    let first = ((centre - reach + 0.5) as i64).max(0) as usize;
    let end = ((centre + reach + 0.5) as usize).min(width);
    let weights: Vec<f64> = (first..end).map(|i| kernel((i as f64 - centre + 0.5) / wide)).collect();
    let sum: f64 = weights.iter().sum();
    let fixed = |weight: &f64| (weight / sum * (1 << BITS) as f64).round() as i32;
    (first, weights.iter().map(fixed).collect())
}

/// `sinc(x) sinc(x / 3)` within three lobes.
fn kernel(x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (x * std::f64::consts::PI).sin() / (x * std::f64::consts::PI) };
    if (-LOBES..LOBES).contains(&x) { sinc(x) * sinc(x / LOBES) } else { 0.0 }
}

/// `[rows, width]` to `[width, rows]`.
fn transposed(bytes: &[u8], width: usize) -> Vec<u8> {
    let rows = bytes.len() / width;
    (0..bytes.len()).map(|i| bytes[i % rows * width + i / rows]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pillow 13.0: `Image.frombytes("L", (w, h), bytes((i*i*7 + i*131 + i//w*29) % 256 for i in range(w*h))).resize((nw, nh), Image.LANCZOS)`,
    /// and of its bytes the checksum FNV-1a.
    #[test]
    fn the_bytes_are_pillows() {
        let cases: &[([usize; 2], [usize; 2], u32)] = &[
            ([5, 7], [8, 16], 0xa3ad9b9a),
            ([48, 64], [8, 16], 0x9d188e3a),
            ([1, 1], [8, 8], 0xdfde6ac5),
            ([17, 31], [24, 8], 0x3b7b4ec0),
            ([3, 100], [16, 24], 0xe5f56d1b),
            ([427, 640], [40, 64], 0x64f5326c),
            ([11, 13], [8, 13], 0xf9004fa8),
            ([40, 5], [40, 11], 0x899b04a3),
        ];
        for (from, to, expected) in cases {
            let bytes: Vec<u8> = (0..from[0] * from[1]).map(|i| (i * i * 7 + i * 131 + i / from[1] * 29) as u8).collect();
            let sum = lanczos(&bytes, *from, *to).iter().fold(0x811c_9dc5u32, |sum, byte| (sum ^ *byte as u32).wrapping_mul(0x0100_0193));
            assert_eq!(sum, *expected, "{from:?} to {to:?}");
        }
    }
}
