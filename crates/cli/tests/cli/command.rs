//! The command as a person meets it: pictures, traces, looks into models, and one sentence with exit code 1 for what cannot work.

use super::common::{decant, generate_with, pixels, refuses, repository, scratch, works};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
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
    let tensors = "noise text_embeddings timesteps latents_000 latents_001 denoised_001 input_000 noise_guided_001 attention_001 image";
    for tensor in tensors.split(' ') {
        assert!(trace.contains(&format!("\"{tensor}\"")), "{tensor} is not in the trace");
    }
}

#[test]
fn without_a_model_the_built_in_one_draws() {
    let (out, digits, again) = (scratch("builtin.png"), scratch("digits.png"), scratch("digits-again.png"));
    let output = decant(&["generate", "--device", "cpu", "--prompt", "a purring xylograph", "--steps", "1", "--quiet", "--out", &out]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert_eq!(
        said.trim(),
        "Emoji can paint 160 things, and the prompt names none of them, so the picture will be a guess; decant inspect builtin:emoji lists them"
    );
    let record = decant_record::read(&std::fs::read(&out).expect("it was just drawn")).expect("it says how").record;
    assert_eq!(record.model.name, "emoji");
    // A record that names another one that comes along opens that.
    let asked =
        ["generate", "--device", "cpu", "--model", "builtin:digits", "--prompt", "a red 4", "--steps", "2", "--quiet", "--out", &digits];
    works(&asked);
    let said = decant(&["generate", "--device", "cpu", "--settings", &digits, "--quiet", "--out", &again]);
    assert_eq!(String::from_utf8_lossy(&said.stderr), "", "nothing to say");
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
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("memory: ") && said.contains("predicted"), "{said}");
    assert!(std::fs::metadata(&out).expect("the picture is there").len() > 100);
    let all = all.map(|word| if word == out { "never.png" } else { word });
    let refused = refuses(&[&all[..], &["--budget", "1MB"]].concat());
    assert!(refused.contains("would take") && refused.contains("1 MB"), "{refused}");
    assert_eq!(decant(&["generate", "--tiny", "--prompt", "x", "--out", &out]).status.code(), Some(2), "there is no tiny decoder");
    assert_eq!(decant(&["inspect", TINY, "--budget", "much"]).status.code(), Some(2), "clap's own");
}

#[test]
fn quantized_models_draw_too() {
    let (folder, out) = (scratch("quantized"), scratch("quantized.png"));
    works(&["quantize", TINY, "--out", &folder]);
    works(&[
        "generate", "--model", &folder, "--device", "cpu", "--prompt", "a cat", "--steps", "1", "--width", "16", "--height", "16", "--out",
        &out,
    ]);
    let inside = format!("{folder}/inside");
    assert!(refuses(&["quantize", &folder, "--out", &inside]).ends_with("give a place outside the model's own, which is only read"));
    assert!(refuses(&["quantize", &folder, "--out", &folder]).ends_with("give a place outside the model's own, which is only read"));
    assert!(std::fs::metadata(format!("{folder}/model_index.json")).expect("still there").len() > 0, "the model is untouched");
    refuses(&["quantize", "tests", "--out", &folder]);
}

#[test]
fn quantizing_says_what_it_cost_and_keeps_what_it_is_told_to() {
    let (out, table) = (scratch("small.gguf"), scratch("small.csv"));
    let said =
        works(&["quantize", "builtin:digits", "--out", &out, "--type", "q4_0", "--keep", "unet.*to_q=f16", "--table", &table, "--quiet"]);
    for part in ["unet", "text_encoder", "vae", "in all", "signal to noise", "small.gguf"] {
        assert!(said.contains(part), "{part:?} is missing from:\n{said}");
    }
    let (picture, again) = (scratch("small.png"), scratch("small-again"));
    let draw = |model: &str| {
        generate_with(model, &["--prompt", "a red 4", "--steps", "1", "--quiet", "--no-metadata", "--out", &picture]);
        std::fs::read(&picture).expect("it was just drawn")
    };
    let drawn = draw(&out);
    works(&["quantize", &out, "--out", &again, "--type", "f32", "--quiet"]);
    assert_eq!(draw(&again), drawn, "the one file, and the folder made of it, are the same model");
    let table = std::fs::read_to_string(&table).expect("it was just written");
    let row =
        |start: &str| table.lines().find(|line| line.starts_with(start)).expect(start).split(',').map(String::from).collect::<Vec<_>>();
    assert_eq!(table.lines().next(), Some("tensor,type,shape,bytes,snr_db"));
    assert_eq!(row("unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_q.weight")[1], "f16");
    assert_eq!(row("unet.down_blocks.1.attentions.0.transformer_blocks.0.attn1.to_k.weight")[1], "q4_0");
    assert_eq!(row("unet.conv_in.weight")[1], "f16");
    assert_eq!(
        refuses(&["quantize", TINY, "--out", &out, "--keep", "attn=q9"]),
        "--keep attn=q9: expected PATTERN=TYPE with a type of f32, f16, q8_0, q4_0"
    );
    assert_eq!(
        refuses(&["quantize", TINY, "--out", &out, "--keep", "banana=f16"]),
        "--keep banana: no tensor is called so; decant inspect --tensors lists the names"
    );
}

#[test]
fn the_usual_models_of_the_page_open_and_say_what_they_know() {
    let said = works(&["inspect", "builtin:emoji"]);
    assert!(said.contains("paints         160 things: ") && said.contains(", fox, "), "{said}");
    assert!(said.contains("for instance   a ") && said.contains("128×128"), "{said}");
    assert!(said.contains("gear fast      4 steps of LCM, guidance 1, with its LoRA emoji-fast"), "{said}");
    let out = scratch("emoji.png");
    generate_with("builtin:emoji", &["--prompt", "a fox", "--steps", "1", "--quiet", "--out", &out]);
    assert!(std::fs::metadata(&out).expect("it was just drawn").len() > 2000);
}

#[test]
fn a_gear_is_a_lora_with_its_steps_and_what_it_was_called_once_is_it() {
    let draw = |more: &[&str], name: &str| {
        let out = scratch(name);
        let said = generate_with(more[0], &[&["--prompt", "a fox", "--seed", "3", "--out", &out], &more[1..]].concat());
        (said, pixels(&out))
    };
    let (said, fast) = draw(&["builtin:emoji", "--gear", "fast"], "gear.png");
    assert!(said.contains("4 steps of LCM, guidance 1"), "{said}");
    let (said, once) = draw(&["builtin:emoji-fast"], "once.png");
    assert!(said.contains("builtin:emoji-fast is builtin:emoji with --gear fast now"), "{said}");
    assert_eq!(fast, once);
    let (said, fewer) = draw(&["builtin:emoji", "--gear", "fast", "--steps", "2"], "fewer.png");
    assert!(said.contains("2 steps of LCM, guidance 1") && fewer != fast, "{said}");
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
    assert!(!Path::new(&out).exists());
    for (flag, value, hint) in [("--sampler", "eular", "did you mean euler?"), ("--sigmas", "karas", "did you mean karras?")] {
        let said = refuses(&["generate", flag, value, "--prompt", "x", "--out", &out]);
        assert!(said.ends_with(hint), "{said}");
    }
}

/// A web server for one folder, with range requests or without, for as long as the test runs.
fn serve(ranges: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("http://{}", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().expect("a socket can be shared"));
            while let Some(answer) = answer(&mut reader, ranges) {
                if stream.write_all(&answer).is_err() {
                    break;
                }
            }
        }
    });
    address
}

/// One request's answer; `None` when the client has gone.
fn answer(reader: &mut impl BufRead, ranges: bool) -> Option<Vec<u8>> {
    let (mut name, mut range) = (String::new(), None);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let line = line.trim();
        if let Some(path) = line.strip_prefix("GET /") {
            name = path.split(' ').next()?.into();
        } else if let Some(bytes) = line.to_ascii_lowercase().strip_prefix("range: bytes=") {
            let (first, last) = bytes.split_once('-')?;
            range = Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?));
        } else if line.is_empty() {
            break;
        }
    }
    let head =
        |status: &str, length: usize, more: &str| format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{more}\r\n").into_bytes();
    // A hub serves a repository's files below resolve/main, and those from another place.
    if let Some(file) = name.strip_prefix("owner/name/resolve/main/") {
        return Some(head("302 Found", 0, &format!("Location: /{file}\r\n")));
    }
    let name = name.split('?').next().unwrap_or_default();
    let folder = if name.starts_with("layouts/") { "tests/models" } else { TINY };
    let Ok(file) = std::fs::read(repository().join(folder).join(name)) else { return Some(head("404 Not Found", 0, "")) };
    let (status, part, more) = match range {
        Some((first, last)) if ranges => {
            let last = last.min(file.len() - 1);
            ("206 Partial Content", &file[first..=last], format!("Content-Range: bytes {first}-{last}/{}\r\n", file.len()))
        }
        _ => ("200 OK", &file[..], String::new()),
    };
    Some([head(status, part.len(), &more).as_slice(), part].concat())
}

#[test]
fn a_model_on_a_web_server_draws_the_same_picture_with_ranges_and_without() {
    let picture = |model: &str, name: &str| {
        let out = scratch(name);
        generate_with(model, &["--prompt", "a cat", "--steps", "1", "--width", "16", "--height", "16", "--no-metadata", "--out", &out]);
        std::fs::read(out).expect("the picture is there")
    };
    let local = picture(TINY, "local.png");
    assert_eq!(picture(&serve(true), "ranges.png"), local);
    assert_eq!(picture(&serve(false), "whole.png"), local);
    assert_eq!(picture(&format!("{}/owner/name", serve(true)), "hub.png"), local, "a hub's repository, through redirects");
    let text = refuses(&["inspect", &format!("{}/nowhere", serve(true))]);
    assert!(text.contains("/nowhere: there is no model_index.json"), "{text}");
    let text = refuses(&["inspect", "http://127.0.0.1:9"]);
    assert!(text.starts_with("http://127.0.0.1:9: model_index.json could not be read: "), "{text}");
}

#[test]
fn a_single_file_is_inspected_on_disk_and_on_a_web_server() {
    let file = "layouts/lcm-tiny.safetensors";
    let (disk, web) = (format!("tests/models/{file}"), format!("{}/{file}?download=true", serve(true)));
    for model in [disk.as_str(), web.as_str()] {
        // The twin's text encoder has rows for a tokenizer of its own, which a single file does not bring.
        let text = refuses(&["inspect", model]);
        assert_eq!(text, "the tokenizer has 49408 pieces, the text encoder's vocab_size is 814; are these files of one model?", "{model}");
    }
}

#[test]
fn pictures_become_latents_and_come_back_and_are_started_from() {
    let photograph = "tests/golden/pictures/turned-6.jpg"; // 9×14 pixels when it is upright
    let [latents, npy, channels, decoded] = ["photo.safetensors", "photo.npy", "channels.png", "decoded.png"].map(scratch);
    let encode = ["encode", photograph, "--model", TINY, "--device", "cpu"];
    let said = works(&[&encode[..], &["--out", &latents, "--channels", &channels, "--decoded", &decoded]].concat());
    assert!(said.starts_with("8×8 pixels, 192 numbers; latents 4×1×1, 4 numbers: 48 times fewer; round trip "), "{said}");
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
