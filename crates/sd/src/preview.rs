//! A quick look at latents on their way: a straight line from latents to colours, fitted to this very autoencoder when it is first wanted, or the
//! autoencoder itself where it is cheap next to a step.
//!
//! Published factors exist for Stable Diffusion 1.x only; a least-squares fit on a few decoded latents gives them for any autoencoder.

use crate::autoencoder::Autoencoder;
use crate::picture::{Picture, channels_last};
use decant_graph::{Error, Executable, Input};
use decant_solver::Generator;

/// Latents to red, green and blue: one row per latent channel and a constant.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// `[latent_channels + 1][3]`, for the sampler's latents and colours in −1…1.
    pub factors: Vec<[f32; 3]>,
}

/// Places along each side of the latents that the fit decodes.
pub const FIT_SIZE: usize = 8;
/// How many times it decodes.
const FIT_ROUNDS: u64 = 3;

impl Projection {
    /// Fits to an autoencoder's decoder made ready for `FIT_SIZE × FIT_SIZE` latents, which have unit variance.
    pub async fn fit(decoder: &mut dyn Executable, autoencoder: &Autoencoder) -> Result<Projection, Error> {
        let channels = autoencoder.latent_channels();
        let mut normal = Normal::new(channels + 1);
        for round in 0..FIT_ROUNDS {
            let latents = patches(channels, round);
            let output = decoder.run(&[("latents", Input::F32(&autoencoder.decoder_input(&latents)))]).await?.remove(0);
            let factor = ((output.len() / 3) as f32).sqrt() as usize / FIT_SIZE;
            for (place, row) in latents.chunks(channels).enumerate() {
                normal.add(row, mean_colour(&output, place, factor));
            }
        }
        Ok(Projection { factors: normal.solve() })
    }

    /// Colours of the sampler's latents (channels first), one pixel per place.
    pub fn apply(&self, latents: &[f32], width: usize, height: usize) -> Picture {
        let channels = self.factors.len() - 1;
        let colour = |row: &[f32]| -> [f32; 3] {
            std::array::from_fn(|c| {
                let sum: f32 = row.iter().zip(&self.factors).map(|(v, f)| v * f[c]).sum();
                sum + self.factors[channels][c]
            })
        };
        let output: Vec<f32> = channels_last(latents, channels).chunks(channels).flat_map(colour).collect();
        Picture::from_decoder(width, height, &output)
    }
}

/// Unit noise in patches of 2×2 places, channels last: smooth enough to be decoded to flat colours.
fn patches(channels: usize, seed: u64) -> Vec<f32> {
    let coarse = Generator::new(seed).randn(channels * FIT_SIZE * FIT_SIZE / 4);
    let place = |i: usize| (i / FIT_SIZE / 2) * (FIT_SIZE / 2) + i % FIT_SIZE / 2;
    (0..FIT_SIZE * FIT_SIZE).flat_map(|i| (0..channels).map(move |c| (i, c))).map(|(i, c)| coarse[place(i) * channels + c]).collect()
}

/// The mean colour of the pixels that come from one place.
fn mean_colour(output: &[f32], place: usize, factor: usize) -> [f64; 3] {
    let side = FIT_SIZE * factor;
    let (y, x) = (place / FIT_SIZE * factor, place % FIT_SIZE * factor);
    let pixels = (0..factor * factor).map(|i| ((y + i / factor) * side + x + i % factor) * 3);
    let mut sum = [0.0; 3];
    pixels.for_each(|at| (0..3).for_each(|c| sum[c] += output[at + c] as f64));
    sum.map(|s| s / (factor * factor) as f64)
}

/// The normal equations of a least-squares fit of three targets, with a constant as the last unknown.
struct Normal {
    n: usize,
    /// `n × (n + 3)`: the matrix and the three right-hand sides.
    rows: Vec<Vec<f64>>,
}

impl Normal {
    fn new(n: usize) -> Normal {
        // A little on the diagonal keeps a dead channel from making the system singular.
        let row = |i: usize| (0..n + 3).map(|j| if i == j { 1e-6 } else { 0.0 }).collect();
        Normal { n, rows: (0..n).map(row).collect() }
    }

    fn add(&mut self, x: &[f32], y: [f64; 3]) {
        let x: Vec<f64> = x.iter().map(|v| *v as f64).chain([1.0]).collect();
        for (i, row) in self.rows.iter_mut().enumerate() {
            (0..x.len()).for_each(|j| row[j] += x[i] * x[j]);
            (0..3).for_each(|c| row[x.len() + c] += x[i] * y[c]);
        }
    }

    /// Gauss–Jordan; the matrix is symmetric and positive, so no pivots are needed.
    fn solve(mut self) -> Vec<[f32; 3]> {
        for i in 0..self.n {
            let pivot: Vec<f64> = self.rows[i].iter().map(|v| v / self.rows[i][i]).collect();
            for (j, row) in self.rows.iter_mut().enumerate() {
                let factor = if j == i { 0.0 } else { row[i] };
                row.iter_mut().zip(&pivot).for_each(|(v, p)| *v -= factor * p);
            }
            self.rows[i] = pivot;
        }
        self.rows.iter().map(|row| std::array::from_fn(|c| row[self.n + c] as f32)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::channels_first;

    #[test]
    fn the_fit_finds_a_straight_line() {
        let truth = |x: &[f32]| [x[0] as f64 * 2.0 - x[1] as f64 + 0.5, x[1] as f64, -1.0];
        let mut normal = Normal::new(3);
        for row in channels_first(&Generator::new(3).randn(200), 100).chunks(2) {
            normal.add(row, truth(row));
        }
        let expected = [[2.0, 0.0, 0.0], [-1.0, 1.0, 0.0], [0.5, 0.0, -1.0]];
        for (e, g) in expected.iter().flatten().zip(normal.solve().iter().flatten()) {
            assert!((e - g).abs() < 1e-4, "expected {e}, got {g}");
        }
    }
}
