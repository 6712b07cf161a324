//! Stable Diffusion 1.5 and 2.1 at their real sizes, from the names and shapes of their weights alone: every weight is used and none is
//! missing, the memory plan says what a picture takes, and every launch stays within what WebGPU guarantees, or is known not to.

mod common;

use common::folder;
use decant_graph::{Encoding, Graph, Limits, Program, WeightIndex, WeightInfo};
use decant_sd::config::{ClipConfig, UNetConfig, VaeConfig};
use decant_sd::{clip, unet, vae};
use std::collections::{BTreeMap, BTreeSet};

const VAE: &[u8] = br#"{"block_out_channels": [128, 256, 512, 512], "layers_per_block": 2,
    "down_block_types": ["DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D", "DownEncoderBlock2D"],
    "up_block_types": ["UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D", "UpDecoderBlock2D"]}"#;

/// One of the two models.
struct Model {
    name: &'static str,
    unet: &'static str,
    text: &'static str,
}

const MODELS: &[Model] = &[
    Model {
        name: "sd15",
        unet: r#"{"cross_attention_dim": 768, "attention_head_dim": 8, "sample_size": 64}"#,
        text: r#"{"hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 12, "hidden_act": "quick_gelu"}"#,
    },
    Model {
        name: "sd21",
        unet: r#"{"cross_attention_dim": 1024, "attention_head_dim": [5, 10, 20, 20], "use_linear_projection": true, "sample_size": 96}"#,
        text: r#"{"hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 23, "hidden_act": "gelu"}"#,
    },
];

/// A component's weights as diffusers names and shapes them.
fn index(model: &str, component: &str, encoding: Encoding) -> WeightIndex {
    let text = std::fs::read_to_string(folder("tests/golden").join(format!("shapes-{model}.txt"))).expect("the list is there");
    let lines = text.lines().filter_map(|line| line.strip_prefix(component)?.strip_prefix(' '));
    let entry = |line: &str| {
        let mut words = line.split(' ');
        let name = words.next().expect("a name").to_string();
        let shape = words.map(|n| n.parse().expect("a number")).collect();
        (name, WeightInfo { shape, encoding })
    };
    lines.map(entry).filter(|(name, _)| !name.ends_with("position_ids")).collect()
}

fn program(index: &WeightIndex, build: impl FnOnce(&Graph)) -> Program {
    let graph = Graph::new(index.clone());
    build(&graph);
    graph.finish().unwrap_or_else(|e| panic!("{e}"))
}

fn all_used(index: &WeightIndex, programs: &[&Program]) {
    let used: BTreeSet<&str> = programs.iter().flat_map(|p| p.weights.iter().map(|w| w.name.as_str())).collect();
    let left: Vec<&String> = index.keys().filter(|name| !used.contains(name.as_str())).collect();
    assert!(left.is_empty(), "left over: {left:?}");
}

#[test]
fn every_weight_is_used_and_every_launch_fits() {
    for model in MODELS {
        let unet_config = UNetConfig::parse("unet/config.json", model.unet.as_bytes()).expect("the configuration is sound");
        let text_config = ClipConfig::parse("text_encoder/config.json", model.text.as_bytes()).expect("the configuration is sound");
        let vae_config = VaeConfig::parse("vae/config.json", VAE).expect("the configuration is sound");
        for encoding in [Encoding::F32, Encoding::F16, Encoding::Q8_0, Encoding::Q4_0] {
            let name = format!("{} {}", model.name, encoding.row().name);
            let weights = index(model.name, "text_encoder", encoding);
            let text = program(&weights, |g| clip::text_encoder(g, &text_config, 1, clip::Hidden::Normed));
            all_used(&weights, &[&text]);
            let weights = index(model.name, "unet", encoding);
            let unet = program(&weights, |g| unet::unet(g, &unet_config, 2, [64, 64], 77));
            all_used(&weights, &[&unet]);
            let weights = index(model.name, "vae", encoding);
            let decoder = program(&weights, |g| vae::decoder(g, &vae_config, [32, 32], 1));
            let encoder = program(&weights, |g| vae::encoder(g, &vae_config, [256, 256], 1));
            all_used(&weights, &[&decoder, &encoder]);
            for (part, p) in [("text", &text), ("unet at 512", &unet), ("decoder at 256", &decoder), ("encoder at 256", &encoder)] {
                let (weights, rest) = (p.weight_bytes() as f64 / 1e6, p.activation_bytes() as f64 / 1e6);
                println!("{name:10} {part:15} weights {weights:7.0} MB, activations {rest:6.0} MB, {:6.0} GFLOP", p.flops() as f64 / 1e9);
                assert_eq!(p.does_not_fit(&Limits::default()), None, "{name} {part}");
            }
        }
    }
}

#[test]
fn a_guided_denoiser_fits_any_adapter() {
    // 215, 484 and 860 MB before the feed-forward took its tokens in parts and the largest values got their buffers first; 150.0 before
    // products whose results are few were shared out, whose parts want a place; 150.6, 335 and 600 before the text's keys and values stayed
    // and tokens were taken together as far as every adapter can bind.
    for (pixels, most) in [(512, 175e6), (768, 351e6), (1024, 608e6)] {
        for model in MODELS {
            let config = UNetConfig::parse("unet/config.json", model.unet.as_bytes()).expect("the configuration is sound");
            let p = program(&index(model.name, "unet", Encoding::F16), |g| unet::unet(g, &config, 2, [pixels / 8; 2], 77));
            assert_eq!(p.does_not_fit(&Limits::default()), None, "{} at {pixels}", model.name);
            let peak = p.activation_bytes() as f64;
            println!("{} at {pixels}: {:.1} MB", model.name, peak / 1e6);
            assert!(peak <= most, "{} at {pixels}: {:.1} MB", model.name, peak / 1e6);
        }
    }
}

/// Numbers of bands that are tried, as for a run.
const BANDS: [usize; 6] = [1, 2, 4, 8, 16, 32];

#[test]
fn an_autoencoder_in_bands_fits_any_adapter() {
    let config = VaeConfig::parse("vae/config.json", VAE).expect("the configuration is sound");
    let weights = index("sd15", "vae", Encoding::F16);
    let limits = Limits::default();
    // The decoder's last level at 512 pixels holds 256 channels × 512² × 4 bytes in one value: twice what WebGPU guarantees for a binding.
    let large = program(&weights, |g| vae::decoder(g, &config, [64, 64], 1));
    assert!(large.does_not_fit(&limits).is_some_and(|p| p.contains("binds 268435456 bytes")));
    for (pixels, most_decoding, most_encoding) in [(512, 500e6, 420e6), (768, 1050e6, 1000e6), (1024, 1750e6, 1300e6)] {
        let decoder = |bands| program(&weights, |g| vae::decoder(g, &config, [pixels / 8; 2], bands));
        let encoder = |bands| program(&weights, |g| vae::encoder(g, &config, [pixels; 2], bands));
        let whole = [decoder(1), encoder(1)];
        type Build<'a> = &'a dyn Fn(usize) -> Program;
        let builds = [("decoder", &decoder as Build, most_decoding), ("encoder", &encoder as Build, most_encoding)];
        for ((name, build, most), whole) in builds.into_iter().zip(whole) {
            let fits = |p: &Program| p.does_not_fit(&limits).is_none() && p.activation_bytes() as f64 <= most;
            let mut programs = BANDS.iter().map(|bands| (*bands, build(*bands)));
            let (bands, p) = programs.find(|(_, p)| fits(p)).unwrap_or_else(|| panic!("{name} at {pixels}: nothing fits"));
            let (peak, before) = (p.activation_bytes() as f64 / 1e6, whole.activation_bytes() as f64 / 1e6);
            println!("{name} at {pixels}: {peak:.0} MB in {bands} bands, {before:.0} MB in one piece");
            let more = p.flops() as f64 / whole.flops() as f64 - 1.0;
            assert!(more.abs() < 0.01, "{name} at {pixels} in {bands} bands: {:.1} % more work", more * 100.0);
        }
    }
}

#[test]
fn the_work_is_what_torch_counts() {
    // torch's FlopCounter on the same classes: one denoiser call at 512 pixels 803 GFLOP, one decoding 2514 GFLOP (products only).
    let model = &MODELS[0];
    let unet_config = UNetConfig::parse("unet/config.json", model.unet.as_bytes()).expect("the configuration is sound");
    let unet = program(&index("sd15", "unet", Encoding::F16), |g| unet::unet(g, &unet_config, 1, [64, 64], 77));
    let vae_config = VaeConfig::parse("vae/config.json", VAE).expect("the configuration is sound");
    let decoder = program(&index("sd15", "vae", Encoding::F16), |g| vae::decoder(g, &vae_config, [64, 64], 1));
    for (program, expected) in [(&unet, 803.0), (&decoder, 2514.0)] {
        let got = program.flops() as f64 / 1e9;
        assert!((got / expected - 1.0).abs() < 0.01, "expected {expected} GFLOP, got {got:.0}");
    }
}

/// Launches of one call with guidance at 512×512, by operation, once the text is known; and all of them, by the first choices of any real GPU.
#[test]
fn a_guided_call_takes_few_launches() {
    let config = UNetConfig::parse("unet/config.json", MODELS[0].unet.as_bytes()).expect("the configuration is sound");
    let unet = program(&index("sd15", "unet", Encoding::F16), |g| unet::unet(g, &config, 2, [64, 64], 77));
    let (plan, mut each) = (unet.anywhere(), BTreeMap::<&str, usize>::new());
    for (at, _) in plan.launches(&unet).filter(|(at, _)| *at >= unet.prelude) {
        *each.entry(unet.steps[at].op.name()).or_default() += 1;
    }
    let total: usize = each.values().sum();
    println!("{total} launches and {} for the text, {} bytes: {each:?}", unet.prelude, plan.activation_bytes());
    assert!(total <= 490, "{total} launches: {each:?}");
}

/// The way back through a network to its input, with so many parts computed again.
fn backward(weights: &WeightIndex, segments: usize, of: &str, build: impl FnOnce(&Graph)) -> Program {
    program(weights, |graph| {
        build(graph);
        let (mut outputs, input) = (graph.take_outputs(), graph.input_named(of).expect("the network reads it"));
        let (_, output) = outputs.pop().expect("the network has one output");
        let cotangent = graph.input("cotangent", &output.shape());
        graph.output("gradient", graph.vjp(output, cotangent, &[input], segments)[0]);
    })
}

/// Activations of a gradient at 512×512, by how much is kept in between; and its work, the way there included, in calls of the network.
#[test]
fn what_a_gradient_takes_is_known_beforehand() {
    let config = UNetConfig::parse("unet/config.json", MODELS[0].unet.as_bytes()).expect("the configuration is sound");
    let vae_config = VaeConfig::parse("vae/config.json", VAE).expect("the configuration is sound");
    let (unet_weights, vae_weights) = (index("sd15", "unet", Encoding::F16), index("sd15", "vae", Encoding::F16));
    let call = program(&unet_weights, |g| unet::unet(g, &config, 2, [64, 64], 77)).flops();
    let decoding = program(&vae_weights, |g| vae::decoder(g, &vae_config, [64, 64], 1)).flops();
    let mut least = [f64::MAX; 2];
    for segments in [1, 2, 4, 8, 16, 32] {
        let unet = backward(&unet_weights, segments, "sample", |g| unet::unet(g, &config, 2, [64, 64], 77));
        let vae = backward(&vae_weights, segments, "latents", |g| vae::decoder(g, &vae_config, [64, 64], 1));
        for (i, (name, p, forward)) in [("unet", &unet, call), ("decoder", &vae, decoding)].into_iter().enumerate() {
            let bytes = p.activation_bytes() as f64;
            println!(
                "{name} in {segments}: {:.0} MB, {:.2} calls, {} steps",
                bytes / 1e6,
                p.flops() as f64 / forward as f64,
                p.steps.len()
            );
            least[i] = least[i].min(bytes);
        }
    }
    assert!(least[0] < 2.2e9 && least[1] < 2.6e9, "{least:?}");
}
