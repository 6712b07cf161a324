//! The command as a person meets it: pictures, traces, looks into models, and one sentence with exit code 1 for what cannot work.

use super::common::{decant, generate_with, pixels, refuses, scratch, works};
use std::path::Path;

const TINY: &str = "tests/models/sd1-tiny";

#[test]
fn a_prompt_becomes_a_picture_and_a_trace() {
    let (out, trace) = (scratch("picture.png"), scratch("trace.safetensors"));
    let run = ["generate", "--model", TINY, "--device", "cpu", "--prompt", "a cat", "--steps", "2", "--width", "24", "--height", "16"];
    works(&[&run[..], &["--seed", "5", "--trace", &trace], &["--attention"], &["--out", &out]].concat());
    let png = std::fs::read(&out).expect("the picture is there");
    assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
    assert_eq!((&png[16..20], &png[20..24]), (&24u32.to_be_bytes()[..], &16u32.to_be_bytes()[..]), "width and height");
    let trace = String::from_utf8_lossy(&std::fs::read(&trace).expect("the trace is there")).into_owned();
    let tensors = "noise text_embeddings timesteps latents_000 next_001 denoised_001 model_input_000 prediction_001 eps_guided_001 attention_001 image";
    for tensor in tensors.split(' ') {
        assert!(trace.contains(&format!("\"{tensor}\"")), "{tensor} is not in the trace");
    }
}

#[test]
fn without_a_model_the_built_in_one_draws() {
    let (out, digits, again) = (scratch("builtin.png"), scratch("digits.png"), scratch("digits-again.png"));
    let output = decant(&["generate", "--device", "cpu", "--prompt", "a purring xylograph", "--steps", "1", "--quiet", "--out", &out]);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{stderr}");
    assert_eq!(
        stderr.trim(),
        "Emoji can paint 160 things, and the prompt names none of them, so the picture will be a guess; decant inspect builtin:emoji lists them"
    );
    let record = decant_record::read(&std::fs::read(&out).expect("it was just drawn")).expect("it says how").record;
    assert_eq!(record.model.name, "emoji");
    // A record that names another one that comes along opens that.
    let asked =
        ["generate", "--device", "cpu", "--model", "builtin:digits", "--prompt", "a red 4", "--steps", "2", "--quiet", "--out", &digits];
    works(&asked);
    let output = decant(&["generate", "--device", "cpu", "--settings", &digits, "--quiet", "--out", &again]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "nothing to say");
    assert_eq!(std::fs::read(&again).expect("it was just drawn"), std::fs::read(&digits).expect("it was just drawn"), "bit for bit");
}

#[test]
fn inspect_says_what_a_model_is_and_what_a_picture_takes() {
    let text = works(&["inspect", TINY, "--programs"]);
    for part in ["PNDMScheduler", "F16", "GPU memory at", "the files", "q4_0", "within what WebGPU guarantees", "conv2d", "GFLOP"] {
        assert!(text.contains(part), "{part:?} is missing from:\n{text}");
    }
}

#[test]
fn a_budget_and_a_tiny_decoder_are_followed() {
    let out = scratch("tiny.png");
    let tiny = "tests/models/taesd-tiny/diffusion_pytorch_model.safetensors";
    let all =
        ["generate", "--model", TINY, "--device", "cpu", "--prompt", "a cat", "--steps", "1", "--preview-decoder", tiny, "--out", &out];
    let output = decant(&[&all[..], &["--tiny", "--budget", "100MB", "--width", "16", "--height", "16"]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && stderr.contains("memory: ") && stderr.contains("predicted"), "{stderr}");
    assert!(std::fs::metadata(&out).expect("the picture is there").len() > 100);
    let all = all.map(|word| if word == out { "never.png" } else { word });
    let refused = refuses(&[&all[..], &["--budget", "1MB"]].concat());
    assert!(refused.contains("would take") && refused.contains("1 MB"), "{refused}");
    let none = refuses(&["generate", "--model", TINY, "--device", "cpu", "--tiny", "--prompt", "x", "--steps", "1", "--out", &out]);
    assert!(none.contains("opened without one"), "{none}");
    let own = ["--device", "cpu", "--steps", "1", "--width", "64", "--height", "64"];
    works(&[&["generate", "--tiny", "--prompt", "x", "--out", &out][..], &own].concat()); // the usual model brings its own along
    assert_eq!(decant(&["inspect", TINY, "--budget", "much"]).status.code(), Some(2), "clap's own");
}

#[test]
fn the_usual_models_of_the_page_open_and_say_what_they_know() {
    let stdout = works(&["inspect", "builtin:emoji"]);
    assert!(stdout.contains("paints         160 things: ") && stdout.contains(", fox, "), "{stdout}");
    assert!(stdout.contains("for instance   a ") && stdout.contains("128×128"), "{stdout}");
    assert!(stdout.contains("gear fast      4 steps of LCM, guidance 1, with its LoRA emoji-fast"), "{stdout}");
    let out = scratch("emoji.png");
    generate_with("builtin:emoji", &["--prompt", "a fox", "--steps", "1", "--quiet", "--out", &out]);
    assert!(std::fs::metadata(&out).expect("it was just drawn").len() > 2000);
}

#[test]
fn a_gear_is_a_lora_with_its_steps_and_what_it_was_called_once_is_it() {
    let draw = |more: &[&str], name: &str| {
        let out = scratch(name);
        let stderr = generate_with(more[0], &[&["--prompt", "a fox", "--seed", "3", "--out", &out], &more[1..]].concat());
        (stderr, pixels(&out))
    };
    let (stderr, fast) = draw(&["builtin:emoji", "--gear", "fast"], "gear.png");
    assert!(stderr.contains("4 steps of LCM, guidance 1"), "{stderr}");
    let (stderr, once) = draw(&["builtin:emoji-fast"], "once.png");
    assert!(stderr.contains("builtin:emoji-fast is builtin:emoji with --gear fast now"), "{stderr}");
    assert_eq!(fast, once);
    let (stderr, fewer) = draw(&["builtin:emoji", "--gear", "fast", "--steps", "2"], "fewer.png");
    assert!(stderr.contains("2 steps of LCM, guidance 1") && fewer != fast, "{stderr}");
    // What it says of itself makes it again: the gear is a LoRA there like any other.
    let (_, again) = draw(&["builtin:emoji", "--settings", &scratch("gear.png")], "again.png");
    assert_eq!(fast, again);
    let out = scratch("never.png");
    let refused = |model: &str, gear: &str| {
        refuses(&["generate", "--model", model, "--device", "cpu", "--gear", gear, "--prompt", "x", "--out", &out])
    };
    assert_eq!(refused("builtin:emoji", "slow"), "--gear slow: Emoji brings along fast; leave it out");
    assert_eq!(refused(TINY, "fast"), "--gear fast: sd1-tiny brings along none; leave it out");
}

#[test]
fn what_cannot_work_gets_one_sentence() {
    let out = scratch("never.png");
    let ask = |more: &[&str]| {
        let all = ["generate", "--model", TINY, "--device", "cpu", "--prompt", "x", "--out", &out];
        refuses(&all.iter().chain(more).copied().collect::<Vec<&str>>())
    };
    assert_eq!(ask(&["--steps", "0"]), "sampling with 0 steps: expected 1 to 1000 (num_train_timesteps); choose a number in that range");
    assert_eq!(ask(&["--width", "33"]), "width 33 does not fit the model: a multiple of 8 from 8 to 16384 is needed, for instance 32");
    assert!(ask(&["--width", "16384", "--height", "16384"]).contains("would take"));
    assert_eq!(
        refuses(&["generate", "--model", "no/such", "--prompt", "x", "--out", &out]),
        "no/such: there is no such file or folder; give a model's file or folder, an http address, or one that comes along: builtin:emoji, builtin:digits"
    );
    assert!(refuses(&["generate", "--model", "builtin:../x", "--prompt", "x", "--out", &out]).starts_with("builtin:../x: no such model"));
    assert!(refuses(&["generate", "--prompt", "x", "--out", "no/such/x.png"]).ends_with("the folder to write it to does not exist"));
    assert!(refuses(&["generate", "--prompt", "x", "--out", "tests"]).ends_with("this is a folder; give a file's name"));
    assert!(refuses(&["inspect", TINY, "--width", "1099511627776"]).starts_with("width 1099511627776 does not fit the model"));
    assert_eq!(
        ask(&["--lora", "nope.safetensors"]),
        "nope.safetensors: there is no such file or folder; give a LoRA's file or folder, or its http address"
    );
    assert_eq!(
        ask(&["--lora", "tests/models/lora/kohya.safetensors:0,8"]),
        "--lora tests/models/lora/kohya.safetensors:0,8: the weight \"0,8\" is no number; expected FILE:WEIGHT such as tests/models/lora/kohya.safetensors:0.8"
    );
    assert!(ask(&["--textual-inversion", "nope.pt"]).ends_with("give a textual inversion's file, or its http address"));
    assert!(ask(&["--sigmas", "1e30,1,0", "--sampler", "euler"]).contains("falling numbers from 100000 at most"));
    let passing = ask(&["--hires", "2", "--save-latents", "never.npy", "--save-latents-after", "1"]);
    assert!(passing.starts_with("--save-latents-after 1 is of a run in one pass"), "{passing}");
    assert_eq!(ask(&["--guidance", "nan", "--hires", "1.5"]), "settings: guidance is NaN, expected a finite number");
    assert!(!Path::new(&out).exists());
    for (flag, value, hint) in [("--sampler", "eular", "did you mean euler?"), ("--sigmas", "karas", "did you mean karras?")] {
        let sentence = refuses(&["generate", flag, value, "--prompt", "x", "--out", &out]);
        assert!(sentence.ends_with(hint), "{sentence}");
    }
}

#[test]
fn pictures_become_latents_and_come_back_and_are_started_from() {
    let photograph = "tests/golden/pictures/turned-6.jpg"; // 9×14 pixels when it is upright
    let [latents, npy, channels, decoded] = ["photo.safetensors", "photo.npy", "channels.png", "decoded.png"].map(scratch);
    let encode = ["encode", photograph, "--model", TINY, "--device", "cpu"];
    let stdout = works(&[&encode[..], &["--out", &latents, "--channels", &channels, "--decoded", &decoded]].concat());
    assert!(stdout.starts_with("8×8 pixels, 192 numbers; latents 4×1×1, 4 numbers: 48 times fewer; round trip "), "{stdout}");
    works(&[&encode[..], &["--out", &npy]].concat());
    let (first, again) = (scratch("first.png"), scratch("again.png"));
    for (file, out) in [(&latents, &first), (&npy, &again)] {
        works(&["decode", file, "--model", TINY, "--device", "cpu", "--out", out]);
    }
    let read = |path: &str| std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    assert_eq!(read(&first), read(&again));
    assert_eq!(read(&first), read(&decoded));
    assert_eq!(read(&channels)[16..24], [0, 0, 0, 32, 0, 0, 0, 8], "four channels of 8×8 side by side");

    let out = scratch("round.png");
    let run = ["generate", "--model", TINY, "--device", "cpu", "--quiet", "--prompt", "a cat", "--steps", "2", "--out", &out];
    let from = ["--init-image", photograph, "--mask", photograph, "--keep-unmasked", "--pad", "0,8,0,8"];
    works(&[&run[..], &from, &["--count", "2", "--feedback", "1", "--strength", "0.5", "--seed", "4"]].concat());
    for name in ["round-4-0.png", "round-4-1.png", "round-5-0.png", "round-5-1.png"] {
        assert_eq!(read(&scratch(name))[16..24], [0, 0, 0, 24, 0, 0, 0, 8], "{name} has 9 + 8 + 8 pixels less one by 8");
    }
    works(&[&run[..], &["--latents", &latents, "--strength", "0.5"]].concat());
    let sentences: &[(&[&str], &str)] = &[
        (&["--init-image", photograph, "--mask", "tests/golden/pictures/plain.png"], "mask: it has 14×9 pixels, the picture 9×14"),
        (&["--init-image", photograph, "--strength", "0"], "strength 0: of 2 steps not one would be taken"),
        (&["--init-image", TINY], "could not be read"),
        (&["--latents", photograph], "it is no safetensors file"),
        (&["--strength", "0.5"], "there is no picture to start from"),
        (&["--count", "0"], "count: 0 pictures cannot be made"),
    ];
    for (flags, part) in sentences {
        let sentence = refuses(&[&run[..], flags].concat());
        assert!(sentence.contains(part), "{flags:?}: {sentence}");
    }
}
