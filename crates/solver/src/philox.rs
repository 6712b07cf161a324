//! PyTorch's CUDA random numbers, without CUDA: `torch.Generator("cuda").manual_seed(seed)` and `torch.randn`.
//!
//! It is Philox4x32-10 as torch's kernel uses it: one counter per value, one draw after another.
//! It is not the CPU's generator (`random.rs`): the same seed gives other noise, and desktop tools differ in which they take.
//!
//! There was no CUDA device to compare with. Philox itself is held to its authors' known answers,
//! the normals to what people's GPUs printed and to what the desktop tools' emulation gives for seed 0.
//! Past as many values as a GPU has threads at once (43,008 on one of 28 multiprocessors, 221,184 on one of 108)
//! torch's numbers depend on the GPU (PyTorch's issue 158398); here, as in the desktop tools, each value keeps its own counter.
//!
//! ```
//! use decant_solver::CudaGenerator;
//!
//! let noise = CudaGenerator::new(0).randn(4); // torch.randn(4, device="cuda") after torch.manual_seed(0)
//! for (got, torch) in noise.iter().zip([-0.9247, -0.4253, -2.6438, 0.1452]) {
//!     assert!((got - torch).abs() < 1e-4);
//! }
//! ```

/// Multipliers and key increments of the paper
/// (Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011, section 3.3; figures of the reference code Random123).
const MULTIPLY: [u32; 2] = [0xD251_1F53, 0xCD9E_8D57];
const WEYL: [u32; 2] = [0x9E37_79B9, 0xBB67_AE85];
const ROUNDS: usize = 10;

/// Philox with torch's way of drawing normals from it.
#[derive(Clone, Debug)]
pub struct CudaGenerator {
    seed: u64,
    /// Draws so far.
    offset: u64,
}

impl CudaGenerator {
    /// A generator as `manual_seed(seed)` leaves it.
    pub fn new(seed: u64) -> Self {
        Self { seed, offset: 0 }
    }

    /// What `torch.randn(n, device="cuda")` gives next.
    pub fn randn(&mut self, n: usize) -> Vec<f32> {
        let [low, high] = halves(self.offset);
        let normal = |i: usize| {
            let [thread, more] = halves(i as u64);
            let [x, y, ..] = philox([low, high, thread, more], halves(self.seed));
            box_muller(x, y)
        };
        let values = (0..n).map(normal).collect();
        self.offset += u64::from(n > 0);
        values
    }
}

fn halves(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

/// Ten rounds of multiplying, crossing over and adding the key.
fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let (mut c, mut k) = (counter, key);
    for _ in 0..ROUNDS {
        let product = |i: usize| u64::from(c[2 * i]) * u64::from(MULTIPLY[i]);
        let ([low0, high0], [low1, high1]) = (halves(product(0)), halves(product(1)));
        c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0];
        k = [k[0].wrapping_add(WEYL[0]), k[1].wrapping_add(WEYL[1])];
    }
    c
}

/// The first normal of a pair, as `_curand_box_muller` in cuRAND's header: the sine's.
/// A GPU works in float32 with a fast sine, the desktop tools' emulations work in double, and so does this.
fn box_muller(x: u32, y: u32) -> f32 {
    const STEP: f64 = 1.0 / 4_294_967_296.0; // 2^-32
    const TURN: f64 = STEP * std::f64::consts::TAU;
    let (u, v) = (f64::from(x) * STEP + STEP / 2.0, f64::from(y) * TURN + TURN / 2.0);
    ((-2.0 * u.ln()).sqrt() * v.sin()) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `kat_vectors` of Random123 for philox4x32-10.
    #[test]
    fn philox_gives_the_authors_known_answers() {
        let ones = u32::MAX;
        let pi = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let cases = [
            ([0; 4], [0; 2], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
            ([ones; 4], [ones; 2], [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]),
            (pi, [0xa409_3822, 0x299f_31d0], [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]),
        ];
        for (counter, key, want) in cases {
            assert_eq!(philox(counter, key), want, "{counter:x?} {key:x?}");
        }
    }

    /// What the first of the desktop tools' emulations (`rng_philox.py`) says of itself for seed 0.
    #[test]
    fn seed_0_gives_the_emulations_normals() {
        let want = [
            -0.92466259f64,
            -0.42534415,
            -2.6438457,
            0.14518388,
            -0.12086647,
            -0.57972564,
            -0.62285122,
            -0.32838709,
            -1.07454231,
            -0.36314407,
            -1.67105067,
            2.26550497,
        ];
        for (got, want) in CudaGenerator::new(0).randn(12).into_iter().zip(want) {
            assert!((f64::from(got) - want).abs() < 2e-7, "expected {want}, got {got}");
        }
    }

    /// What people's GPUs printed: `torch.randn` on CUDA after `torch.manual_seed(0)`, and for seed 42 from PyTorch's issue 158398.
    #[test]
    fn published_prints_of_gpus_agree() {
        let seed_0 = [
            -0.9247, -0.4253, -2.6438, 0.1452, -0.1209, -0.5797, -0.6229, -0.3284, -1.0745, -0.3631, -1.6711, 2.2655, 0.3117, -0.1842,
            1.2866, 1.1820, -0.1271, 1.2169, 1.4353, 1.0605, -0.4941, -1.4244, -0.7244, -1.2973, 0.0697, -0.0074, 1.8969, 0.6878, -0.0779,
            -0.8373, 1.3506, -0.2879,
        ];
        for (seed, prints) in [(0, &seed_0[..]), (42, &[0.1940, 2.1614, -0.1721])] {
            for (got, print) in CudaGenerator::new(seed).randn(prints.len()).into_iter().zip(prints) {
                assert!((got - print).abs() < 6e-5, "seed {seed}: expected {print}, got {got}");
            }
        }
    }

    #[test]
    fn each_draw_is_new_and_a_seed_draws_them_again() {
        let mut generator = CudaGenerator::new(1 << 40 | 7);
        let draws = [generator.randn(5), generator.randn(5)];
        assert_ne!(draws[0], draws[1]);
        let mut again = CudaGenerator::new(1 << 40 | 7);
        assert_eq!([again.randn(5), again.randn(5)], draws);
        assert_ne!(CudaGenerator::new(7).randn(5), draws[0], "all 64 bits of a seed count");
        assert_eq!(CudaGenerator::new(0).randn(0), Vec::<f32>::new());
    }

    #[test]
    fn normals_are_normal() {
        let x = CudaGenerator::new(5).randn(100_000);
        let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / 1e5;
        let square = x.iter().map(|&x| f64::from(x).powi(2)).sum::<f64>() / 1e5;
        // Four standard errors.
        assert!(mean.abs() < 4.0 / 1e5f64.sqrt() && (square - 1.0).abs() < 4.0 * (2.0f64 / 1e5).sqrt(), "{mean} {square}");
    }
}
