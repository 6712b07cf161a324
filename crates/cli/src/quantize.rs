//! `decant quantize`: any model that opens, smaller: as a folder in diffusers' layout, or as one GGUF file that is a whole model.
//!
//! Weights are written tensor by tensor; what each becomes is decided in `decant_sd::weights::policy`, and by `--keep`.

use crate::arguments::Quantize;
use crate::output::unfinished::{Unfinished, UnfinishedFolder};
use crate::output::{self, failed};
use crate::{Failure, progress, source};
use decant_graph::Encoding;
use decant_sd::config::{Companion, Hints};
use decant_sd::error::bytes;
use decant_sd::files::{Files, find, read_exactly, stays_inside};
use decant_sd::layout::{self, Choice, Opened};
use decant_sd::weights::FORMATS;
use decant_sd::weights::quantize::{Override, Planned, plan, write};
use serde_json::Value;
use std::io::{BufWriter, Write};
use std::path::Path;

mod table;

use table::Table;

/// Weights for other programs. These files, and those of the formats that are read, are replaced and not copied; so is what says which files do.
const OTHERS: &[&str] = &[".onnx", ".msgpack"];

/// What a model's folder has beside its weights, to ask for where nobody can list it.
const TEXTS: &[&str] = &[
    "model_index.json",
    "decant.json",
    "scheduler/scheduler_config.json",
    "text_encoder/config.json",
    "text_encoder_2/config.json",
    "unet/config.json",
    "vae/config.json",
    "tokenizer/tokenizer.json",
    "tokenizer/tokenizer_config.json",
    "tokenizer/special_tokens_map.json",
    "tokenizer/vocab.json",
    "tokenizer/merges.txt",
    "tokenizer_2/tokenizer.json",
    "tokenizer_2/tokenizer_config.json",
    "tokenizer_2/special_tokens_map.json",
    "tokenizer_2/vocab.json",
    "tokenizer_2/merges.txt",
];

/// Decant's own word on a model.
const HINTS: &str = "decant.json";

/// What an `AutoencoderTiny`'s folder may have, to ask for where nobody can list it.
const SMALL_DECODER: &[&str] = &["config.json", "diffusion_pytorch_model.safetensors", "diffusion_pytorch_model.gguf"];

/// The same of a LoRA's folder.
const LORA: &[&str] = &["pytorch_lora_weights.safetensors"];

/// Longest text put into a GGUF file, in bytes; `tokenizer.json` has 4 million.
const LONGEST_TEXT: u64 = 10_000_000;

/// Bytes copied at a time.
const AT_ONCE: u64 = 4 << 20;

pub(crate) fn run(options: &Quantize) -> Result<(), Failure> {
    let overrides = options.keep.iter().map(|text| override_of(text)).collect::<Result<Vec<Override>, String>>()?;
    let encoding = Encoding::named(&options.r#type).expect("the arguments allow only names of the table");
    let single = options.out.extension().is_some_and(|end| end == "gguf");
    outside(options)?;
    writable(options, single)?;
    let choice = Choice { family: options.family.clone(), ..Choice::default() };
    let opened = pollster::block_on(layout::open_as(source::open(&options.model)?, &choice))?;
    let plans: Vec<Vec<Planned>> = opened
        .components()
        .filter_map(|component| Some(plan(component, opened.checkpoint(component)?, encoding, &overrides, single)))
        .collect();
    for one in &overrides {
        if !plans.iter().flatten().any(|planned| one.fits(&planned.path())) {
            return Err(format!("--keep {}: no tensor is called so; decant inspect --tensors lists the names", one.pattern).into());
        }
    }
    let numbers = plans.iter().flatten().map(|planned| planned.numbers() as u64).sum();
    let mut table = Table::new(progress::bar(options.quiet, "{prefix:14} {bar:40} {percent} %, {eta} left"), numbers);
    if single { one_file(&opened, plans.concat(), &options.out, &mut table) } else { folder(&opened, plans, &options.out, &mut table) }?;
    table.finish(options)
}

/// `PATTERN=TYPE`.
fn override_of(text: &str) -> Result<Override, String> {
    let (pattern, name) = text.rsplit_once('=').unwrap_or((text, ""));
    let encoding = Encoding::named(name);
    let names: Vec<&str> = decant_graph::ENCODINGS.iter().map(|row| row.name).collect();
    let encoding = encoding.ok_or_else(|| format!("--keep {text}: expected PATTERN=TYPE with a type of {}", names.join(", ")))?;
    Ok(Override { pattern: pattern.into(), encoding })
}

/// The model is only read: nothing is written into its folder, or over its file.
fn outside(options: &Quantize) -> Result<(), Failure> {
    let Ok(model) = Path::new(&options.model).canonicalize() else { return Ok(()) };
    let existing =
        options.out.ancestors().find_map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path }.canonicalize().ok());
    if existing.is_some_and(|out| out.starts_with(&model)) {
        return Err(format!("{}: give a place outside the model's own, which is only read", options.out.display()).into());
    }
    Ok(())
}

/// Refuses places where nothing could be written afterwards.
fn writable(options: &Quantize, single: bool) -> Result<(), Failure> {
    let (model, table) = (Path::new(&options.model), options.table.as_deref());
    let written: Vec<&Path> = Some(options.out.as_path()).filter(|_| single).into_iter().chain(table).collect();
    output::check(&written, &[model])?;
    if single {
        return Ok(());
    }
    if options.out.exists() && !options.out.is_dir() {
        return Err(format!("{}: this is a file; give a folder's name, or one that ends in .gguf", options.out.display()).into());
    }
    if options.out.is_dir() {
        // Files go into it in the end.
        return output::check(&[&options.out.join("model_index.json")], &[]);
    }
    UnfinishedFolder::at(&options.out).map(drop).map_err(|error| failed(&options.out, &error))
}

/// Everything in one file: the networks, and the folder's texts as metadata.
fn one_file(opened: &Opened, plan: Vec<Planned>, out: &Path, table: &mut Table) -> Result<(), Failure> {
    let mut notes = vec![("decant.layout".to_string(), "components".to_string())];
    for name in texts(&*opened.files)? {
        let known = TEXTS.contains(&name.as_str());
        if let Some(text) = if known { pollster::block_on(find(&*opened.files, &name, LONGEST_TEXT))? } else { None } {
            let text = String::from_utf8(text).map_err(|_| format!("{name} is not a text in UTF-8"))?;
            let text = if name == HINTS { without_companions(text) } else { text };
            notes.push((format!("decant.file.{name}"), text));
        }
    }
    write_file(opened, &plan, &notes, out, out, table)?;
    table.file(out);
    Ok(())
}

/// What `decant.json` names beside the networks, in folders of the model's own. Of what cannot be read as such a file there is none.
fn companions(hints: &Hints) -> impl Iterator<Item = Companion<'_>> {
    hints.companions().filter(|one| stays_inside(one.folder()))
}

/// For people, and the flag that takes it.
fn described(companion: Companion) -> (String, &'static str) {
    match companion {
        Companion::PreviewDecoder(_) => ("the small decoder for previews".into(), "--preview-decoder"),
        Companion::GearLora(gear, _) => (format!("the LoRA of the gear {gear}"), "--lora"),
        Companion::Upscaler(_) => ("the upscaler".into(), "--upscale"),
    }
}

/// The files that its folder may have, to ask for where nobody can list it.
fn usual_files(companion: Companion) -> Vec<String> {
    let owned = |names: &[&str]| names.iter().map(ToString::to_string).collect();
    match companion {
        Companion::PreviewDecoder(_) => owned(SMALL_DECODER),
        Companion::GearLora(..) => owned(LORA),
        Companion::Upscaler(folder) => vec![format!("{folder}.safetensors")],
    }
}

/// `decant.json` of one file, which holds the networks that make the picture: what stands beside them stays behind, and it is said.
fn without_companions(text: String) -> String {
    let hints = Hints::parse(text.as_bytes()).unwrap_or_default();
    let Ok(Value::Object(mut keys)) = serde_json::from_str(&text) else { return text };
    if companions(&hints).next().is_none() {
        return text;
    }
    for companion in companions(&hints) {
        let (what, flag) = described(companion);
        note!("not in this file: {what} ({}); keep its folder for {flag}", companion.folder());
    }
    keys.retain(|key, _| !Companion::KEYS.contains(&key.as_str()));
    Value::Object(keys).to_string()
}

/// What stands beside the networks in the model's folder, as it is: every file of those folders.
fn copy_companions(files: &dyn Files, out: &Path, place: &Path) -> Result<(), Failure> {
    let hints = pollster::block_on(find(files, HINTS, LONGEST_TEXT))?.unwrap_or_default();
    let listed = pollster::block_on(files.names())?;
    for companion in companions(&Hints::parse(&hints).unwrap_or_default()) {
        let start = format!("{}/", companion.folder());
        let names: Vec<String> = match &listed {
            Some(all) => all.iter().filter(|name| name.starts_with(&start) && stays_inside(name)).cloned().collect(),
            None => usual_files(companion).iter().map(|name| start.clone() + name).collect(),
        };
        names.iter().try_for_each(|name| copy(files, name, &out.join(name), &place.join(name)))?;
    }
    Ok(())
}

/// A folder in diffusers' layout: whole, or not there.
fn folder(opened: &Opened, plans: Vec<Vec<Planned>>, place: &Path, table: &mut Table) -> Result<(), Failure> {
    let unfinished = UnfinishedFolder::at(place).map_err(|error| failed(place, &error))?;
    let (out, mut files) = (unfinished.path(), vec![]);
    for name in texts(&*opened.files)? {
        copy(&*opened.files, &name, &out.join(&name), &place.join(&name))?;
    }
    copy_companions(&*opened.files, out, place)?;
    for plan in plans {
        let Some(component) = plan.first().map(|planned| planned.component) else { continue };
        let stem = if component.starts_with("text_encoder") { "model" } else { "diffusion_pytorch_model" };
        let name = Path::new(component).join(format!("{stem}.gguf"));
        make(&out.join(component))?;
        files.push(place.join(&name));
        write_file(opened, &plan, &[], &out.join(&name), &place.join(&name), table)?;
    }
    unfinished.finish().map_err(|error| failed(place, &error))?;
    files.iter().for_each(|file| table.file(file));
    Ok(())
}

fn make(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder).map_err(|e| format!("{} could not be made: {e}", folder.display()).into())
}

/// Writes some networks to `out`, which people know by the name of `place`.
fn write_file(
    opened: &Opened,
    plan: &[Planned],
    notes: &[(String, String)],
    out: &Path,
    place: &Path,
    table: &mut Table,
) -> Result<(), Failure> {
    let failed = |error: std::io::Error| failed(place, &error);
    let (unfinished, file) = Unfinished::at(out).map_err(failed)?;
    let mut file = BufWriter::new(file);
    let written = pollster::block_on(write(&*opened.files, plan, notes, &mut file, &mut |row| table.note(&row)));
    written.map_err(|error| format!("{}: {error}", place.display()))?;
    let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
    source::confirm()?;
    unfinished.finish(file).map_err(failed)
}

fn is_replaced(name: &str) -> bool {
    FORMATS.iter().flat_map(|format| format.endings).chain(OTHERS).any(|end| name.contains(end))
}

/// The names of the model's files that hold no weights.
fn texts(files: &dyn Files) -> Result<Vec<String>, Failure> {
    let listed = pollster::block_on(files.names())?;
    let names = listed.unwrap_or_else(|| TEXTS.iter().map(|name| name.to_string()).collect());
    Ok(names.into_iter().filter(|name| stays_inside(name) && !is_replaced(name)).collect())
}

/// Copies a file, if there is one, to a place that people know by another name.
fn copy(files: &dyn Files, name: &str, to: &Path, place: &Path) -> Result<(), Failure> {
    let Some(size) = pollster::block_on(files.size(name))? else { return Ok(()) };
    make(to.parent().expect("it lies in the folder to write"))?;
    let failed = |error: std::io::Error| failed(place, &error);
    let (unfinished, mut file) = Unfinished::at(to).map_err(failed)?;
    for start in (0..size).step_by(AT_ONCE as usize) {
        let part = pollster::block_on(read_exactly(files, name, start..size.min(start + AT_ONCE)))?;
        file.write_all(&part).map_err(failed)?;
    }
    unfinished.finish(file).map_err(failed)
}

/// `1.8 GB of 4.3 GB`.
fn of(after: u64, before: u64) -> String {
    format!("{} of {}", bytes(after), bytes(before))
}
