//! Lines of the web UI and of its relatives, and what is read in them.

use super::*;
use crate::Record;
use decant_sd::request::{Long, Request};
use decant_solver::{Rng, Sampler, Sigmas};

fn settings(text: &str) -> Request {
    read(text).expect(text).record.settings
}

#[test]
fn a_picture_of_the_desktop_tool_is_followed() {
    let text = "a (blue:1.2) seven,\nsecond line\nNegative prompt: blurry,\nlow contrast\nSteps: 25, Sampler: DPM++ 2M Karras, CFG scale: 7.5, \
                Seed: 3141592653, Size: 512x768, Model hash: 6ce0161689, Model: v1-5-pruned-emaonly, ENSD: 31337, Hires upscale: 2, Denoising strength: 0.7, Version: v1.5.1";
    let found = read(text).expect("it is the tool's");
    let s = &found.record.settings;
    assert_eq!((s.prompt.as_str(), s.negative.as_str()), ("a (blue:1.2) seven,\nsecond line", "blurry,\nlow contrast"));
    assert_eq!((s.steps, s.guidance, s.seed, s.sampler), (Some(25), Some(7.5), 3141592653, Some(Sampler::Dpmpp2m)));
    assert_eq!((s.width, s.height, &s.sigmas, s.rng), (Some(512), Some(768), &Sigmas::Karras, Rng::Cuda));
    assert_eq!((found.record.model.name.as_str(), found.record.model.hash.as_str()), ("v1-5-pruned-emaonly", "6ce0161689"));
    assert_eq!((s.strength, s.emphasis, s.long), (None, true, Long::Commas));
    assert_eq!((s.hires, s.hires_strength, s.hires_steps), (Some(2.0), Some(0.7), Some(36)));
    assert_eq!(found.english(), ["not followed: ENSD 31337"]);
    assert_eq!(found.source, Source::Parameters);
}

#[test]
fn our_own_line_comes_back() {
    let settings = Request {
        prompt: "a (seven)".into(),
        negative: "x".into(),
        emphasis: true,
        steps: Some(9),
        guidance: Some(7.3),
        seed: 5,
        sampler: Some(Sampler::Heun),
        width: Some(64),
        height: Some(32),
        sigmas: Sigmas::Karras,
        rng: Rng::Cuda,
        strength: Some(0.25),
        ..Request::default()
    };
    let curve = Request { guidance: None, guidance_curve: vec![1.0, 7.5, 3.0], ..settings.clone() };
    let cfgpp = Request { guidance: Some(0.6), cfgpp: true, ..settings.clone() };
    for settings in [settings, curve, cfgpp] {
        let record = Record { settings, version: "0.1.0".into(), ..Record::default() };
        let found = read(&super::super::write(&record)).expect("it was just written");
        assert_eq!((found.record.settings.clone(), found.english()), (record.settings, vec![]));
    }
}

#[test]
fn a_text_without_settings_is_a_prompt() {
    assert_eq!(settings("a cat, Steps: 3").prompt, "a cat, Steps: 3");
    assert_eq!(settings("a cat\nNegative prompt: a dog").negative, "a dog");
    assert_eq!(settings("Steps: 3, Sampler: Euler, Seed: 1").prompt, "");
    for text in ["", " \n", "{\"sui_image_params\": {}}"] {
        assert!(read(text).is_err(), "{text:?}");
    }
}

/// A picture of six steps with this prompt, and what stands behind the usual settings.
fn six(prompt: &str, more: &str) -> Found {
    let line = "Steps: 6, Sampler: Euler, Schedule type: Uniform, CFG scale: 3, Seed: 7, Size: 32x32, Model hash: aa11bb22cc, Model: digits, RNG: CPU";
    read(&format!("{prompt}\nNegative prompt: blurry\n{line}{more}, Version: v1.10.1")).expect("it is the tool's")
}

/// What every picture of [`six`] says.
fn is_six(found: &Found) {
    let s = &found.record.settings;
    assert_eq!((s.negative.as_str(), s.steps, s.guidance, s.seed), ("blurry", Some(6), Some(3.0), 7));
    assert_eq!((s.width, s.height, s.sampler, s.strength), (Some(32), Some(32), Some(Sampler::Euler), None));
    assert_eq!((s.rng, found.record.model.name.as_str()), (Rng::Cpu, "digits"));
}

/// A LoRA's name and its two weights.
type Used = (&'static str, f32, Option<f32>);

#[test]
fn tags_are_taken_out_of_the_prompt_and_followed_or_named() {
    let cases: [(&str, &str, &[Used], &[&str]); 8] = [
        ("a cat <lora:ink:0.8>, wet <lora:x>", "a cat, wet", &[("ink", 0.8, None), ("x", 1.0, None)], &[]),
        ("a blue seven <lora:ink:0.8:0.5>", "a blue seven", &[("ink", 0.5, Some(0.8))], &[]),
        ("a <lora:ink:te=0.8:unet=0.5> seven", "a seven", &[("ink", 0.5, Some(0.8))], &[]),
        ("a seven <lyco:ink:0.7>", "a seven", &[("ink", 0.7, None)], &[]),
        ("a seven <lora:styles\\ink.safetensors:0.5>", "a seven", &[("ink", 0.5, None)], &[]),
        ("a seven <lora:ink:1:lbw=OUTD>", "a seven", &[("ink", 1.0, None)], &["not followed: lbw=OUTD of <lora:ink>"]),
        ("a seven <hypernet:oil:0.5> here", "a seven here", &[], &["not followed: <hypernet:oil:0.5>"]),
        ("a <lora:broken", "a <lora:broken", &[], &[]),
    ];
    for (prompt, kept, loras, notes) in cases {
        let found = six(prompt, "");
        is_six(&found);
        let s = &found.record.settings;
        let got: Vec<(&str, f32, Option<f32>)> = s.loras.iter().map(|lora| (lora.name.as_str(), lora.weight, lora.text)).collect();
        assert_eq!((s.prompt.as_str(), &got[..], &found.english()[..]), (kept, loras, &notes.map_strings()[..]), "{prompt}");
    }
    let twice = six("a <lora:a/ink:0.5> <lora:b/ink:0.2>", "");
    assert_eq!(
        twice.english(),
        ["several of its LoRAs are called ink here, and count together: leave one out where they are different files"]
    );
}

trait Strings {
    fn map_strings(&self) -> Vec<String>;
}

impl Strings for &[&str] {
    fn map_strings(&self) -> Vec<String> {
        self.iter().map(|text| text.to_string()).collect()
    }
}

#[test]
fn lines_behind_the_settings_are_no_prompt() {
    let template = six("a blue seven", "").record;
    let line = "Steps: 6, Sampler: Euler, Schedule type: Uniform, CFG scale: 3, Seed: 7, Size: 32x32, Model hash: aa11bb22cc, Model: digits, RNG: CPU, Version: v1.10.1";
    let words = "a blue seven\nNegative prompt: blurry\n";
    for (behind, notes) in [
        ("\nTemplate: a {blue|red} seven\nNegative Template: blurry", vec![]),
        ("\nTemplate: a {blue|red},\n\n  seven (x:1.2)\nNegative Template: blurry\n", vec![]),
        ("\nand more", vec!["not followed: the line “and more” behind the settings"]),
        ("\nWings: 2", vec!["not known here, and so not followed: Wings 2"]),
    ] {
        let found = read(&format!("{words}{line}{behind}")).expect(behind);
        is_six(&found);
        assert_eq!((&found.record, found.english()), (&template, notes.iter().map(|note| note.to_string()).collect()), "{behind}");
    }
    // A prompt may look like a line of settings; the last one counts.
    let found = read(&format!("Steps: 1, Sampler: LMS, Seed: 2\nNegative prompt: blurry\n{line}")).expect("it is sound");
    is_six(&found);
    assert_eq!(found.record.settings.prompt, "Steps: 1, Sampler: LMS, Seed: 2");
}

#[test]
fn a_picture_from_text_alone_is_not_said_to_come_of_another() {
    let old = |more: &str| read(&format!("a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: {more}")).expect("it is sound");
    let cases = [
        (
            "1024x512, Model hash: 7460a6fa, Denoising strength: 0.7, First pass size: 512x256",
            None,
            [512, 256],
            "the second pass from 512x256 to 1024x512",
        ),
        ("1024x1024, Denoising strength: 0.7, First pass size: 0x0", None, [512, 512], "the second pass from 512x512 to 1024x1024"),
        ("1152x768, Denoising strength: 0.7, First pass size: 0x0", None, [640, 448], "the second pass from 640x448 to 1152x768"),
        ("512x512, Denoising strength: 0.5, Hires upscale: 2", None, [512, 512], ""),
        ("512x512, Denoising strength: 0", None, [512, 512], ""),
        ("512x512, Denoising strength: 0.5, Operations: txt2img; hires", None, [512, 512], ""),
        ("512x512, Denoising strength: 0.5, Operations: img2img", Some(0.5), [512, 512], ""),
        ("512x512, Denoising strength: 0.75, Mask blur: 4", Some(0.75), [512, 512], "Mask blur 4"),
    ];
    for (more, strength, [width, height], lost) in cases {
        let found = old(more);
        let s = &found.record.settings;
        assert_eq!((s.strength, s.width, s.height), (strength, Some(width), Some(height)), "{more}");
        let notes: Vec<String> =
            Some(lost).filter(|lost| !lost.is_empty()).map(|lost| format!("not followed: {lost}")).into_iter().collect();
        assert_eq!(found.english(), notes, "{more}");
    }
}

#[test]
fn what_the_words_need_is_said() {
    let found = six("a seven, easynegative", ", TI hashes: \"easynegative: c74b4e810b03, birb-style: 1\"");
    assert_eq!(found.inversions, ["easynegative", "birb-style"]);
    let found = six(
        "a cat",
        ", Civitai resources: [{\"type\":\"checkpoint\",\"modelName\":\"x\"},{\"type\":\"lora\",\"weight\":0.8,\"modelName\":\"Ink\"}], Civitai metadata: {}",
    );
    assert_eq!(found.english(), ["not followed: lora Ink 0.8"]);
    let found = six("a (cat)", ", Emphasis: Ignore");
    assert_eq!(found.english(), ["not followed: Emphasis Ignore (words are stressed as by Original)"]);
    assert!(!six("a (cat)", ", Emphasis: None").record.settings.emphasis);
    let found = six("a cat", ", Noise Schedule: Zero Terminal SNR");
    assert_eq!((found.record.settings.zero_snr, found.english().len()), (true, 0));
}

#[test]
fn hostile_texts_are_read_or_refused() {
    let long = "x: 1, ".repeat(100_000);
    let strange = [
        long.as_str(),
        "Steps: 99999999999999999999, Sampler: , Seed: -1",
        "Clip skip: 0, Size: x, Seed: \u{0}",
        "Steps: 1e400, Seed: 1, Size: 9",
    ];
    for text in strange {
        let found = read(text).expect("there is always a prompt");
        assert!(found.english().len() <= 30);
    }
}
