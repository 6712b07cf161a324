//! Names and shapes of the published checkpoints at their full sizes, from `tests/golden/names-*.txt`; no weights are read.

use super::open_as;
use crate::common::folder;
use decant_sd::Error;
use decant_sd::config::{ClipConfig, UNetConfig, VaeConfig};
use decant_sd::files::{Files, LocalFuture};
use decant_sd::layout::{Choice, FAMILIES, Opened};
use decant_solver::PredictionType;
use pollster::block_on;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

/// A tensor of a published checkpoint: its name there, its shape, and diffusers' name for it, or for its parts, or none.
#[derive(Clone)]
struct Row {
    component: String,
    name: String,
    shape: Vec<usize>,
    diffusers: Vec<String>,
}

fn rows(family: &str) -> BTreeMap<String, Vec<Row>> {
    let text = std::fs::read_to_string(folder("tests/golden").join(format!("names-{family}.txt"))).expect("it is committed");
    let (mut found, mut component, mut stems) = (BTreeMap::<String, Vec<Row>>::new(), String::new(), (String::new(), String::new()));
    for line in text.lines().skip(1) {
        let (first, rest) = line.split_once(' ').expect("a mark or a name, then more");
        match first {
            "#" => component = rest.into(),
            "=" => stems = rest.split_once(' ').map(|(a, b)| (a.into(), b.into())).expect("two names"),
            _ => {
                let (words, parts) = rest.split_once(" : ").unwrap_or((rest, ""));
                let mut words = words.split(' ');
                let joined = |stem: &str| if first == "-" { stem.to_string() } else { format!("{stem}.{first}") };
                let (name, diffusers) = match first {
                    "!" => (words.next().expect("a name").into(), vec![]),
                    ">" => (words.next().expect("a name").into(), parts.split(' ').map(String::from).collect()),
                    _ => (joined(&stems.0), vec![joined(&stems.1)]),
                };
                let shape = words.filter_map(|word| word.parse().ok()).collect();
                found.entry(component.clone()).or_default().push(Row { component: component.clone(), name, shape, diffusers });
            }
        }
    }
    found
}

/// A file of any size of which only the header exists; all else is zeros.
pub struct Sparse {
    header: Vec<u8>,
    size: u64,
}

impl Sparse {
    pub fn new<'a>(tensors: impl Iterator<Item = (&'a str, &'a [usize])>, metadata: &str) -> Sparse {
        let (mut entries, mut offset) = (vec![format!(r#""__metadata__":{{{metadata}}}"#)], 0);
        for (name, shape) in tensors {
            let end = offset + 2 * shape.iter().product::<usize>();
            entries.push(format!(r#""{name}":{{"dtype":"F16","shape":{shape:?},"data_offsets":[{offset},{end}]}}"#));
            offset = end;
        }
        let json = format!("{{{}}}", entries.join(","));
        let header = [&(json.len() as u64).to_le_bytes()[..], json.as_bytes()].concat();
        Sparse { size: (header.len() + offset) as u64, header }
    }
}

impl Files for Sparse {
    fn place(&self) -> String {
        "a full-size file".into()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(std::future::ready(Ok((name == "model").then_some(self.size))))
    }

    fn read<'a>(&'a self, _: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        let bytes = range.map(|at| self.header.get(at as usize).copied().unwrap_or(0)).collect();
        Box::pin(std::future::ready(Ok(bytes)))
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(std::future::ready(Ok(Some(vec!["model".into()]))))
    }
}

fn opened(rows: &[Row], metadata: &str, choice: &Choice) -> Opened {
    let file = Sparse::new(rows.iter().map(|row| (row.name.as_str(), &row.shape[..])), metadata);
    open_as(Rc::new(file), choice)
}

/// A whole checkpoint: what a list lacks, as the pruned ones' text encoder, is Stable Diffusion 1.5's.
fn whole(family: &str) -> Vec<Row> {
    let mut components = rows("sd15");
    let own = rows(family);
    if own.len() > 1 {
        components.clear();
    }
    components.extend(own);
    components.into_values().flatten().collect()
}

/// A row by diffusers' names for it.
fn ours(row: &Row) -> impl Iterator<Item = ((&str, &str), &Row)> {
    row.diffusers.iter().map(move |name| ((row.component.as_str(), name.as_str()), row))
}

/// Checkpoint's list, family that it must be, tensors in all.
const PUBLISHED: &[(&str, &str, usize)] = &[
    ("sd15", "sd1", 1130),
    ("sd21", "sd2-v", 1306),
    ("sdxl", "sdxl", 2641),
    ("lcm", "lcm", 1131),
    ("bk-sdm-base", "bk-sdm-base", 886),
    ("bk-sdm-small", "bk-sdm-small", 840),
    ("bk-sdm-tiny", "bk-sdm-tiny", 802),
];

#[test]
fn every_published_name_becomes_diffusers_and_the_family_is_known() {
    for (list, family, count) in PUBLISHED {
        let rows = whole(list);
        let opened = opened(&rows, "", &Choice::default());
        assert_eq!((opened.layout, opened.family), ("original names", Some(*family)), "{list}");
        let named = |row| -> Vec<_> { ours(row).collect() };
        let expected: BTreeMap<(&str, &str), &Row> = rows.iter().flat_map(named).collect();
        let mut found = 0;
        for component in opened.components() {
            for (name, info) in opened.checkpoint(component).expect("it is listed").tensors() {
                let row = expected.get(&(component, name.as_str())).unwrap_or_else(|| panic!("{list}: {name} is no name of diffusers'"));
                let numbers: usize = row.shape.iter().product::<usize>() / row.diffusers.len();
                assert_eq!(info.numbers(), numbers, "{list}: {name} of {}", row.name);
                found += 1;
            }
        }
        assert_eq!(found, *count, "{list}: as many as diffusers has");
    }
}

#[test]
fn shapes_are_those_of_diffusers_classes() {
    for (list, published) in [("sd15", "sd15"), ("sd21", "sd21")] {
        let opened = opened(&whole(list), "", &Choice::default());
        let text = std::fs::read_to_string(folder("tests/golden").join(format!("shapes-{published}.txt"))).expect("it is committed");
        for line in text.lines().skip(1).filter(|line| !line.contains("position_ids")) {
            let mut words = line.split(' ');
            let (component, name) = (words.next().expect("a component"), words.next().expect("a name"));
            let name =
                if component == "text_encoder" && !name.starts_with("text_model.") { format!("text_model.{name}") } else { name.into() };
            let shape: Vec<usize> = words.map(|axis| axis.parse().expect("a length")).collect();
            let tensors = opened.checkpoint(component).expect("it is there").tensors();
            assert_eq!(tensors.get(&name).map(|info| &info.shape), Some(&shape), "{list}: {component} {name}");
        }
    }
}

#[test]
fn inpainting_and_pruned_relatives_of_stable_diffusion_2_are_told_apart() {
    let mut rows = whole("sd15");
    rows.iter_mut().find(|row| row.diffusers == ["conv_in.weight"]).expect("it is there").shape[1] = 9;
    assert_eq!(opened(&rows, "", &Choice::default()).family, Some("sd1-inpainting"));
    let mut rows = whole("sd21");
    rows.iter_mut().find(|row| row.diffusers == ["conv_in.weight"]).expect("it is there").shape[1] = 9;
    assert_eq!(opened(&rows, "", &Choice::default()).family, Some("sd2-inpainting"));
    rows.retain(|row| !row.name.contains("middle_block."));
    let relative = opened(&rows, "", &Choice::default());
    assert_eq!(relative.family, None, "nobody published it, but its tensors are a network");
    assert!(relative.why.starts_with("no known family has this denoiser"), "{}", relative.why);
    let may_be: Vec<&str> = relative.families.iter().map(|row| row.id).collect();
    assert_eq!((relative.taken_for.map(|row| row.id), may_be), (Some("sd2-base"), vec!["sd2-base", "sd2-inpainting"]));
    let unet = block_on(UNetConfig::read(&*relative.files, "unet")).expect("it is derived");
    assert_eq!((unet.mid_block_type, unet.num_attention_heads, unet.in_channels), (None, vec![5, 10, 20, 20], 9));
}

#[test]
fn what_tensors_cannot_tell_is_told_by_notes_and_by_the_caller() {
    let rows = whole("sd21");
    let nobody = Choice::default();
    let asked = |prediction| Choice { prediction: Some(prediction), ..Choice::default() };
    let turbo = Choice { family: Some("sd-turbo".into()), ..Choice::default() };
    let eps = r#""modelspec.prediction_type":"epsilon""#;
    let steps = r#""global_step":"220000""#;
    for (metadata, choice, family, why) in [
        ("", &nobody, "sd2-v", "its tensors; nothing in the file says what it predicts, which diffusers takes for v"),
        (eps, &nobody, "sd2-base", "its tensors, and the file says epsilon"),
        (steps, &nobody, "sd2-base", "its tensors, and 220000 training steps, which is a base model's number"),
        (eps, &asked(PredictionType::VPrediction), "sd2-v", "its tensors, and v_prediction was asked for"),
        ("", &asked(PredictionType::Epsilon), "sd2-base", "its tensors, and epsilon was asked for"),
        ("", &turbo, "sd-turbo", "choice: it was asked for"),
    ] {
        let opened = opened(&rows, metadata, choice);
        assert_eq!((opened.family, opened.why.as_str()), (Some(family), why), "{metadata} {choice:?}");
    }
    let families = |rows: &[Row], choice: &Choice| opened(rows, "", choice).families.iter().map(|row| row.id).collect::<Vec<_>>();
    assert_eq!(families(&rows, &nobody), ["sd2-v", "sd2-base", "sd-turbo"]);
    assert_eq!(families(&rows, &turbo), ["sd2-v", "sd2-base", "sd-turbo"], "what was asked for can be asked for otherwise");
    assert_eq!(families(&whole("sdxl"), &nobody), ["sdxl", "sdxl-turbo"]);
    assert_eq!(families(&whole("sd15"), &nobody), ["sd1"], "there is nothing to ask");
    assert_eq!(families(&whole("sd15"), &turbo), ["sd1", "sd-turbo"]);
    assert_eq!(families(&whole("bk-sdm-tiny"), &nobody), ["bk-sdm-tiny"]);
    assert_eq!(
        opened(&whole("sdxl"), "", &nobody).to_string(),
        "original names, of Stable Diffusion XL, by its tensors; it may also be SDXL-Turbo (sdxl-turbo)"
    );
    let unknown = Choice { family: Some("sd9".into()), ..Choice::default() };
    let file = Sparse::new(rows.iter().map(|row| (row.name.as_str(), &row.shape[..])), "");
    let error = block_on(decant_sd::layout::open_as(Rc::new(file), &unknown)).err().expect("no such family").to_string();
    assert!(error.starts_with(r#"the choice of a family: there is no family "sd9"; the families are sd1, "#), "{error}");
}

/// A family's row, parsed, and the configuration derived from published tensors must be one.
#[test]
fn the_rules_give_the_published_configurations() {
    for row in FAMILIES {
        UNetConfig::parse(row.id, row.unet.as_bytes()).expect(row.id);
        decant_sd::config::Scheduler::parse(row.id, row.scheduler.as_bytes()).expect(row.id);
        assert!(row.source.contains('/'), "{}: the repository that says so", row.id);
    }
    for (list, scaling, heads, act) in
        [("sd15", 0.18215, 12, "QuickGelu"), ("sd21", 0.18215, 16, "Gelu"), ("sdxl", 0.13025, 12, "QuickGelu")]
    {
        let opened = opened(&whole(list), "", &Choice::default());
        let vae = block_on(VaeConfig::read(&*opened.files, "vae")).expect(list);
        assert_eq!((vae.scaling_factor, vae.block_out_channels, vae.layers_per_block), (scaling, vec![128, 256, 512, 512], 2), "{list}");
        let text = block_on(ClipConfig::read(&*opened.files, "text_encoder")).expect(list);
        assert_eq!((text.num_attention_heads, format!("{:?}", text.hidden_act).as_str()), (heads, act), "{list}");
        if list == "sdxl" {
            let text = block_on(ClipConfig::read(&*opened.files, "text_encoder_2")).expect(list);
            assert_eq!((text.num_attention_heads, text.num_hidden_layers, text.projection_dim), (20, 32, Some(1280)));
            let unet = block_on(UNetConfig::read(&*opened.files, "unet")).expect(list);
            assert_eq!(unet.transformer_layers_per_block, [1, 2, 10]);
        }
    }
}
