use super::*;
use decant_solver::{Sampler, SchedulerConfig, schedule};

fn some(level: Level) -> Latents {
    Latents { shape: [4, 3, 5], values: (0..60).map(|i| (i as f32 - 17.0) / 8.0).collect(), level }
}

#[test]
fn what_is_written_is_read() {
    let noisy = |scale| Level::Noisy { sigma: 14.614641, scale };
    for level in [Level::Unknown, Level::Noise, Level::Clean, noisy(Scale::Preserving), noisy(Scale::Exploding)] {
        assert_eq!(Latents::read("x", &some(level).to_safetensors()).expect("just written"), some(level));
        assert_eq!(Latents::read("x", &some(level).to_npy()).expect("just written"), some(Level::Unknown));
    }
}

#[test]
fn what_is_no_file_of_latents_is_refused_in_a_sentence() {
    let npy = some(Level::Unknown).to_npy();
    let other = |from: &str, to: &str| {
        let at = npy.windows(from.len()).position(|window| window == from.as_bytes()).expect("it is in the header");
        [&npy[..at], to.as_bytes(), &npy[at + from.len()..]].concat()
    };
    let mut infinite = some(Level::Clean);
    infinite.values[7] = f32::INFINITY;
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("nothing", vec![], "it is no safetensors file"),
        ("another format", b"\x89PNG\r\n\x1a\n and more".to_vec(), "it is no safetensors file"),
        ("cut in the header", npy[..40].to_vec(), "it ends too early"),
        ("cut in the numbers", npy[..npy.len() - 1].to_vec(), "240 bytes of numbers are expected, 239 are there"),
        ("whole numbers", other("<f4", "<i4"), "its numbers are of NumPy's type \"<i4\""),
        ("Fortran's order", other("False", "True "), "Fortran's order"),
        ("five sides", other("(1, 4, 3, 5)", "(1,1,4,3, 5)"), "its shape is [1, 1, 4, 3, 5]"),
        ("two pictures", other("(1, 4, 3, 5)", "(2, 2, 3, 5)"), "its shape is [2, 2, 3, 5]"),
        ("too many numbers", other("(1, 4, 3, 5), ", "(99999999999,)"), "its shape [99999999999] is too large"),
        ("more than there can be", other("(1, 4, 3, 5), }", "(9,9999999999)}"), "is too large"),
        ("no number", infinite.to_safetensors(), "it holds inf, which is no finite number"),
    ];
    for (what, bytes, part) in cases {
        let sentence = Latents::read("mine", bytes).expect_err(what).to_string();
        assert!(sentence.starts_with("mine: ") && sentence.contains(part), "{what}: {sentence}");
    }
}

#[test]
fn any_cut_of_a_file_is_read_or_refused() {
    for file in [some(Level::Clean).to_npy(), some(Level::Noisy { sigma: 1.0, scale: Scale::Exploding }).to_safetensors()] {
        for end in 0..file.len() {
            assert!(Latents::read("cut", &file[..end]).is_err(), "{end} of {} bytes", file.len());
        }
    }
}

#[test]
fn another_samplers_scale_is_that_of_its_own_noising() {
    let (x0, noise) = (some(Level::Clean).values, vec![0.3; 60]);
    let [ddim, euler] = [Sampler::Ddim, Sampler::Euler].map(|sampler| {
        let config = SchedulerConfig { timestep_spacing: Some("leading".parse().expect("a spacing")), ..SchedulerConfig::default() };
        schedule(sampler, &config, 5).expect("usual")
    });
    let noised = |schedule: &Schedule| {
        let values = schedule.add_noise(2, &x0, &noise).expect("there is such a call");
        Latents::after(schedule, 1, [4, 3, 5], &values)
    };
    let (from, to) = (noised(&ddim).scaled(Scale::Exploding), noised(&euler).values);
    assert!(from.iter().zip(&to).all(|(a, b)| (a - b).abs() < 1e-4 * b.abs().max(1.0)), "{from:?} {to:?}");
    assert_eq!(noised(&euler).scaled(Scale::Exploding), to);
    let back = noised(&euler).scaled(Scale::Preserving);
    assert!(back.iter().zip(&noised(&ddim).values).all(|(a, b)| (a - b).abs() < 1e-4));
    assert_eq!(Latents::after(&ddim, 4, [4, 3, 5], &x0).level, Level::Clean);
}

#[test]
fn channels_share_one_scale() {
    let latents = Latents { shape: [2, 1, 2], values: vec![-1.0, 0.0, 1.0, 3.0], level: Level::Clean };
    let pictures = latents.channels();
    assert_eq!((pictures.len(), pictures[1].width, pictures[1].height), (2, 2, 1));
    assert_eq!(pictures[0].values, [0.0, 0.25, 0.0, 0.25, 0.0, 0.25]);
    assert_eq!(pictures[1].values[..2], [0.5, 1.0]);
    let flat = Latents { values: vec![2.0; 4], ..latents };
    assert_eq!(flat.channels()[0].values[0], 0.5);
}
