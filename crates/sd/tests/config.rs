//! Configurations: every key that diffusers and transformers know is in a table, defaults are theirs, and what is not followed is
//! refused by name.
//!
//! `config_keys.json` is what the judges' classes say of themselves; `make_config_keys.py` writes it.
//! It is long because every key stands here in one list with what becomes of it, as the judges' classes have them.

use decant_sd::Error;
use decant_sd::config::{ClipConfig, DownBlock, MidBlock, ModelIndex, Rule, Scheduler, TABLES, TinyConfig, UNetConfig, UpBlock, VaeConfig};
use decant_sd::files::{Folder, Memory};
use decant_solver::{BetaSchedule, PredictionType, SAMPLERS, SchedulerConfig, TimestepSpacing};
use pollster::block_on;
use serde_json::Value;

/// A class of the judges: its name, and its keys with their defaults.
fn references() -> Vec<(String, serde_json::Map<String, Value>)> {
    let file: Value = serde_json::from_str(include_str!("config_keys.json")).expect("JSON");
    let classes = file["classes"].as_object().expect("classes").iter();
    classes.map(|(name, keys)| (name.clone(), keys.as_object().expect("keys").clone())).collect()
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || a.as_f64().is_some_and(|a| b.as_f64() == Some(a))
}

#[test]
fn every_key_of_the_references_is_in_a_table_and_has_their_default() {
    for (class, keys) in references() {
        let scheduler = class.ends_with("Scheduler");
        let table = TABLES.iter().find(|table| table.class == class || scheduler && table.class.contains("schedulers"));
        let table = table.unwrap_or_else(|| panic!("there is no table for {class}"));
        for (key, default) in &keys {
            let row = table.row(key).unwrap_or_else(|| panic!("{class} knows {key}, our table does not"));
            let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
            match row.rule {
                // a class's default matters where a sampler of that class is written here
                Rule::Honour(ours) if !scheduler || SAMPLERS.iter().any(|row| row.reference == class) => {
                    let by_sampler = scheduler && ours == "null"; // absent means each sampler's own, which the solver's tests compare
                    assert!(by_sampler || same(&parse(ours), default), "{class} {key}: expected {default}, got {ours}");
                }
                Rule::Only(values) => {
                    assert!(values.iter().any(|text| same(&parse(text), default)), "{class} {key}: {default} is its default")
                }
                _ => {}
            }
        }
    }
}

#[test]
fn every_row_that_is_not_followed_says_why() {
    for table in TABLES {
        for row in table.rows() {
            assert_eq!(matches!(row.rule, Rule::Honour(_)), row.why.is_empty(), "{} {}", table.class, row.key);
            assert_eq!(table.rows().filter(|other| other.key == row.key).count(), 1, "{} {} is there twice", table.class, row.key);
        }
    }
}

fn repository(path: &str) -> Folder {
    Folder::open(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))).expect("it is in the repository")
}

#[test]
fn the_models_of_this_repository_are_read() {
    for path in ["models/digits", "tests/models/sd1-tiny", "tests/models/sd2-tiny"] {
        let files = repository(path);
        let index = block_on(ModelIndex::read(&files)).expect(path);
        let text = block_on(ClipConfig::read(&files, "text_encoder")).expect(path);
        let unet = block_on(UNetConfig::read(&files, "unet")).expect(path);
        let vae = block_on(VaeConfig::read(&files, "vae")).expect(path);
        let scheduler = block_on(Scheduler::read(&files)).expect(path);
        assert_eq!(index.scheduler, scheduler.class, "{path}");
        assert_eq!(unet.cross_attention_dim, text.hidden_size, "{path}");
        assert_eq!(unet.in_channels, vae.latent_channels, "{path}");
    }
    for variant in ["no-mid", "only-cross", "downsample-padding-0", "inpaint"] {
        let unet = block_on(UNetConfig::read(&repository(&format!("tests/models/unet-variants/{variant}")), ".")).expect(variant);
        assert_eq!(unet.mid_block_type.is_none(), variant == "no-mid");
        assert_eq!(unet.only_cross_attention, [variant == "only-cross"; 2]);
        assert_eq!(unet.downsample_padding, usize::from(variant != "downsample-padding-0"));
        assert_eq!(unet.in_channels, if variant == "inpaint" { 9 } else { 4 });
    }
}

#[test]
fn stable_diffusion_1_and_2_mean_what_diffusers_reads() {
    let unet = UNetConfig::parse("unet/config.json", b"{}").expect("Stable Diffusion 1.x is all defaults but the text");
    assert_eq!(unet.block_out_channels, [320, 640, 1280, 1280]);
    assert_eq!(unet.num_attention_heads, [8; 4]);
    assert_eq!((unet.mid_block_type, unet.sample_size), (Some(MidBlock::CrossAttention), [64, 64]));
    assert_eq!((unet.down_block_types[3], unet.up_block_types[0]), (DownBlock::Plain, UpBlock::Plain));

    let unet = block_on(UNetConfig::read(&repository("tests/models/sd2-tiny"), "unet")).expect("sd2-tiny");
    assert_eq!(unet.num_attention_heads, [1, 2, 3]);
    assert_eq!(unet.only_cross_attention, [false, true, false]);
    assert!(unet.use_linear_projection && !unet.center_input_sample && unet.flip_sin_to_cos);
    assert_eq!((unet.norm_eps, unet.freq_shift, unet.layers_per_block), (1e-5, 0, vec![1; 3]));

    let scheduler = block_on(Scheduler::read(&repository("tests/models/sd2-tiny"))).expect("sd2-tiny");
    let expected = SchedulerConfig {
        beta_start: Some(0.00085),
        beta_end: Some(0.012),
        beta_schedule: Some(BetaSchedule::ScaledLinear),
        prediction_type: PredictionType::VPrediction,
        set_alpha_to_one: Some(false),
        clip_sample: Some(false),
        skip_prk_steps: true,
        steps_offset: 1,
        timestep_spacing: Some(TimestepSpacing::Leading),
        ..SchedulerConfig::default()
    };
    assert_eq!((scheduler.class.as_str(), scheduler.config), ("DDIMScheduler", expected));
    let scheduler = block_on(Scheduler::read(&repository("tests/models/sd1-tiny"))).expect("sd1-tiny");
    assert_eq!((scheduler.class.as_str(), scheduler.config.timestep_spacing), ("PNDMScheduler", None));
}

/// The keys of published files that differ from the defaults, or that only newer classes know; where they were published is in
/// `layout::FAMILIES`.
#[test]
fn published_configurations_of_every_family_are_read() {
    let xl = r#"{"_class_name": "UNet2DConditionModel", "_diffusers_version": "0.19.0.dev0", "act_fn": "silu", "addition_embed_type": "text_time",
        "addition_embed_type_num_heads": 64, "addition_time_embed_dim": 256, "attention_head_dim": [5, 10, 20],
        "block_out_channels": [320, 640, 1280], "class_embeddings_concat": false, "cross_attention_dim": 2048,
        "down_block_types": ["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"], "mid_block_only_cross_attention": null,
        "num_attention_heads": null, "projection_class_embeddings_input_dim": 2816, "resnet_out_scale_factor": 1.0, "sample_size": 128,
        "transformer_layers_per_block": [1, 2, 10], "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        "upcast_attention": null, "use_linear_projection": true}"#;
    let unet = UNetConfig::parse("unet/config.json", xl.as_bytes()).expect("Stable Diffusion XL");
    let addition = unet.addition.expect("pooled text and sizes");
    assert_eq!((addition.time_embed_dim, addition.text_dim, addition.input_dim()), (256, 1280, 2816));
    assert_eq!((unet.transformer_layers_per_block, unet.num_attention_heads), (vec![1, 2, 10], vec![5, 10, 20]));

    let lcm = r#"{"addition_embed_type": null, "attention_type": "default", "cross_attention_dim": 768, "dropout": 0.0, "sample_size": 96,
        "reverse_transformer_layers_per_block": null, "time_cond_proj_dim": 256, "encoder_hid_dim_type": null}"#;
    let unet = UNetConfig::parse("unet/config.json", lcm.as_bytes()).expect("a latent consistency model");
    assert_eq!((unet.time_cond_proj_dim, unet.addition, unet.sample_size), (Some(256), None, [96; 2]));

    let tiny = r#"{"block_out_channels": [320, 640, 1280], "cross_attention_dim": 768, "layers_per_block": 1, "mid_block_type": null,
        "down_block_types": ["CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        "up_block_types": ["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"]}"#;
    let unet = UNetConfig::parse("unet/config.json", tiny.as_bytes()).expect("BK-SDM tiny");
    assert_eq!((unet.mid_block_type, unet.layers_per_block), (None, vec![1; 3]));

    let second = r#"{"architectures": ["CLIPTextModelWithProjection"], "eos_token_id": 2, "hidden_act": "gelu", "hidden_size": 1280,
        "intermediate_size": 5120, "num_attention_heads": 20, "num_hidden_layers": 32, "projection_dim": 1280}"#;
    let text = ClipConfig::parse("text_encoder_2/config.json", second.as_bytes()).expect("XL's second text encoder");
    assert_eq!((text.projection_dim, text.eos_token_id), (Some(1280), 2));

    let index = r#"{"_class_name": "StableDiffusionXLPipeline", "force_zeros_for_empty_prompt": true, "add_watermarker": null,
        "scheduler": ["diffusers", "EulerDiscreteScheduler"], "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
        "tokenizer_2": ["transformers", "CLIPTokenizer"]}"#;
    let index = ModelIndex::parse("model_index.json", index.as_bytes()).expect("XL's parts");
    assert!(index.two_text_encoders && index.force_zeros_for_empty_prompt && !index.tiny_vae);
    let index =
        r#"{"_class_name": "StableDiffusionInpaintPipeline", "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"]}"#;
    assert!(!ModelIndex::parse("model_index.json", index.as_bytes()).expect("an inpainting model's parts").two_text_encoders);
    let index = r#"{"_class_name": "LatentConsistencyModelPipeline", "scheduler": ["diffusers", "LCMScheduler"],
        "image_encoder": [null, null], "requires_safety_checker": true, "vae": ["diffusers", "AutoencoderTiny"]}"#;
    assert!(ModelIndex::parse("model_index.json", index.as_bytes()).expect("a latent consistency model's parts").tiny_vae);

    let lcm = r#"{"_class_name": "LCMScheduler", "beta_end": 0.012, "beta_schedule": "scaled_linear", "beta_start": 0.00085,
        "original_inference_steps": 50, "set_alpha_to_one": true, "steps_offset": 1, "timestep_scaling": 10.0}"#;
    let scheduler = Scheduler::parse("scheduler/scheduler_config.json", lcm.as_bytes()).expect("a latent consistency model's schedule");
    assert_eq!(scheduler.config.original_inference_steps, 50);

    let taesd = r#"{"_class_name": "AutoencoderTiny", "act_fn": "relu", "latent_magnitude": 3, "latent_shift": 0.5, "scaling_factor": 1.0,
        "num_encoder_blocks": [1, 3, 3, 3], "num_decoder_blocks": [3, 3, 3, 1], "upsampling_scaling_factor": 2}"#;
    let tiny = TinyConfig::parse("taesd/config.json", taesd.as_bytes()).expect("TAESD");
    assert_eq!((tiny.factor(), tiny.scaling_factor, tiny.num_decoder_blocks), (8, 1.0, vec![3, 3, 3, 1]));
}

#[test]
fn what_the_pipeline_corrects_is_corrected() {
    let scheduler = Scheduler::parse("s.json", br#"{"steps_offset": 0, "clip_sample": true}"#).expect("early files");
    for (pipeline, expected) in [
        ("StableDiffusionPipeline", (1, Some(false))),
        ("StableDiffusionInpaintPipeline", (1, Some(true))),
        ("StableDiffusionXLPipeline", (0, Some(true))),
        ("LatentConsistencyModelPipeline", (0, Some(true))),
    ] {
        let Scheduler { config, .. } = scheduler.clone().corrected(pipeline);
        assert_eq!((config.steps_offset, config.clip_sample), expected, "{pipeline}");
    }
    for (version, expected) in [("0.6.0", 64), ("0.9.0", 32), ("1.0", 32)] {
        let json = format!(r#"{{"sample_size": 32, "_diffusers_version": "{version}"}}"#);
        let unet = UNetConfig::parse("unet/config.json", json.as_bytes()).expect(version);
        assert_eq!(unet.sample_size, [expected; 2], "{version}");
    }
}

#[test]
fn what_other_programs_write_is_read() {
    // DPM-Solver's default is minus infinity, which Python writes as no JSON reader likes it
    let python = br#"{"_class_name": "DPMSolverMultistepScheduler", "lambda_min_clipped": -Infinity, "use_karras_sigmas": true}"#;
    assert!(Scheduler::parse("s.json", python).expect("Python's JSON").config.use_karras_sigmas);
    // numbers as floats, sizes as lists, one width for each level
    let unet =
        UNetConfig::parse("u.json", br#"{"in_channels": 9.0, "sample_size": [64, 96], "cross_attention_dim": [768, 768, 768, 768]}"#);
    let unet = unet.expect("Python does not mind");
    assert_eq!((unet.in_channels, unet.sample_size, unet.cross_attention_dim), (9, [64, 96], 768));
}

type Parse = fn(&[u8]) -> Result<(), Error>;

const TEXT: Parse = |json| ClipConfig::parse("text_encoder/config.json", json).map(drop);
const UNET: Parse = |json| UNetConfig::parse("unet/config.json", json).map(drop);
const VAE: Parse = |json| VaeConfig::parse("vae/config.json", json).map(drop);
const TINY: Parse = |json| TinyConfig::parse("taesd/config.json", json).map(drop);
const SCHEDULER: Parse = |json| Scheduler::parse("scheduler/scheduler_config.json", json).map(drop);
const INDEX: Parse = |json| ModelIndex::parse("model_index.json", json).map(drop);

#[test]
fn each_refusal_names_the_file_the_key_and_the_value() {
    let cases: &[(Parse, &str, &str)] = &[
        (
            UNET,
            r#"{"sample_size": 8, "sample_size": 9}"#,
            "unet/config.json: is not a JSON object (\"sample_size\" stands there twice at line 1 column 36); download the file again",
        ),
        (UNET, "", "unet/config.json: is not a JSON object (EOF while parsing a value at line 1 column 0); download the file again"),
        (
            UNET,
            "[1]",
            "unet/config.json: is not a JSON object (invalid type: sequence, expected a map at line 1 column 0); download the file again",
        ),
        (
            UNET,
            r#"{"colour": 1}"#,
            "unet/config.json: colour is not a key that Decant knows for UNet2DConditionModel; remove it if it does not change the model's numbers",
        ),
        (
            UNET,
            r#"{"time_embedding_type": "fourier"}"#,
            r#"unet/config.json: time_embedding_type is "fourier"; Decant reads only "positional""#,
        ),
        (UNET, r#"{"act_fn": "gelu"}"#, r#"unet/config.json: act_fn is "gelu"; Decant reads only "silu" or "swish""#),
        (UNET, r#"{"class_embed_type": "timestep"}"#, r#"unet/config.json: class_embed_type is "timestep"; Decant reads only null"#),
        (
            UNET,
            r#"{"addition_embed_type": "text"}"#,
            r#"unet/config.json: addition_embed_type is "text"; Decant reads only null or "text_time""#,
        ),
        (
            UNET,
            r#"{"addition_embed_type": "text_time"}"#,
            "unet/config.json: addition_time_embed_dim is null; expected a whole number of at least 1",
        ),
        (
            UNET,
            r#"{"addition_embed_type": "text_time", "addition_time_embed_dim": 256, "projection_class_embeddings_input_dim": 1536}"#,
            "unet/config.json: projection_class_embeddings_input_dim is 1536; expected more than 6 times addition_time_embed_dim 256, as text comes with it",
        ),
        (
            UNET,
            r#"{"addition_embed_type": "text_time", "addition_time_embed_dim": 255, "projection_class_embeddings_input_dim": 2816}"#,
            "unet/config.json: addition_time_embed_dim is 255; expected an even number, for sines and cosines",
        ),
        (UNET, r#"{"num_attention_heads": 8}"#, "unet/config.json: num_attention_heads is 8; Decant reads only null"),
        (UNET, r#"{"time_cond_proj_dim": 0}"#, "unet/config.json: time_cond_proj_dim is 0; expected a whole number of at least 1"),
        (UNET, r#"{"_class_name": "UNet3D"}"#, r#"unet/config.json: _class_name is "UNet3D"; Decant reads only "UNet2DConditionModel""#),
        (UNET, r#"{"in_channels": "four"}"#, r#"unet/config.json: in_channels is "four"; expected a whole number of at least 1"#),
        (UNET, r#"{"in_channels": -4}"#, "unet/config.json: in_channels is -4; expected a whole number of at least 1"),
        (UNET, r#"{"in_channels": 1e300}"#, "unet/config.json: in_channels is 1e+300; expected a whole number of at least 1"),
        (UNET, r#"{"norm_eps": 0}"#, "unet/config.json: norm_eps is 0; expected a number above 0"),
        (UNET, r#"{"freq_shift": 2}"#, "unet/config.json: freq_shift is 2; expected a whole number from 0 to 1"),
        (
            UNET,
            r#"{"block_out_channels": []}"#,
            "unet/config.json: block_out_channels is []; expected a list of whole numbers of at least 1",
        ),
        (
            UNET,
            r#"{"block_out_channels": [32]}"#,
            r#"unet/config.json: down_block_types is ["CrossAttnDownBlock2D","CrossAttnDownBlock2D","CrossAttnDownBlock2D","DownBlock2D"]; expected 1 texts (as many as block_out_channels), each "DownBlock2D" or "CrossAttnDownBlock2D""#,
        ),
        (
            UNET,
            r#"{"mid_block_type": "UNetMidBlock2DSimpleCrossAttn"}"#,
            r#"unet/config.json: mid_block_type is "UNetMidBlock2DSimpleCrossAttn"; expected "UNetMidBlock2D" or "UNetMidBlock2DCrossAttn""#,
        ),
        (
            UNET,
            r#"{"attention_head_dim": [5, 10, 20]}"#,
            "unet/config.json: attention_head_dim is [5,10,20]; expected a whole number of at least 1, or a list of 4 (as many as block_out_channels)",
        ),
        (
            UNET,
            r#"{"attention_head_dim": 7}"#,
            "unet/config.json: attention_head_dim is 7; level 0 has 320 channels, expected a number of heads that divides them",
        ),
        (
            UNET,
            r#"{"norm_num_groups": 128}"#,
            "unet/config.json: norm_num_groups is 128; expected a divisor of block_out_channels, of which one is 320",
        ),
        (
            UNET,
            r#"{"transformer_layers_per_block": [[1, 2], 1, 1, 1]}"#,
            "unet/config.json: transformer_layers_per_block is [[1,2],1,1,1]; expected a whole number of at least 1, or a list of 4 (as many as block_out_channels)",
        ),
        (
            UNET,
            r#"{"cross_attention_dim": [768, 768, 768, 1024]}"#,
            "unet/config.json: cross_attention_dim is [768,768,768,1024]; expected the same for every level, as there is one text",
        ),
        (
            TEXT,
            r#"{"hidden_act": "relu"}"#,
            r#"text_encoder/config.json: hidden_act is "relu"; expected "quick_gelu" or "gelu" or "gelu_python" or "gelu_new" or "gelu_pytorch_tanh" or "silu" or "swish""#,
        ),
        (TEXT, r#"{"model_type": "t5"}"#, r#"text_encoder/config.json: model_type is "t5"; Decant reads only "clip_text_model""#),
        (TEXT, r#"{"use_attention_mask": true}"#, "text_encoder/config.json: use_attention_mask is true; Decant reads only false or null"),
        (TEXT, r#"{"pruned_heads": {"0": [1]}}"#, r#"text_encoder/config.json: pruned_heads is {"0":[1]}; Decant reads only {}"#),
        (
            TEXT,
            r#"{"num_attention_heads": 7}"#,
            "text_encoder/config.json: num_attention_heads is 7; expected a divisor of hidden_size 512",
        ),
        (VAE, r#"{"latents_mean": [0, 0]}"#, "vae/config.json: latents_mean is [0,0]; Decant reads only null"),
        (VAE, r#"{"shift_factor": 0.1}"#, "vae/config.json: shift_factor is 0.1; Decant reads only null"),
        (VAE, r#"{"scaling_factor": 0}"#, "vae/config.json: scaling_factor is 0; expected a number above 0"),
        (
            VAE,
            r#"{"down_block_types": ["AttnDownEncoderBlock2D"]}"#,
            r#"vae/config.json: down_block_types is ["AttnDownEncoderBlock2D"]; expected 1 texts (as many as block_out_channels), each "DownEncoderBlock2D""#,
        ),
        (
            SCHEDULER,
            r#"{"beta_schedule": "sigmoid"}"#,
            r#"scheduler/scheduler_config.json: beta_schedule is "sigmoid"; expected one of linear, scaled_linear, squaredcos_cap_v2"#,
        ),
        (
            SCHEDULER,
            r#"{"prediction_type": "flow_prediction"}"#,
            r#"scheduler/scheduler_config.json: prediction_type is "flow_prediction"; expected one of epsilon, v_prediction, sample"#,
        ),
        (SCHEDULER, r#"{"use_flow_sigmas": true}"#, "scheduler/scheduler_config.json: use_flow_sigmas is true; Decant reads only false"),
        (
            SCHEDULER,
            r#"{"trained_betas": "all"}"#,
            r#"scheduler/scheduler_config.json: trained_betas is "all"; expected a list of numbers, or null"#,
        ),
        (TINY, r#"{"act_fn": "silu"}"#, r#"taesd/config.json: act_fn is "silu"; Decant reads only "relu""#),
        (
            TINY,
            r#"{"num_decoder_blocks": [3, 3, 1]}"#,
            "taesd/config.json: num_decoder_blocks is [3,3,1]; expected 4 numbers, as many as decoder_block_out_channels",
        ),
        (
            TINY,
            r#"{"encoder_block_out_channels": [64, 64, 64, 32]}"#,
            "taesd/config.json: encoder_block_out_channels is [64,64,64,32]; expected one number for all stages, as nothing between them changes it",
        ),
        (
            INDEX,
            r#"{"vae": ["diffusers", "AsymmetricAutoencoderKL"]}"#,
            r#"model_index.json: vae is ["diffusers","AsymmetricAutoencoderKL"]; Decant reads only ["diffusers","AutoencoderKL"] or ["diffusers","AutoencoderTiny"]"#,
        ),
        (
            INDEX,
            r#"{"_class_name": "StableDiffusionXLPipeline"}"#,
            "model_index.json: text_encoder_2 is null; expected one for StableDiffusionXLPipeline",
        ),
        (
            INDEX,
            r#"{"text_encoder_2": ["transformers", "CLIPTextModelWithProjection"]}"#,
            r#"model_index.json: text_encoder_2 is ["transformers","CLIPTextModelWithProjection"]; expected none for StableDiffusionPipeline"#,
        ),
        (INDEX, r#"{"scheduler": null}"#, "model_index.json: scheduler is null; expected a library and a class"),
    ];
    for (parse, json, expected) in cases {
        let error = parse(json.as_bytes()).expect_err(json).to_string();
        assert_eq!(error, *expected, "{json}");
    }
}

#[test]
fn a_missing_configuration_is_named() {
    let files = Memory::new("models/mine", [("vae/config.json", b"{}".to_vec())]);
    let error = block_on(UNetConfig::read(&files, "unet")).expect_err("there is none").to_string();
    assert!(error.starts_with("models/mine: there is no unet/config.json; a model is a folder in diffusers' layout"), "{error}");
}

/// Every value of every key of real configurations, replaced by something else: read or refused, never a panic.
#[test]
fn damaged_configurations_are_read_or_refused_and_never_panic() {
    let odd = [r#"null"#, "true", "0", "-1", "1e308", "\"\"", "[]", "[0]", "[[]]", "{}", "[1, \"a\"]", "4294967296", "0.5"];
    for (class, keys) in references() {
        let parse = match class.as_str() {
            "CLIPTextConfig" => TEXT,
            "UNet2DConditionModel" => UNET,
            "AutoencoderKL" => VAE,
            "AutoencoderTiny" => TINY,
            _ => SCHEDULER,
        };
        for key in keys.keys() {
            for value in odd {
                let _either = parse(format!("{{\"{key}\": {value}}}").as_bytes());
            }
        }
        let whole = serde_json::to_vec(&keys).expect("JSON");
        for cut in 0..whole.len() {
            assert!(parse(&whole[..cut]).is_err());
        }
    }
}
