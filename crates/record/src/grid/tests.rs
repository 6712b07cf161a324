//! Axes as they are typed, and the cells that come of them.

use super::*;
use decant_sd::request::Kind;
use decant_solver::{Sampler, Sigmas};

fn grid(axes: &[&str]) -> Result<Grid, Error> {
    Grid::new(&axes.iter().map(|axis| axis.to_string()).collect::<Vec<_>>())
}

fn sentence(axes: &[&str], prompt: &str) -> String {
    let cells = grid(axes).and_then(|grid| grid.cells(&Request { prompt: prompt.into(), ..Request::default() }));
    cells.expect_err("it cannot be followed").to_string()
}

#[test]
fn any_setting_is_an_axis() {
    let base = Request { prompt: "a cat, wet".into(), guidance: Some(3.0), ..Request::default() };
    let grid = grid(&["start-step=1,2", "sampler=heun,ddim", "sigmas=karras,14.6\\,3\\,0"]).expect("three axes");
    assert_eq!(grid.size(), [2, 2, 2]);
    let cells = grid.cells(&base).expect("all can be had");
    let settings: Vec<_> = cells.iter().map(|cell| (cell.start_step, cell.sampler, cell.sigmas.clone(), cell.guidance)).collect();
    assert_eq!(settings[0], (Some(1), Some(Sampler::Heun), Sigmas::Karras, Some(3.0)));
    assert_eq!(settings[1], (Some(2), Some(Sampler::Heun), Sigmas::Karras, Some(3.0)));
    assert_eq!(settings[2].1, Some(Sampler::Ddim));
    assert_eq!(settings[7], (Some(2), Some(Sampler::Ddim), Sigmas::List(vec![14.6, 3.0, 0.0]), Some(3.0)));
    assert_eq!((grid.label(0, 1).as_deref(), grid.label(2, 1).as_deref()), (Some("startStep 2"), Some("sigmas 14.6,3,0")));
}

#[test]
fn every_setting_is_found_by_its_name_and_by_its_flag_and_every_list_has_a_spelling() {
    for row in SETTINGS {
        let names = [Some(row.name), row.flag.name()];
        names.into_iter().flatten().for_each(|name| assert_eq!(setting(name), row.name));
        let is_list = matches!(row.kind, Kind::Numbers | Kind::List);
        // Which LoRAs are used is no axis, how strongly is.
        assert_eq!(List::of(row.name).is_some(), is_list && row.name != LORA, "{}", row.name);
    }
    assert_eq!(setting("no-such-setting"), "noSuchSetting");
}

#[test]
fn pieces_of_a_prompt_and_ranges() {
    let base = Request { prompt: "a cat".into(), ..Request::default() };
    let grid = grid(&["prompt:cat=cat,7,", "seed=3..5"]).expect("two axes");
    let cells = grid.cells(&base).expect("all can be had");
    let prompts: Vec<_> = cells.iter().map(|cell| (cell.prompt.as_str(), cell.seed)).collect();
    assert_eq!(prompts[..4], [("a cat", 3), ("a 7", 3), ("a ", 3), ("a cat", 4)]);
    assert_eq!((grid.size(), grid.label(0, 1), grid.label(2, 0)), ([3, 3, 1], Some("7".into()), None));
}

#[test]
fn lists_are_spelled_as_their_flags_spell_them() {
    let base = Request { prompt: "a cat".into(), guidance_curve: vec![9.0], ..Request::default() };
    let curves = grid(&["guidance-curve=1\\,7.5\\,3,7.5,"]).expect("an axis");
    let scales: Vec<Vec<f32>> = curves.cells(&base).expect("all can be had").into_iter().map(|cell| cell.guidance_curve).collect();
    assert_eq!(scales, [vec![1.0, 7.5, 3.0], vec![7.5], vec![]]);
    assert_eq!((curves.label(0, 0), curves.label(0, 2)), (Some("guidanceCurve 1,7.5,3".into()), Some("no guidanceCurve".into())));
    let words = grid(&["swap=,cat=dog:0.5+fox:0.5", "mix=a bird:0.2,a bird:0.5", "pad=8,0\\,8\\,0\\,16"]).expect("three axes");
    let cells = words.cells(&base).expect("all can be had");
    let last = &cells[7];
    assert_eq!((cells[0].swaps.len(), last.swaps[0].with.len(), last.mixes[0].factor), (0, 2, 0.5));
    assert_eq!((cells[0].pad, last.pad, words.label(0, 1)), ([8; 4], [0, 8, 0, 16], Some("cat=dog:0.5+fox:0.5".into())));
    assert_eq!(
        sentence(&["swap=cat"], "a cat"),
        "grid swap=cat: \"cat\" is no value of swaps: expected WORD=WORD[:WEIGHT]+WORD[:WEIGHT], for instance puppy=puppy:0.5+skunk:0.5"
    );
    assert_eq!(
        sentence(&["guidance-curve=high"], ""),
        "grid guidance-curve=high: \"high\" is no value of guidanceCurve: expected numbers such as 1\\,7.5\\,3"
    );
}

#[test]
fn a_loras_weight_is_an_axis() {
    let base = Request::from_json(r#"{"loras": [{"name": "x", "weight": 1}, {"name": "ink", "weight": 1}]}"#).expect("two LoRAs");
    let weights = grid(&["lora:ink=0,-0.5"]).expect("an axis");
    let loaded_weights: Vec<f32> = weights.cells(&base).expect("it is used").iter().map(|cell| cell.loras[1].weight).collect();
    assert_eq!((loaded_weights, weights.label(0, 1)), (vec![0.0, -0.5], Some("ink -0.5".into())));
    assert!(sentence(&["lora:ink=1"], "").starts_with("grid lora:ink=1: no LoRA called \"ink\" is used, expected one of []"));
    let wrong = grid(&["lora:ink=much"]).expect("an axis").cells(&base).expect_err("no number").to_string();
    assert_eq!(wrong, "grid lora:ink=much: \"much\" is no weight; expected a number such as 0.8");
}

#[test]
fn what_cannot_be_followed_is_a_sentence() {
    let cases: [(&[&str], &str); 9] = [
        (&["steps"], "grid steps: expected NAME=VALUE,VALUE,… such as steps=8,16,32 or prompt:cat=cat,dog"),
        (&["=1,2"], "grid =1,2: expected NAME=VALUE"),
        (&["steps=1,,2"], "grid steps=1,,2: a value is empty"),
        (&["steps=8,many"], "grid steps=8,many: settings: steps is \"many\", expected a whole number"),
        (&["stepz=8"], "grid stepz=8: settings: there is no stepz, expected one of prompt, "),
        (&["sampler=hein"], "grid sampler=hein: settings: sampler: "),
        (&["prompt:dog=cat"], "grid prompt:dog=cat: prompt is \"a cat\", which does not contain \"dog\""),
        (&["seed=0..99999999999999"], "grid seed=0..99999999999999: 1001 pictures are more than the 1000 of one grid"),
        (&["steps=1", "steps=2"], "grid steps=2: another axis turns the same setting"),
    ];
    for (axes, expected) in cases {
        let message = sentence(axes, "a cat");
        assert!(message.starts_with(expected), "{message}");
    }
    assert!(sentence(&["a=1", "b=1", "c=1", "d=1"], "").starts_with("grid d=1: expected one to 3 axes, got 4"));
}
