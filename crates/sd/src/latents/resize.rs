//! Latents at another size: PyTorch's `interpolate` with `align_corners=False`, as the desktop tools enlarge them between two passes.

use super::Latents;

/// How numbers between places are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Between {
    /// Straight lines between neighbours.
    Bilinear,
    /// The nearest place's.
    Nearest,
    /// Cubic convolution (Keys 1981), with PyTorch's −0.75.
    Bicubic,
}

/// The free number of cubic convolution.
const A: f64 = -0.75;

impl Latents {
    /// The same latents with so many places.
    pub fn resized(&self, [height, width]: [usize; 2], between: Between) -> Latents {
        let [channels, own_height, own_width] = self.shape;
        let (rows, columns) = (taps(own_height, height, between), taps(own_width, width, between));
        let plane = |values: &[f32]| -> Vec<f32> {
            let across =
                values.chunks(own_width.max(1)).flat_map(|row| columns.iter().map(|taps| sum(taps, |at| row[at])).collect::<Vec<f32>>());
            let across: Vec<f32> = across.collect();
            rows.iter().flat_map(|taps| (0..width).map(|x| sum(taps, |at| across[at * width + x])).collect::<Vec<f32>>()).collect()
        };
        let values = self.values.chunks((own_height * own_width).max(1)).flat_map(plane).collect();
        Latents { shape: [channels, height, width], values, level: self.level }
    }
}

/// What a new place is made of: places, and how much of each.
type Taps = Vec<(usize, f64)>;

fn sum(taps: &Taps, value: impl Fn(usize) -> f32) -> f32 {
    taps.iter().map(|(at, weight)| value(*at) as f64 * weight).sum::<f64>() as f32
}

fn taps(own: usize, new: usize, between: Between) -> Vec<Taps> {
    let (scale, last) = (own as f64 / new as f64, own as isize - 1);
    let place = |at: isize| at.clamp(0, last) as usize;
    let one = |i: usize| {
        let centre = (i as f64 + 0.5) * scale - 0.5;
        match between {
            Between::Nearest => vec![(place((i as f64 * scale) as isize), 1.0)],
            Between::Bilinear => {
                let centre = centre.max(0.0);
                let (first, part) = (centre.floor() as isize, centre.fract());
                vec![(place(first), 1.0 - part), (place(first + 1), part)]
            }
            Between::Bicubic => {
                let (first, part) = (centre.floor() as isize, centre - centre.floor());
                let weights = [far(part + 1.0), near(part), near(1.0 - part), far(2.0 - part)];
                weights.into_iter().enumerate().map(|(at, weight)| (place(first - 1 + at as isize), weight)).collect()
            }
        }
    };
    (0..new).map(one).collect()
}

/// Up to one place away.
fn near(x: f64) -> f64 {
    ((A + 2.0) * x - (A + 3.0)) * x * x + 1.0
}

/// From one to two places away.
fn far(x: f64) -> f64 {
    ((A * x - 5.0 * A) * x + 8.0 * A) * x - 4.0 * A
}
