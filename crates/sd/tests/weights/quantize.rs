//! Quantizing: how small a model becomes, what is lost, what is kept, and what cannot be done.

use super::gguf::{gguf, written};
use super::rows::Watched;
use super::{FILE, bytes, one, read, repository, safetensors, unet};
use decant_graph::Encoding;
use decant_sd::weights::quantize::{Override, decibels, plan, write};
use decant_sd::weights::{Checkpoint, policy::stored_encoding};
use pollster::block_on;
use std::collections::BTreeMap;

/// Every tensor of Stable Diffusion 1.5: its network, name and shape, as `tests/make_shapes.py` lists them.
fn sd15() -> Vec<(String, String, Vec<usize>)> {
    let text = include_str!("../../../../tests/golden/shapes-sd15.txt");
    let line = |line: &str| {
        let mut words = line.split(' ').map(String::from);
        let (component, name) = words.next().zip(words.next()).expect("a network and a name");
        (component, name, words.map(|axis| axis.parse().expect("a length")).collect())
    };
    text.lines().filter(|line| !line.starts_with('#')).map(line).collect()
}

/// Bytes of each network in that encoding.
fn sizes(encoding: Encoding) -> BTreeMap<String, usize> {
    let mut sizes = BTreeMap::new();
    for (component, name, shape) in sd15() {
        let row = stored_encoding(&component, &name, &shape, encoding).row();
        let numbers = shape.iter().product::<usize>();
        *sizes.entry(component).or_default() += numbers * (row.block_bytes + row.scale_bytes) / row.block;
    }
    sizes
}

#[test]
fn stable_diffusion_1_5_is_small_enough_sensitive_layers_included() {
    for (encoding, unet, text_encoder, vae, most) in
        [(Encoding::Q4_0, 512, 84, 90, 700), (Encoding::Q8_0, 917, 132, 90, 1150), (Encoding::F16, 1720, 247, 168, 2140)]
    {
        let sizes = sizes(encoding);
        let megabytes: Vec<usize> = ["unet", "text_encoder", "vae"].map(|component| sizes[component].div_ceil(1_000_000)).to_vec();
        assert_eq!(megabytes, [unet, text_encoder, vae], "{encoding:?}");
        let all: usize = sizes.values().sum();
        assert!(all <= most * 1_000_000, "{encoding:?}: {all} bytes");
    }
}

/// A component of the repository's model as that encoding says: the file, and its signal and noise.
fn quantized(path: &str, component: &str, encoding: Encoding, overrides: &[Override]) -> (Vec<u8>, f64, f64) {
    let files = repository(path);
    let checkpoint = block_on(Checkpoint::open(&files, component)).expect(path);
    let (mut file, mut signal, mut noise) = (Vec::new(), 0.0, 0.0);
    let plan = plan(component, &checkpoint, encoding, overrides, false);
    let on_written =
        &mut |written: decant_sd::weights::quantize::Written| (signal, noise) = (signal + written.signal, noise + written.noise);
    block_on(write(&files, &plan, &[("a note".into(), "its text".into())], &mut file, on_written)).expect(path);
    (file, signal, noise)
}

#[test]
fn each_type_loses_what_its_bits_say_and_the_file_says_the_same() {
    // Decibels measured on these weights; a bit is 6 dB.
    for (path, component, encoding, least) in [
        ("tests/models/sd2-tiny", "text_encoder", Encoding::Q8_0, 46.0),
        ("models/digits", "vae", Encoding::Q8_0, 40.0),
        ("models/digits", "unet", Encoding::Q4_0, 19.0),
        ("models/digits", "unet", Encoding::F16, 60.0),
    ] {
        let (file, signal, noise) = quantized(path, component, encoding, &[]);
        let original = read(&repository(path), component).expect(path);
        let smaller = read(&gguf(file), "unet").expect("just written");
        let (mut expected_signal, mut expected_noise) = (0.0, 0.0);
        for (name, (shape, numbers)) in original.iter().filter(|(name, _)| !name.ends_with("position_ids")) {
            let (smaller_shape, rounded) = &smaller[name];
            assert_eq!(shape, smaller_shape, "{name}");
            expected_signal += numbers.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
            expected_noise += numbers.iter().zip(rounded).map(|(x, y)| f64::from(x - y).powi(2)).sum::<f64>();
        }
        let (expected, got) = (decibels(expected_signal, expected_noise), decibels(signal, noise));
        println!("{path} {component} {encoding:?}: {got:.1} dB");
        assert!((expected - got).abs() < 1e-6, "{path} {component}: expected {expected} dB, said {got}");
        assert!(got >= least, "{path} {component} as {encoding:?}: {got} dB");
    }
}

#[test]
fn an_override_wins_over_policy_and_encoding_and_the_first_one_counts() {
    let files = repository("tests/models/sd1-tiny");
    let checkpoint = block_on(Checkpoint::open(&files, "unet")).expect("the tiny model");
    let one = |pattern: &str, encoding| Override { pattern: pattern.into(), encoding };
    let overrides = [one("unet.*attn1*weight", Encoding::F32), one("attn", Encoding::F16), one("conv_in", Encoding::F32)];
    let plan = plan("unet", &checkpoint, Encoding::Q8_0, &overrides, true);
    for planned in &plan {
        assert_eq!(planned.name, planned.path());
        let matrix = matches!(planned.shape().len(), 2 | 4);
        let expected = match planned.path() {
            _ if !matrix => Encoding::F32,
            path if path.contains("attn1") || path.contains("conv_in") => Encoding::F32,
            path if path.contains("attn") => Encoding::F16,
            _ => continue,
        };
        assert_eq!(planned.encoding, expected, "{}", planned.name);
    }
    for (pattern, path, expected) in [("a*c", "abc", true), ("c*a", "abc", false), ("", "x", true), ("*", "x", true), ("b", "abc", true)] {
        assert_eq!(one(pattern, Encoding::F16).fits(path), expected, "{pattern} {path}");
    }
}

#[test]
fn writing_holds_a_million_numbers_at_a_time() {
    let (rows, width) = (700, 4096);
    let header = format!(r#"{{"a":{{"dtype":"F16","shape":[{rows},{width}],"data_offsets":[0,{}]}}}}"#, rows * width * 2);
    let files = Watched::new(safetensors(&header, &vec![0; rows * width * 2]));
    let checkpoint = block_on(Checkpoint::open_file(&files, FILE)).expect("a sound file");
    files.reads.take();
    block_on(write(&files, &plan("unet", &checkpoint, Encoding::Q4_0, &[], false), &[], &mut Vec::new(), &mut |_| {})).expect("zeros");
    let largest = files.reads.take().into_iter().map(|range| range.end - range.start).max();
    assert_eq!(largest, Some(2 << 20));
}

#[test]
fn what_cannot_be_written_gets_one_sentence() {
    let refused = |file: Vec<u8>, encoding| {
        let files = unet(file);
        let checkpoint = block_on(Checkpoint::open(&files, "unet")).expect("a sound file");
        let plan = plan("unet", &checkpoint, encoding, &[], false);
        block_on(write(&files, &plan, &[], &mut Vec::new(), &mut |_| {})).expect_err("it cannot be written").to_string()
    };
    let large = one("F32", "[1,3]", &bytes(&[1.0, -70000.0, 0.0]));
    assert_eq!(
        refused(large, Encoding::F16),
        format!("{FILE}: tensor a has -70000, too large for f16, which ends at 65504; keep it as f32")
    );
    assert_eq!(
        refused(one("F32", "[1,1,1,1,1]", &bytes(&[1.0])), Encoding::F16),
        "the GGUF file to write: tensor a has the shape [1, 1, 1, 1, 1] as F32, expected 4 axes at most and a last one of whole blocks"
    );
    assert!(refused(one("I64", "[1]", &[0; 8]), Encoding::F16).contains("is stored as I64"));
    struct Full;
    impl std::io::Write for Full {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::StorageFull.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let files = gguf(written(&[("a", &[1], &[1.0])]));
    let checkpoint = block_on(Checkpoint::open(&files, "unet")).expect("a sound file");
    let full = block_on(write(&files, &plan("unet", &checkpoint, Encoding::F16, &[], false), &[], &mut Full, &mut |_| {}));
    assert_eq!(full.expect_err("no room").to_string(), "writing failed: no storage space; is there room on the disk?");
}
