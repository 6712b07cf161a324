//! A sampler's own settings: numbers and names behind links, custom samplers, and where a run begins and ends.

use super::*;

#[test]
fn values_are_followed_through_links_and_what_cannot_be_is_said() {
    let cases: [&[(&str, Value)]; 8] = [
        &[("20", node("Seed (rgthree)", json!({"seed": 7}))), ("3.seed", json!(["20", 0]))],
        &[
            ("21", node("PrimitiveInt", json!({"value": 6, "control_after_generate": "fixed"}))),
            ("22", node("PrimitiveFloat", json!({"value": 3.0}))),
            ("3.steps", json!(["21", 0])),
            ("3.cfg", json!(["22", 0])),
        ],
        &[
            ("23", node("CR SDXL Aspect Ratio", json!({"width": 32, "height": 32}))),
            ("5.width", json!(["23", 0])),
            ("5.height", json!(["23", 1])),
        ],
        &[
            (
                "23",
                node("CR SDXL Aspect Ratio", json!({"width": 8, "height": 8, "aspect_ratio": "1:1 square 32x32", "swap_dimensions": "On"})),
            ),
            ("5.width", json!(["23", 0])),
            ("5.height", json!(["23", 1])),
        ],
        &[(
            "5",
            node("SDXL Empty Latent Image (rgthree)", json!({"dimensions": "  32 x 32  (square)", "clip_scale": 2.0, "batch_size": 1})),
        )],
        &[
            (
                "24",
                node(
                    "KSampler Config (rgthree)",
                    json!({"steps_total": 6, "refiner_step": 4, "cfg": 3.0, "sampler_name": "euler", "scheduler": "normal"}),
                ),
            ),
            ("3.steps", json!(["24", 0])),
            ("3.cfg", json!(["24", 2])),
            ("3.sampler_name", json!(["24", 3])),
            ("3.scheduler", json!(["24", 4])),
        ],
        &[
            ("25", node("PrimitiveStringMultiline", json!({"value": "a blue"}))),
            ("26", node("StringConcatenate", json!({"string_a": ["25", 0], "string_b": "seven", "delimiter": " "}))),
            ("27", node("ShowText|pysssss", json!({"text": ["26", 0], "text_0": "a blue seven"}))),
            ("6.text", json!(["27", 0])),
        ],
        &[
            ("28", node("Reroute", json!({"": ["6", 0]}))),
            ("29", node("Reroute", json!({"": ["28", 0]}))),
            ("3.positive", json!(["29", 0])),
        ],
    ];
    for changes in cases {
        let found = found(changes);
        is_six(&found);
        assert_eq!(found.english(), Vec::<String>::new(), "{changes:?}");
    }
    let selected = found(&[
        ("24", node("Sampler Selector", json!({"sampler_name": "dpmpp_2m", "scheduler": "karras"}))),
        ("3.sampler_name", json!(["24", 0])),
        ("3.scheduler", json!(["24", 1])),
    ]);
    let s = &selected.record.settings;
    assert_eq!((s.sampler, &s.sigmas, &selected.english()[..]), (Some(Sampler::Dpmpp2m), &Sigmas::Karras, &[][..]));

    let lost = found(&[
        ("20", node("Power Puter (rgthree)", json!({"code": "1+1"}))),
        ("3.seed", json!(["20", 0])),
        ("3.steps", json!(["99", 0])),
        ("5.width", json!(["20", 0])),
    ]);
    assert_eq!(lost.record.settings.steps, None);
    let note = "not found in the graph, and so as usual: seed (from Power Puter (rgthree)), steps (from a node that is not in the file), width (from Power Puter (rgthree))";
    assert_eq!(lost.english(), [note]);
    let guessed = found(&[
        ("20", node("My Numbers", json!({"value": 6}))),
        ("3.steps", json!(["20", 0])),
        ("21", node("My Words", json!({"text": "a blue seven"}))),
        ("6.text", json!(["21", 0])),
    ]);
    is_six(&guessed);
    let notes = [
        "steps 6 is read from My Numbers, a node that is not known here",
        "“a blue seven” is read from My Words, a node that is not known here",
    ];
    assert_eq!(guessed.english(), notes);
}

#[test]
fn custom_sampling_is_followed() {
    let custom = |more: &[(&str, Value)]| {
        let mut changes = vec![
            (
                "3",
                node(
                    "SamplerCustomAdvanced",
                    json!({"noise": ["40", 0], "guider": ["41", 0], "sampler": ["42", 0], "sigmas": ["43", 0], "latent_image": ["5", 0]}),
                ),
            ),
            ("40", node("RandomNoise", json!({"noise_seed": 7}))),
            ("41", node("CFGGuider", json!({"model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0], "cfg": 3.0}))),
            ("42", node("KSamplerSelect", json!({"sampler_name": "euler"}))),
            ("43", node("BasicScheduler", json!({"model": ["4", 0], "scheduler": "karras", "steps": 6, "denoise": 1.0}))),
        ];
        changes.extend_from_slice(more);
        found(&changes)
    };
    let plain = custom(&[]);
    is_six(&plain);
    assert_eq!((&plain.record.settings.sigmas, plain.english()), (&Sigmas::Karras, vec![]));
    let karras =
        custom(&[("43", node("KarrasScheduler", json!({"steps": 6, "sigma_max": 14.614642, "sigma_min": 0.0291675, "rho": 7.0})))]);
    assert_eq!((&karras.record.settings.sigmas, karras.record.settings.steps, karras.english()), (&Sigmas::Karras, Some(6), vec![]));
    let steep = custom(&[("43", node("KarrasScheduler", json!({"steps": 6, "sigma_max": 14.614642, "sigma_min": 0.0291675, "rho": 5.0})))]);
    assert_eq!(steep.english(), ["not followed: rho 5.0"]);
    let split = custom(&[("44", node("SplitSigmas", json!({"sigmas": ["43", 0], "step": 3}))), ("3.sigmas", json!(["44", 0]))]);
    assert_eq!((split.record.settings.steps, split.english()), (Some(6), vec!["not followed: SplitSigmas".to_string()]));
    let sde = custom(&[("42", node("SamplerDPMPP_3M_SDE", json!({"eta": 0.5, "s_noise": 1.0, "noise_device": "gpu"})))]);
    assert_eq!((sde.record.settings.sampler, sde.record.settings.eta, sde.english()), (Some(Sampler::Dpmpp3mSde), Some(0.5), vec![]));
    let unguided = custom(&[("41", node("BasicGuider", json!({"model": ["4", 0], "conditioning": ["6", 0]})))]);
    let s = &unguided.record.settings;
    assert_eq!((s.guidance, s.prompt.as_str(), s.negative.as_str(), &unguided.english()[..]), (Some(1.0), "a blue seven", "", &[][..]));
    let listed = custom(&[("43", node("ManualSigmas", json!({"sigmas": "14.6, 3, 0"})))]);
    assert_eq!(listed.record.settings.sigmas.to_string(), "14.6,3,0");
    // Its parts are not in the file: nothing of it can be known.
    let mut bare = custom(&[]).notes;
    bare.clear();
    let mut graph = six(&[(
        "3",
        node(
            "SamplerCustomAdvanced",
            json!({"noise": ["40", 0], "guider": ["41", 0], "sampler": ["42", 0], "sigmas": ["43", 0], "latent_image": ["5", 0]}),
        ),
    )]);
    let message = read(&graph.to_string()).expect_err("nothing is behind it").to_string();
    assert_eq!(message, "the settings (ComfyUI's graph) cannot be read: the nodes that its sampler is made of are not in the file");
    graph["3"] = node(
        "SamplerCustom",
        json!({"noise_seed": 7, "cfg": 3.0, "add_noise": true, "model": ["4", 0], "positive": ["6", 0], "negative": ["7", 0],
        "sampler": ["42", 0], "sigmas": ["43", 0], "latent_image": ["5", 0]}),
    );
    graph["42"] = node("KSamplerSelect", json!({"sampler_name": "euler"}));
    graph["43"] = node("BasicScheduler", json!({"model": ["4", 0], "scheduler": "normal", "steps": 6, "denoise": 1.0}));
    is_six(&read(&graph.to_string()).expect("it has a sampler"));
}

#[test]
fn steps_that_another_sampler_takes_are_said() {
    let advanced = |end: Value, begin: i64| {
        found(&[(
            "3",
            node(
                "KSamplerAdvanced",
                json!({"add_noise": "enable", "noise_seed": 7, "steps": 6, "cfg": 3.0, "sampler_name": "euler", "scheduler": "normal",
            "start_at_step": begin, "end_at_step": end, "return_with_leftover_noise": "disable", "model": ["4", 0], "positive": ["6", 0],
            "negative": ["7", 0], "latent_image": ["5", 0]}),
            ),
        )])
    };
    for (end, begin, notes) in [
        (json!(10000), 0, vec![]),
        (json!(4), 0, vec!["not followed: end_at_step 4"]),
        (json!(6), 2, vec!["not followed: start_at_step 2"]),
    ] {
        let found = advanced(end, begin);
        is_six(&found);
        assert_eq!(found.english(), notes);
    }
}

#[test]
fn a_picture_that_was_gone_on_from_takes_as_many_steps_as_there() {
    let from = |denoise: f64| {
        found(&[
            ("5", node("VAEEncode", json!({"pixels": ["32", 0], "vae": ["4", 2]}))),
            ("32", node("LoadImage", json!({"image": "x.png"}))),
            ("3.denoise", json!(denoise)),
        ])
    };
    for (denoise, steps, start) in [(0.5, 12, Some(6)), (0.7, 8, Some(2)), (1.0, 6, None)] {
        let found = from(denoise);
        let s = &found.record.settings;
        assert_eq!((s.steps, s.start_step, s.strength), (Some(steps), start, None), "{denoise}");
        assert_eq!(found.english(), ["the picture that it began with is not in the file"]);
    }
    let nothing = found(&[("3.denoise", json!(0.5))]);
    is_six(&nothing);
    assert_eq!(nothing.english(), ["not followed: denoise 0.5 of nothing"]);
    let second = found(&[
        ("10", node("LatentUpscale", json!({"samples": ["3", 0], "width": 64, "height": 64}))),
        (
            "11",
            node(
                "KSampler",
                json!({"seed": 9, "steps": 8, "cfg": 5.0, "sampler_name": "lms", "scheduler": "normal", "denoise": 0.5, "model": ["4", 0],
            "positive": ["6", 0], "negative": ["7", 0], "latent_image": ["10", 0]}),
            ),
        ),
        ("8.samples", json!(["11", 0])),
    ]);
    is_six(&second);
    assert_eq!(second.english(), ["the graph has 2 samplers; the first that begins from nothing is taken"]);
}
