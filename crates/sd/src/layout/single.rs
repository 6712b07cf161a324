//! Models without an index: one file with all networks, or a file for each. What they lack of a diffusers folder is made.

use super::family::{self, Choice, Chosen, prediction_name};
use super::made::{Made, tokenizer};
use super::parts::parts;
use super::{Opened, derive, evidence, foreign, original, parsed, tiny, whole};
use crate::Error;
use crate::error::{self, Sentence, ToValue};
use crate::files::Files;
use crate::sentence;
use crate::weights::{Checkpoint, is_weight_file};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Most weight files beside one another: a denoiser, two text encoders, an autoencoder.
const MOST_FILES: usize = 4;

/// The networks of a file that makes pictures by itself.
const COMPLETE: [&str; 3] = ["unet", "vae", "text_encoder"];

/// How many names a message lists.
const SHOWN: usize = 3;

/// The weight files at the top of a source; a source that is one file is looked into whatever it is called.
pub(super) fn weight_files(names: &[String]) -> Vec<&str> {
    let weights = names.iter().map(String::as_str).filter(|name| !name.contains('/') && is_weight_file(name));
    match names {
        [only] => vec![only],
        _ => weights.collect(),
    }
}

pub(super) async fn open(source: Rc<dyn Files>, names: &[&str], choice: &Choice) -> Result<Opened, Error> {
    if names.len() > MOST_FILES {
        return Err(several(&*source, names));
    }
    let (mut components, mut evidence, mut layout) = (BTreeMap::new(), family::Evidence::default(), "diffusers names");
    let mut unused = None;
    for name in names {
        let checkpoint = Checkpoint::open_file(&*source, name).await?;
        if let Some(opened) = whole::open(source.clone(), name, &checkpoint).await? {
            return if names.len() == 1 { Ok(opened) } else { Err(several(&*source, names)) };
        }
        let parts = parts(&checkpoint);
        let controlled = COMPLETE.iter().all(|component| parts.parts.contains_key(component)) && foreign::has_control(&checkpoint);
        if let Some((what, hint)) = foreign::recognised(checkpoint.tensors()).filter(|_| !controlled) {
            return Err(refused(
                &*source,
                sentence!("{file} is {what}, not a model to make pictures with", file = called(names, name), what),
                hint,
            ));
        }
        if parts.parts.is_empty() {
            return Err(not_understood(&*source, &checkpoint, sentence!("no model that Decant knows")));
        }
        if controlled {
            unused = Some("; not followed: the ControlNet that is in the file as well");
        }
        let strangers = parts.strangers.iter().filter(|name| !(controlled && foreign::is_control(name)));
        let mut strangers: Vec<String> = strangers.map(ToString::to_string).collect();
        for (component, part) in &parts.parts {
            if part.is_original() {
                layout = "original names";
            }
            let renamed = original::renamed(component, part);
            strangers.extend(renamed.strangers);
            if components.insert(*component, checkpoint.rearranged(renamed.tensors)?).is_some() {
                return Err(several(&*source, names));
            }
        }
        if !strangers.is_empty() {
            return Err(unknown_tensors(&*source, called(names, name), &strangers));
        }
        if parts.parts.contains_key("unet") {
            evidence = evidence::read(&*source, &checkpoint).await?;
        }
    }
    let configured = configured(&*source, &components, &evidence, choice)?;
    let Chosen { family, schedule, families, mut why, .. } = configured.chosen;
    why += unused.unwrap_or_default();
    let files = Rc::new(Made::over(source, configured.files).await?);
    Ok(Opened { files, layout, family: family.map(|row| row.id), taken_for: Some(schedule), families, why, components })
}

/// A file among others by its name; the only one is the place itself, which every message begins with.
fn called(names: &[&str], name: &str) -> error::Value {
    if names.len() == 1 { sentence!("this").to_value() } else { name.to_value() }
}

/// The made files, and the family that they are of.
struct Configured {
    files: BTreeMap<String, Value>,
    chosen: Chosen,
}

fn configured(
    files: &dyn Files,
    components: &BTreeMap<&'static str, Checkpoint>,
    evidence: &family::Evidence,
    choice: &Choice,
) -> Result<Configured, Error> {
    let odd = |component: &str, problem: String| {
        let problem = Sentence::english(problem);
        let problem = sentence!("its {component} is of no architecture that Decant runs: {problem}", component, problem);
        refused(files, problem, sentence!("is it a model of Stable Diffusion's?"))
    };
    let present = |component: &str| components.get(component).ok_or_else(|| incomplete(files, components));
    let (unet, text) = (present("unet")?, present("text_encoder")?);
    let vae = if choice.other_vae { components.get("vae") } else { Some(present("vae")?) };
    let second = components.get("text_encoder_2");
    let second = second.map(|second| derive::text_encoder(second, true)).transpose().map_err(|e| odd("text_encoder_2", e))?;
    let pooled = second.as_ref().and_then(|second| second["projection_dim"].as_u64()).map(|width| width as usize);
    let mut unet = derive::unet(unet, pooled).map_err(|e| odd("unet", e))?;
    channels(files, &unet)?;
    let chosen = family::choose(&parsed(&unet)?, evidence, choice)?;
    // The sole text encoder of a denoiser with linear layers is OpenCLIP's (Stable Diffusion 2); XL's first is OpenAI's.
    let open_clip = second.is_none() && unet["use_linear_projection"] == true;
    let text = derive::text_encoder(text, open_clip).map_err(|e| odd("text_encoder", e))?;
    let mut vae = match vae {
        Some(vae) => derive::vae(vae).map_err(|e| odd("vae", e))?,
        None => published_vae(),
    };
    unet["sample_size"] = json!(chosen.schedule.sample_size);
    vae["scaling_factor"] = json!(chosen.schedule.scaling_factor);
    let mut scheduler = chosen.schedule.scheduler();
    if let Some(prediction) = chosen.prediction {
        scheduler["prediction_type"] = json!(prediction_name(prediction));
    }
    if evidence.zero_snr {
        scheduler["rescale_betas_zero_snr"] = json!(true);
    }
    let mut made = BTreeMap::from([
        ("model_index.json".to_string(), index(&chosen, &scheduler, second.is_some())),
        ("unet/config.json".into(), unet),
        ("vae/config.json".into(), vae),
        ("text_encoder/config.json".into(), text),
        ("scheduler/scheduler_config.json".into(), scheduler),
        ("tokenizer/tokenizer_config.json".into(), tokenizer(if open_clip { "!" } else { "<|endoftext|>" })),
    ]);
    if let Some(second) = second {
        made.insert("text_encoder_2/config.json".into(), second);
        made.insert("tokenizer_2/tokenizer_config.json".into(), tokenizer("!"));
    }
    Ok(Configured { files: made, chosen })
}

/// The autoencoder's configuration of every published family, where the model has none and another one is given.
fn published_vae() -> Value {
    let each = |name: &str| json!([name, name, name, name]);
    json!({"_class_name": "AutoencoderKL", "block_out_channels": [128, 256, 512, 512], "layers_per_block": 2,
        "down_block_types": each("DownEncoderBlock2D"), "up_block_types": each("UpDecoderBlock2D")})
}

fn index(chosen: &Chosen, scheduler: &Value, two: bool) -> Value {
    let mut index = json!({
        "_class_name": chosen.schedule.pipeline,
        "scheduler": ["diffusers", scheduler["_class_name"]],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    });
    if two {
        index["text_encoder_2"] = json!(["transformers", "CLIPTextModelWithProjection"]);
        index["tokenizer_2"] = json!(["transformers", "CLIPTokenizer"]);
    }
    index
}

/// A denoiser that is shown something else beside the latents is told apart by how many channels it takes.
fn channels(files: &dyn Files, unet: &Value) -> Result<(), Error> {
    let what = match unet["in_channels"].as_u64() {
        Some(4 | 9) => return Ok(()),
        Some(5) => sentence!("it also wants a depth map (Stable Diffusion 2 depth)"),
        Some(7) => sentence!("it also wants a small picture (an upscaler)"),
        Some(8) => sentence!("it also wants a picture to change (InstructPix2Pix)"),
        other => sentence!("it takes {count} channels", count = other.unwrap_or_default()),
    };
    let problem = sentence!("this denoiser is one that Decant cannot feed: {what}", what);
    Err(refused(files, problem, sentence!("give a model that makes pictures from text")))
}

fn incomplete(files: &dyn Files, components: &BTreeMap<&'static str, Checkpoint>) -> Error {
    let there: Vec<&str> = components.keys().copied().collect();
    let absent: Vec<&str> = ["text_encoder", "unet", "vae"].into_iter().filter(|part| !components.contains_key(part)).collect();
    let problem = sentence!(
        "this holds only a model's {there}, it lacks {absent}",
        there = error::Value::all(&there),
        absent = error::Value::all(&absent)
    );
    let hint = match absent[..] {
        ["vae"] => sentence!("give an autoencoder (VAE) with it, or the whole model: one file with all of it, or its folder"),
        _ => sentence!("give the whole model: one file with all of it, or its folder"),
    };
    refused(files, problem, hint)
}

fn several(files: &dyn Files, names: &[&str]) -> Error {
    let shown = names.iter().take(SHOWN).copied().collect::<Vec<_>>().join(", ");
    let problem = sentence!("there are {count} weight files here ({shown}, …)", count = names.len(), shown);
    refused(files, problem, sentence!("give one of them"))
}

fn unknown_tensors(files: &dyn Files, file: error::Value, strangers: &[String]) -> Error {
    let shown = strangers.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let problem = sentence!(
        "{file} has {count} tensors that belong to no layer of Stable Diffusion, for instance {shown}",
        file,
        count = strangers.len(),
        shown
    );
    refused(files, problem, sentence!("Decant would get such a model wrong"))
}

/// A weight file that is nothing of what was looked for.
pub(super) fn not_understood(files: &dyn Files, checkpoint: &Checkpoint, expected: Sentence) -> Error {
    not_understood_as(files, checkpoint, expected, foreign::FAMILY)
}

/// The same, with what to give instead.
pub(super) fn not_understood_as(files: &dyn Files, checkpoint: &Checkpoint, expected: Sentence, known: Sentence) -> Error {
    if let Some((what, hint)) = foreign::recognised(checkpoint.tensors()) {
        return refused(files, sentence!("this is {what}, and {expected}", what, expected), hint);
    }
    if tiny::renamed(checkpoint).is_some() {
        return refused(
            files,
            sentence!("this is a tiny autoencoder (TAESD), which only shows what a model makes"),
            sentence!("give a model beside it"),
        );
    }
    let names = checkpoint.tensors().keys();
    let shown = names.take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let problem =
        sentence!("this is {expected}: it has {count} tensors, for instance {shown}", expected, count = checkpoint.tensors().len(), shown);
    refused(files, problem, known)
}

fn refused(files: &dyn Files, problem: Sentence, hint: Sentence) -> Error {
    super::refuse(files, problem, hint)
}
