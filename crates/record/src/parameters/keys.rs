//! Every name that the settings line of stable-diffusion-webui and its relatives is known to have, and what becomes of each here.
//!
//! It is data: a block for each tool with where its names were looked up and when. A name that no row fits is named as unknown.

use crate::gathered::{Gathered, short};

/// What becomes of a setting.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// It is a setting of Decant's.
    Taken(fn(&mut Gathered, &str)),
    /// It is read together with others (`read.rs`).
    Together,
    /// It says nothing about how the pixels came, or what other settings or the texts say already.
    Nothing,
    /// It changes the picture and is named, unless it is one of these values, which mean that it is off.
    Unless(&'static [&'static str]),
    /// One of many settings of one thing, which is named once, by this name.
    PartOf(&'static str),
    /// The names of textual inversions.
    Inversions,
}

/// A name, or the beginning of several names where it ends in `*`; capitals do not matter.
pub struct Row(pub &'static str, pub Does);

/// One tool's names.
#[cfg_attr(not(test), expect(dead_code, reason = "where a table comes from is for those who read it; a test holds that it is said"))]
pub struct Block {
    /// The tool.
    pub tool: &'static str,
    /// Where its names were looked up.
    pub source: &'static str,
    /// When, and in which version.
    pub date: &'static str,
    /// Its names.
    pub rows: &'static [Row],
}

/// Named whenever it is there and not off.
const LOST: Does = Does::Unless(&[]);

/// All tools.
pub const BLOCKS: &[Block] = &[WEBUI, OLD_WEBUI, FORGE, SDNEXT, FOOOCUS, EXTENSIONS, SITES];

const WEBUI: Block = Block {
    tool: "AUTOMATIC1111 stable-diffusion-webui",
    source: "modules/processing.py (create_infotext, extra_generation_params), modules/shared_options.py (infotext=), modules/sd_samplers_common.py",
    date: "2026-11, version 1.10.1",
    rows: &[
        Row("Steps", Does::Taken(|to, value| to.set_number("steps", value))),
        Row("Sampler", Does::Together),
        Row("Schedule type", Does::Together),
        Row("CFG scale", Does::Taken(|to, value| to.set_number("guidance", value))),
        Row("Seed", Does::Taken(|to, value| to.set_number("seed", value))),
        Row("Size", Does::Together),
        Row("Model", Does::Together),
        Row("Model hash", Does::Together),
        Row("Denoising strength", Does::Together),
        Row("Clip skip", Does::Taken(clip_skip)),
        Row("Eta", Does::Taken(|to, value| to.set_number("eta", value))),
        Row("Eta DDIM", Does::Taken(|to, value| to.set_number("eta", value))),
        Row("UniPC order", Does::Taken(|to, value| to.set_number("order", value))),
        Row("RNG", Does::Together),
        Row("Emphasis", Does::Together),
        Row("Noise Schedule", Does::Together),
        Row("Version", Does::Together),
        Row("TI hashes", Does::Inversions),
        Row("Lora hashes", Does::Nothing),
        Row("Hashes", Does::Nothing),
        Row("VAE hash", Does::Nothing),
        Row("Init image hash", Does::Nothing),
        Row("User", Does::Nothing),
        // An empty chunk more for the shorter text: as Decant does it.
        Row("Pad conds", Does::Nothing),
        Row("Cache FP16 weight for LoRA", Does::Nothing),
        Row("VAE", Does::Unless(&["Automatic", "Default (model)"])),
        Row("VAE Encoder", Does::Unless(&["Full"])),
        Row("VAE Decoder", Does::Unless(&["Full"])),
        Row("Image CFG scale", LOST),
        Row("Face restoration", LOST),
        Row("FP8 weight", Does::Unless(&["Disable"])),
        Row("Variation seed", LOST),
        Row("Variation seed strength", LOST),
        Row("Seed resize from", Does::Unless(&["0x0", "-1x-1"])),
        Row("Conditional mask weight", LOST),
        Row("ENSD", Does::Unless(&["0"])),
        Row("Token merging ratio", Does::Unless(&["0", "0.0"])),
        Row("Token merging ratio hr", Does::Unless(&["0", "0.0"])),
        Row("NGMS", Does::Unless(&["0", "0.0"])),
        Row("NGMS all steps", LOST),
        Row("Tiling", LOST),
        Row("Hires upscale", Does::Together),
        Row("Hires steps", Does::Together),
        Row("Hires upscaler", Does::Together),
        Row("Hires *", LOST),
        Row("Refiner", LOST),
        Row("Refiner switch *", LOST),
        Row("Mask *", LOST),
        Row("Masked *", LOST),
        Row("Inpaint area", LOST),
        Row("Resize mode", LOST),
        Row("Noise multiplier", LOST),
        Row("Extra noise", LOST),
        Row("Sigma churn", LOST),
        Row("Sigma tmin", LOST),
        Row("Sigma tmax", LOST),
        Row("Sigma noise", LOST),
        Row("Schedule max sigma", Does::Unless(&["0", "0.0"])),
        Row("Schedule min sigma", Does::Unless(&["0", "0.0"])),
        Row("Schedule rho", Does::Unless(&["0", "0.0"])),
        Row("Beta schedule *", LOST),
        Row("Discard penultimate sigma", LOST),
        Row("SGM noise multiplier", LOST),
        Row("Skip Early CFG", Does::Unless(&["0", "0.0"])),
        Row("Downcast alphas_cumprod", LOST),
        Row("Pad conds v0", LOST),
        Row("UniPC variant", Does::Unless(&["bh1"])),
        Row("UniPC skip type", Does::Unless(&["time_uniform"])),
        Row("UniPC lower order final", Does::Unless(&["True"])),
        // It concerns prompt editing, which is said where it stands.
        Row("Old prompt editing timelines", Does::Nothing),
        Row("Hypernet", LOST),
        Row("Hypernet hash", Does::Nothing),
        Row("Hypernet strength", LOST),
        Row("Script", LOST),
        Row("X Type", Does::PartOf("X/Y/Z plot")),
        Row("X Values", Does::PartOf("X/Y/Z plot")),
        Row("Y Type", Does::PartOf("X/Y/Z plot")),
        Row("Y Values", Does::PartOf("X/Y/Z plot")),
        Row("Z Type", Does::PartOf("X/Y/Z plot")),
        Row("Z Values", Does::PartOf("X/Y/Z plot")),
        Row("Fixed X Values", Does::PartOf("X/Y/Z plot")),
        Row("Fixed Y Values", Does::PartOf("X/Y/Z plot")),
        Row("Fixed Z Values", Does::PartOf("X/Y/Z plot")),
        Row("SD upscale *", Does::PartOf("SD upscale")),
        Row("Postprocess *", LOST),
        Row("Decode *", Does::PartOf("img2img alternative test")),
        Row("Randomness", Does::PartOf("img2img alternative test")),
        Row("Sigma Adjustment", Does::PartOf("img2img alternative test")),
        Row("Original Size", Does::Nothing),
        Row("Soft inpainting *", Does::PartOf("soft inpainting")),
    ],
};

const OLD_WEBUI: Block = Block {
    tool: "AUTOMATIC1111 stable-diffusion-webui, before 1.0",
    source: "modules/processing.py and modules/generation_parameters_copypaste.py of August 2022 to May 2023",
    date: "2026-11",
    rows: &[
        Row("First pass size", Does::Together),
        // Its high-resolution pass began from latents made larger; told by First pass size.
        Row("Scale latent", Does::Nothing),
        // Each picture of a batch has a seed of its own, which is written.
        Row("Batch size", Does::Nothing),
        Row("Batch pos", Does::Nothing),
        Row("GFPGAN", LOST),
        Row("Aesthetic *", Does::PartOf("aesthetic gradients")),
        Row("AddNet *", LOST),
    ],
};

const FORGE: Block = Block {
    tool: "stable-diffusion-webui-forge and its forks",
    source: "modules/processing.py, extensions-builtin/*/scripts",
    date: "2026-11, commit dfdcbab6 (2025-06)",
    rows: &[
        Row("Distilled CFG Scale", LOST),
        Row("Diffusion in Low Bits", Does::Unless(&["Automatic"])),
        Row("Module *", LOST),
        Row("TI", Does::Nothing),
        Row("Wildcard prompt", Does::Nothing),
        Row("Wildcard negative prompt", Does::Nothing),
        Row("freeu_*", Does::PartOf("FreeU")),
        Row("sag_*", Does::PartOf("self-attention guidance")),
        Row("pagi_*", Does::PartOf("perturbed-attention guidance")),
        Row("dynthres_*", Does::PartOf("dynamic thresholding")),
        Row("kohya_hrfix_*", Does::PartOf("Kohya HRFix")),
        Row("latent_modifier_*", Does::PartOf("latent modifier")),
        Row("multidiffusion_*", Does::PartOf("MultiDiffusion")),
        Row("stylealign_*", Does::PartOf("StyleAlign")),
        Row("hypertile_*", Does::PartOf("HyperTile")),
        Row("perp_neg_*", Does::PartOf("Perp-Neg")),
    ],
};

const SDNEXT: Block = Block {
    tool: "SD.Next",
    source: "modules/processing_info.py",
    date: "2026-11, commit 431bcc36 (2025-03)",
    rows: &[
        Row("CFG rescale", Does::Taken(|to, value| to.set_number("rescale", value))),
        Row("CFG end", Does::Taken(|to, value| to.set_number("guidanceUntil", value))),
        Row("Sampler Eta", Does::Taken(|to, value| to.set_number("eta", value))),
        Row("Sampler order", Does::Taken(|to, value| to.set_number("order", value))),
        Row("Sampler spacing", Does::Taken(|to, value| to.set("spacing", value))),
        Row("Embeddings", Does::Inversions),
        Row("App", Does::Nothing),
        Row("Backend", Does::Nothing),
        Row("Pipeline", Does::Nothing),
        Row("Operations", Does::Together),
        Row("Comment", Does::Nothing),
        Row("Styles", Does::Nothing),
        Row("Batch", Does::Nothing),
        Row("Index", Does::Nothing),
        Row("Grid", Does::Nothing),
        Row("LoRA hashes", Does::Nothing),
        Row("LoRA networks", Does::Nothing),
        Row("LoRA tags", Does::Nothing),
        Row("Init image size", Does::Nothing),
        Row("Size before", Does::Nothing),
        Row("Original prompt", Does::Nothing),
        Row("Original negative", Does::Nothing),
        Row("Parser", Does::Unless(&["A1111", "Full parser"])),
        Row("TE", LOST),
        Row("UNet", LOST),
        Row("Refine", LOST),
        Row("Refiner *", LOST),
        Row("Variation strength", LOST),
        Row("Resize scale", Does::Unless(&["1", "1.0"])),
        Row("Size *", LOST),
        Row("Sampler *", LOST),
        Row("Control *", LOST),
        Row("Detailer*", Does::PartOf("Detailer")),
        Row("Color correction", LOST),
        Row("HDR *", Does::PartOf("HDR corrections")),
        Row("ToMe", LOST),
        Row("ToDo", LOST),
        Row("FreeU", LOST),
        Row("PAG *", Does::PartOf("perturbed-attention guidance")),
        Row("Hypertile *", Does::PartOf("HyperTile")),
        Row("HiDiffusion*", Does::PartOf("HiDiffusion")),
        Row("IP Adapter", LOST),
        Row("APG", LOST),
        Row("Noise level", LOST),
    ],
};

const FOOOCUS: Block = Block {
    tool: "Fooocus",
    source: "modules/meta_parser.py (A1111MetadataParser)",
    date: "2026-11, version 2.5.5",
    rows: &[
        Row("Scheduler", Does::Together),
        Row("Raw prompt", Does::Nothing),
        Row("Raw negative prompt", Does::Nothing),
        Row("Performance", Does::Nothing),
        Row("Lora weights", Does::Nothing),
        Row("Refiner model hash", Does::Nothing),
        Row("Metadata scheme", Does::Nothing),
        Row("Created by", Does::Nothing),
        Row("Sharpness", Does::Unless(&["0", "0.0"])),
        Row("ADM Guidance", LOST),
        Row("Adaptive CFG", LOST),
        Row("Overwrite switch", Does::Unless(&["-1"])),
    ],
};

const EXTENSIONS: Block = Block {
    tool: "extensions of the web UI",
    source: "adetailer/args.py (25.3.0), sd-webui-controlnet (internal_controlnet/external_code.py), sd-dynamic-prompts, Ultimate SD upscale, \
             Regional Prompter, Tiled Diffusion, Dynamic Thresholding, Neutral prompt, CFG Rescale: their extra_generation_params",
    date: "2026-11",
    rows: &[
        Row("ADetailer *", Does::PartOf("ADetailer")),
        Row("ControlNet*", LOST),
        Row("Template", Does::Nothing),
        Row("Negative Template", Does::Nothing),
        Row("CFG Rescale φ", Does::Taken(|to, value| to.set_number("rescale", value))),
        Row("CFG Rescale phi", Does::Taken(|to, value| to.set_number("rescale", value))),
        Row("Auto Color Fix Strength", LOST),
        Row("Ultimate SD upscale *", Does::PartOf("Ultimate SD upscale")),
        Row("Regional Prompter", LOST),
        Row("RP *", Does::PartOf("Regional Prompter")),
        Row("Tiled Diffusion*", Does::PartOf("Tiled Diffusion")),
        Row("Tiled VAE*", Does::Nothing),
        Row("Dynamic thresholding *", Does::PartOf("dynamic thresholding")),
        Row("Mimic *", Does::PartOf("dynamic thresholding")),
        Row("Threshold percentile", Does::PartOf("dynamic thresholding")),
        Row("CFG mode", Does::PartOf("dynamic thresholding")),
        Row("CFG scale minimum", Does::PartOf("dynamic thresholding")),
        Row("Cutoff *", Does::PartOf("Cutoff")),
        Row("Prompt matrix*", LOST),
        Row("Latent Soft Clamping*", Does::PartOf("latent soft clamping")),
        Row("ReActor*", LOST),
        Row("AnimateDiff*", LOST),
    ],
};

const SITES: Block = Block {
    tool: "web sites and savers that write such a line",
    source: "pictures of civitai.com's generator; ComfyUI-Image-Saver (saver/saver.py); Draw Things",
    date: "2026-11",
    rows: &[
        Row("Civitai resources", Does::Taken(resources)),
        Row("Civitai metadata", Does::Nothing),
        Row("Created Date", Does::Nothing),
        Row("Time", Does::Nothing),
        Row("Time taken", Does::Nothing),
        Row("Guidance Scale", Does::Taken(|to, value| to.set_number("guidance", value))),
    ],
};

/// Row and block of a name; the exact ones before those that only begin so.
pub(super) fn find(name: &str) -> Option<&'static Row> {
    let rows = || BLOCKS.iter().flat_map(|block| block.rows);
    let exact = rows().find(|row| row.0.eq_ignore_ascii_case(name));
    exact.or_else(|| rows().find(|row| row.0.strip_suffix('*').is_some_and(|start| begins(name, start))))
}

fn begins(name: &str, start: &str) -> bool {
    name.get(..start.len()).is_some_and(|beginning| beginning.eq_ignore_ascii_case(start))
}

/// Follows one setting, or names it.
pub(super) fn take(to: &mut Gathered, name: &str, value: &str) {
    let off = |values: &[&str]| ["", "None", "False"].iter().chain(values).any(|off| off.eq_ignore_ascii_case(value));
    match find(name).map(|row| row.1) {
        Some(Does::Taken(take)) => take(to, value),
        Some(Does::Together | Does::Nothing) => {}
        Some(Does::Unless(values)) if off(values) => {}
        Some(Does::Unless(_)) => to.lose(format!("{} {}", short(name), short(value))),
        Some(Does::PartOf(whole)) => to.lose(whole.into()),
        // `name: hash, name: hash` or `name, name`.
        Some(Does::Inversions) => value.split(',').for_each(|one| to.inversion(one.split(':').next().unwrap_or_default())),
        None => to.unknown(format!("{} {}", short(name), short(value))),
    }
}

fn clip_skip(to: &mut Gathered, value: &str) {
    match value.trim().trim_start_matches('-').parse::<u64>() {
        Ok(layers @ 1..) => to.set("clipSkip", layers - 1),
        // SD.Next and others write 0 for what is usual.
        Ok(0) => {}
        Err(_) => to.lose(format!("Clip skip {}", short(value))),
    }
}

/// Civitai's list of what a picture was made with; its own generator names LoRAs nowhere else.
fn resources(to: &mut Gathered, value: &str) {
    let listed: Vec<serde_json::Value> = serde_json::from_str(value).unwrap_or_default();
    for resource in listed {
        let text = |key: &str| resource.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        let (kind, name) = (text("type"), short(text("modelName")));
        match kind {
            "checkpoint" => {}
            "embed" | "embedding" => to.inversion(&name),
            _ => to.lose(format!("{} {name} {}", short(kind), resource.get("weight").map(ToString::to_string).unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::read;

    /// A value that each kind of setting can have.
    fn value(name: &str) -> &'static str {
        match name {
            "Size" | "First pass size" => "64x32",
            "Sampler" => "Euler",
            "Schedule type" | "Scheduler" => "Karras",
            "Sampler spacing" => "trailing",
            "CFG end" => "0.5",
            "CFG rescale" | "CFG Rescale φ" | "CFG Rescale phi" | "Denoising strength" => "0.25",
            "RNG" => "CPU",
            "UniPC order" | "Sampler order" => "2",
            "Emphasis" => "No norm",
            "Noise Schedule" => "Zero Terminal SNR",
            "Civitai resources" => r#"[{"type":"lora","weight":0.8,"modelName":"ink"}]"#,
            _ => "7",
        }
    }

    #[test]
    fn every_name_of_the_table_is_followed_named_or_means_nothing() {
        let plain = read("a cat\nSteps: 3, Sampler: Euler, Seed: 1").expect("it is sound");
        let mut seen: Vec<&str> = vec![];
        for (block, Row(name, does)) in BLOCKS.iter().flat_map(|block| block.rows.iter().map(move |row| (block, row))) {
            assert!(
                !block.tool.is_empty() && !block.source.is_empty() && block.date.starts_with("20"),
                "{name}: its block says no source and date"
            );
            assert!(!seen.contains(name), "{name} stands twice");
            seen.push(name);
            let full = name.replace('*', "x");
            let text = format!("a cat\nSteps: 3, Sampler: Euler, Seed: 1, {full}: {}", value(name));
            let found = read(&text).expect("it is sound");
            let notes = found.notes.join("\n");
            assert!(!notes.contains("not known"), "{name}: {notes}");
            let same = found.record == plain.record && found.inversions == plain.inversions && notes.is_empty();
            match does {
                Does::Nothing => assert!(same, "{name}: {found:?}"),
                Does::Unless(off) => {
                    assert!(notes.contains(&format!("not followed: {full} 7")), "{name}: {notes}");
                    for value in off.iter().chain(&["None", "False"]) {
                        let found = read(&format!("a cat\nSteps: 3, Sampler: Euler, Seed: 1, {full}: {value}")).expect("it is sound");
                        assert_eq!(found.notes, Vec::<String>::new(), "{name}: {value}");
                    }
                }
                Does::PartOf(whole) => assert!(notes.contains(&format!("not followed: {whole}")), "{name}: {notes}"),
                // Of a picture from text alone, SD.Next's operations say nothing more.
                Does::Together if ["Sampler", "Version", "RNG", "Operations"].contains(name) => {}
                Does::Taken(_) if ["Steps", "Seed"].contains(name) => assert!(found.record != plain.record, "{name}"),
                Does::Taken(_) | Does::Together | Does::Inversions => assert!(!same, "{name}: nothing came of it"),
            }
        }
        assert!(seen.len() > 150);
    }

    #[test]
    fn a_name_that_no_table_has_is_named() {
        let found = read("a cat\nSteps: 3, Sampler: Euler, Seed: 1, Feather length: 3.5, Wings: 2").expect("it is sound");
        assert_eq!(found.notes, ["not known here, and so not followed: Feather length 3.5, Wings 2"]);
    }
}
