//! `Generator::randn` against torch, value by value.

mod common;

use decant_solver::Generator;

/// torch 2.15 with AVX2 takes log, sin and cos by polynomials: it is off by up to 5e-7 itself.
const BOUND: f64 = 1e-6;

#[test]
fn randn_is_torchs() {
    let mut worst = 0.0f64;
    let mut draws = 0;
    for case in common::cases(include_str!("../../../tests/golden/solver_randn.txt")).iter().skip(1) {
        let mut generator = Generator::new(case.get("seed").parse().expect("a seed"));
        let sizes: Vec<usize> = case.get("sizes").split(',').map(|n| n.parse().expect("a size")).collect();
        assert_eq!(sizes.len(), case.goldens.len());
        for (n, want) in sizes.into_iter().zip(&case.goldens) {
            let difference = common::difference(&generator.randn(n), want);
            assert!(difference <= BOUND, "{}: {n} values differ by {difference:e}", case.line);
            worst = worst.max(difference);
            draws += 1;
        }
    }
    println!("largest difference from torch over {draws} draws: {worst:e}");
    assert!(draws > 200);
}

#[test]
fn reseeding_forgets_the_spare_normal() {
    let mut generator = Generator::new(3);
    generator.randn(1); // leaves a spare
    generator.reseed(7);
    assert_eq!(generator.randn(5), Generator::new(7).randn(5));
}

#[test]
fn only_the_low_32_bits_of_a_seed_count() {
    assert_eq!(Generator::new((1 << 32) + 5).randn(20), Generator::new(5).randn(20));
}

/// The 10,000th word from the default seed is in the C++ standard ([rand.predef]).
#[test]
fn the_stream_is_mt19937() {
    let mut generator = Generator::new(5489);
    let words: Vec<u32> = (0..10_000).map(|_| generator.next_u32()).collect();
    assert_eq!(words[9_999], 4_123_659_995);
    generator.reseed(5489);
    assert_eq!(generator.next_u64(), u64::from(words[0]) << 32 | u64::from(words[1]));
}
