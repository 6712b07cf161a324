//! A LoRA that does not fit, and what is said of it. The model stays as good as before.

use crate::common::run::load;
use crate::{Tensors, f32s, file, lora, safetensors, used};
use decant_graph::Cpu;
use decant_sd::files::{Files, Memory};
use decant_sd::pipeline::{Pipeline, Unobserved};
use decant_sd::request::Request;
use pollster::block_on;
use std::rc::Rc;

fn tensors(tensors: &[(&str, &[usize])]) -> Tensors {
    let zeros = |shape: &[usize]| ("F32", shape.to_vec(), f32s(&vec![0.0; shape.iter().product()]));
    tensors.iter().map(|(name, shape)| (name.to_string(), zeros(shape))).collect()
}

fn written(list: &[(&str, &[usize])]) -> Rc<dyn Files> {
    file(safetensors(&tensors(list), ""))
}

fn sentence(pipeline: &mut Pipeline, name: &str, files: Rc<dyn Files>) -> String {
    block_on(pipeline.add_lora(name, files)).expect_err("it does not fit").to_string()
}

const Q: &str = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q";
const K2: &str = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn2_to_k";
const CONV: &str = "lora_unet_mid_block_resnets_0_conv1";

#[test]
fn a_lora_that_does_not_fit_gets_a_sentence() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let part = |layer: &str, part: &str| format!("{layer}.{part}");
    let (down, up, alpha) = (part(Q, "lora_down.weight"), part(Q, "lora_up.weight"), part(Q, "alpha"));
    let other_file = "use another file of it";
    type Tensors<'a> = &'a [(&'a str, &'a [usize])];
    let cases: &[(Tensors, String)] = &[
        (
            &[(&part(K2, "lora_down.weight"), &[4, 768]), (&part(K2, "lora_up.weight"), &[32, 4])],
            "it is for Stable Diffusion 1.x, whose text is 768 wide; this is a model whose text is 32 wide; give a LoRA that was trained for this family".into(),
        ),
        (
            &[(&part(K2, "hada_w1_b"), &[4, 1024]), (&part(K2, "hada_w1_a"), &[32, 4])],
            "it is for Stable Diffusion 2.x, whose text is 1024 wide; this is a model whose text is 32 wide; give a LoRA that was trained for this family".into(),
        ),
        (
            &[("lora_unet_double_blocks_0_img_attn_proj.lora_down.weight", &[4, 8]), ("lora_unet_double_blocks_0_img_attn_proj.lora_up.weight", &[8, 4])],
            "it is a LoRA for Flux; Decant applies LoRA, LoCon and LoHa to Stable Diffusion 1.x, 2.x and XL".into(),
        ),
        (
            &[(&part(Q, "lokr_w1"), &[4, 4]), (&part(Q, "lokr_w2"), &[8, 8]), (&alpha, &[])],
            "it is a LoKr; Decant applies LoRA, LoCon and LoHa to Stable Diffusion 1.x, 2.x and XL".into(),
        ),
        (
            &[(&down, &[4, 32]), (&up, &[32, 4]), (&part(Q, "dora_scale"), &[32, 1])],
            format!("it is a DoRA ({Q}.dora_scale), which scales whole layers, too; Decant applies LoRA, LoCon and LoHa"),
        ),
        (
            &[("lora_unet_nowhere.lora_down.weight", &[4, 32]), ("lora_unet_nowhere.lora_up.weight", &[32, 4])],
            "none of its 1 parts is of a layer of this model: nowhere, …; give a LoRA that was trained for this family".into(),
        ),
        (
            &[(&down, &[4, 48]), (&up, &[32, 4])],
            format!("{down} has the shape [4, 48], the model's layer takes [4, 32]; is it for another model?"),
        ),
        (
            &[(&down, &[4, 32]), (&up, &[32, 3])],
            format!("{up} has the shape [32, 3], the model's layer takes [32, 4]; is it for another model?"),
        ),
        (
            &[(&part(CONV, "lora_down.weight"), &[4, 32]), (&part(CONV, "lora_up.weight"), &[32, 4])],
            format!("{CONV}.lora_down.weight has the shape [4, 32], the model's layer takes [4, 32, 3, 3]; is it for another model?"),
        ),
        (
            &[(&down, &[4, 32])],
            format!(
                "of mid_block.attentions.0.transformer_blocks.0.attn1.to_q there is only {down}: a pair (lora_down and lora_up, or LoHa's four) is needed; {other_file}"
            ),
        ),
        (&[(&down, &[0, 32]), (&up, &[32, 0])], format!("{down} has the shape [0, 32], expected 1 to 2048 rows (its rank); {other_file}")),
        (
            &[(&down, &[4096, 32]), (&up, &[32, 4096])],
            format!("{down} has the shape [4096, 32], expected 1 to 2048 rows (its rank); {other_file}"),
        ),
        (
            &[(&down, &[4, 32]), (&up, &[32, 4]), (&alpha, &[2])],
            format!("{alpha} has the shape [2], expected one number; {other_file}"),
        ),
        (
            &[(&down, &[4, 32]), (&up, &[32, 4]), ("mid_block.attentions.0.transformer_blocks.0.attn1.to_q.lora_A.weight", &[4, 32]),
                ("mid_block.attentions.0.transformer_blocks.0.attn1.to_q.lora_B.weight", &[32, 4])],
            format!("it has mid_block.attentions.0.transformer_blocks.0.attn1.to_q twice, under two names; {other_file}"),
        ),
    ];
    for (list, expected) in cases {
        assert_eq!(sentence(&mut pipeline, "x", written(list)), format!("LoRA x: {expected}"));
    }
    assert!(pipeline.loras().is_empty());
}

#[test]
fn damaged_files_and_wrong_uses_get_a_sentence() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let whole = std::fs::read(crate::folder("tests/models/lora/kohya.safetensors")).expect("it is there");
    let cut = sentence(&mut pipeline, "x", file(whole[..whole.len() - 100].to_vec()));
    assert!(cut.starts_with("lora.safetensors: ") && cut.contains("download the file again"), "{cut}");
    assert_eq!(
        sentence(&mut pipeline, "x", Rc::new(Memory::new("here", [("a.bin", vec![0u8; 4]), ("b.bin", vec![0u8; 4])]))),
        "LoRA x: here has 2 weight files, none of them pytorch_lora_weights.safetensors; give the LoRA's own file"
    );
    block_on(pipeline.add_lora("x", lora("kohya"))).expect("it fits");
    assert_eq!(sentence(&mut pipeline, "x", lora("peft")), "LoRA x: one is loaded under this name; remove it first, or give another name");
    let refusal = |pipeline: &mut Pipeline, name: &str, weight: f32| {
        let request = Request { loras: vec![used(name, weight)], ..Request::default() };
        block_on(pipeline.generate(&request, &mut Unobserved)).expect_err("it cannot be").to_string()
    };
    assert_eq!(refusal(&mut pipeline, "y", 1.0), "LoRA y: it is not loaded; there are x; load its file first");
    assert_eq!(
        refusal(&mut pipeline, "x", f32::NAN),
        "LoRA x: its weight is NaN, expected -1000 to 1000; 1 is as it was trained, 0 is without it"
    );
    assert!(refusal(&mut pipeline, "x", 1e30).contains("expected -1000 to 1000"));
    assert_eq!(
        pipeline.remove_lora("y").expect_err("it is not there").to_string(),
        "LoRA y: it is not loaded; there are x; load its file first"
    );
}

/// Found only when the numbers are read: the run ends, and the next one without it is as before.
#[test]
fn numbers_that_are_none_end_the_run_and_no_more() {
    let mut pipeline = load("sd1-tiny", Rc::new(Cpu));
    let (down, up) = (format!("{Q}.lora_down.weight"), format!("{Q}.lora_up.weight"));
    let mut bad = tensors(&[(&down, &[4, 32]), (&up, &[32, 4])]);
    bad.get_mut(&up).expect("it was just made").2[..4].copy_from_slice(&f32::NAN.to_le_bytes());
    block_on(pipeline.add_lora("x", file(safetensors(&bad, "")))).expect("its headers are sound");
    let request = Request { width: Some(16), height: Some(16), steps: Some(1), ..Request::default() };
    let before = block_on(pipeline.generate(&request, &mut Unobserved)).expect("the run is sound").latents;
    let with = Request { loras: vec![used("x", 1.0)], ..request.clone() };
    let error = block_on(pipeline.generate(&with, &mut Unobserved)).expect_err("NaN is refused").to_string();
    assert!(error.contains(&up) && error.contains("NaN"), "{error}");
    let after = block_on(pipeline.generate(&request, &mut Unobserved)).expect("the run is sound").latents;
    assert_eq!(before, after);
}
