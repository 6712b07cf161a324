//! The rows of the settings. A new one: its row here, its field in `Request`, its meaning where it acts.
//! It is as long as there are settings.

use super::{Flag, Group, Kind, SettingRow};
use crate::loss::MOST_LOSSES;
use crate::prompt::MOST_BYTES;
use crate::request::{HIRES_WAYS, LONGS, MOST_OF_A_LIST, MOST_PIXELS};
use decant_solver::{RNGS, SAMPLERS, SIGMAS, TIMESTEP_SPACINGS};

/// A row with a flag of its own, no range and nothing usual, that no text depends on and no form's grid offers.
const fn row(name: &'static str, flag: &'static str, group: Group, kind: Kind, help: &'static str) -> SettingRow {
    let flag = Flag::Own(flag);
    SettingRow { name, flag, kind, range: None, form: None, usual: "", group, reads_text: false, in_grid: false, help }
}

impl SettingRow {
    /// What the program can do, and a form offers.
    const fn within(self, least: f64, most: f64) -> SettingRow {
        SettingRow { range: Some([least, most]), form: Some([least, most]), ..self }
    }

    /// What a form offers, where that is less.
    const fn offered(self, least: f64, most: f64) -> SettingRow {
        SettingRow { form: Some([least, most]), ..self }
    }

    const fn usual(self, usual: &'static str) -> SettingRow {
        SettingRow { usual, ..self }
    }

    /// A flag that is made from the row, with what stands for its value in help.
    const fn plain(self, value: &'static str) -> SettingRow {
        let Flag::Own(name) = self.flag else { panic!("a row has a flag of its own until it is plain") };
        SettingRow { flag: Flag::Plain(name, value), ..self }
    }

    const fn reads_text(self) -> SettingRow {
        SettingRow { reads_text: true, ..self }
    }

    const fn in_grid(self) -> SettingRow {
        SettingRow { in_grid: true, ..self }
    }
}

/// Bytes of a text.
const BYTES: f64 = MOST_BYTES as f64;
/// Pixels along a side.
const SIDE: f64 = MOST_PIXELS as f64;
/// Entries of a list.
const ENTRIES: f64 = MOST_OF_A_LIST as f64;
/// Entries of the list of losses.
const LOSSES: f64 = MOST_LOSSES as f64;
/// A form's pixels along a side: four times Stable Diffusion XL's.
const FORM_SIDE: f64 = 4096.0;
/// Steps, of a model that was trained with as many timesteps (the usual `num_train_timesteps`).
const STEPS: f64 = 1000.0;

/// Every setting of a run, in the order in which JSON and forms have them.
pub const SETTINGS: &[SettingRow] = &[
    row("prompt", "prompt", Group::Prompt, Kind::Text, "What the picture should show").within(0.0, BYTES).reads_text().in_grid(),
    row("negative", "negative", Group::Prompt, Kind::Text, "What it should not show").within(0.0, BYTES).reads_text(),
    row(
        "steps",
        "steps",
        Group::Picture,
        Kind::Whole,
        "Steps, of one model call or two (the model's default where left out, here and below)",
    )
    .within(1.0, STEPS)
    .in_grid(),
    row("guidance", "guidance", Group::Picture, Kind::Real, "Scale of classifier-free guidance; 1 turns it off and halves the work")
        .within(-1000.0, 1000.0)
        .offered(0.0, 100.0)
        .in_grid(),
    // A form's are numpy's and PyTorch's of 32 bits: JavaScript has no larger whole numbers than 53 bits.
    row("seed", "seed", Group::Picture, Kind::Whole, "Of the noise, as torch.Generator(…).manual_seed")
        .within(0.0, u64::MAX as f64)
        .offered(0.0, u32::MAX as f64)
        .usual("0")
        .in_grid(),
    row("sampler", "sampler", Group::Picture, Kind::Choice(samplers), "How the noise is taken away").in_grid(),
    row("width", "width", Group::Picture, Kind::Whole, "Pixels").within(1.0, SIDE).offered(1.0, FORM_SIDE),
    row("height", "height", Group::Picture, Kind::Whole, "Pixels").within(1.0, SIDE).offered(1.0, FORM_SIDE),
    SettingRow {
        flag: Flag::None,
        ..row("preview", "", Group::Preview, Kind::Choice(previews), "What each step's pictures are made with").usual("none")
    },
    row("decoder", "tiny", Group::Decoder, Kind::Choice(decoders), "Make the final picture with the tiny autoencoder, too").usual("model"),
    // Sampling.
    row("sigmas", "sigmas", Group::Sampling, Kind::Choice(sigmas), "The noise levels that are visited").usual("config").in_grid(),
    row("spacing", "spacing", Group::Sampling, Kind::Choice(spacings), "How the timesteps are spread"),
    row("eta", "eta", Group::Sampling, Kind::Real, "How much of the noise is new in each step, 0 to 1").within(0.0, 1.0).in_grid(),
    row("order", "order", Group::Sampling, Kind::Whole, "The order, from 1 to that of the sampler").within(1.0, 4.0),
    row("rng", "rng", Group::Sampling, Kind::Choice(rngs), "Which of PyTorch's generators draws the noise").usual("cpu"),
    row(
        "zeroSnr",
        "zero-snr",
        Group::Sampling,
        Kind::Switch,
        "Rescale the betas to zero terminal SNR, also where the model's scheduler does not ask for it",
    )
    .usual("false"),
    // Guidance.
    row(
        "rescale",
        "rescale",
        Group::Guidance,
        Kind::Real,
        "How much of the guided prediction's spread is set back to that of the prompt's alone, 0 to 1",
    )
    .within(0.0, 1.0)
    .usual("0")
    .in_grid(),
    row(
        "guidanceFrom",
        "guidance-from",
        Group::Guidance,
        Kind::Real,
        "Begin guidance after this share of the run; until then the model is asked once a call, which halves the work",
    )
    .within(0.0, 1.0)
    .usual("0"),
    row("guidanceUntil", "guidance-until", Group::Guidance, Kind::Real, "End guidance after this share of the run")
        .within(0.0, 1.0)
        .usual("1")
        .in_grid(),
    row(
        "guidanceCurve",
        "guidance-curve",
        Group::Guidance,
        Kind::Numbers,
        "Scales from the first model call to the last instead of one, such as 1,7.5,3: spread evenly, straight lines between",
    )
    .within(-1000.0, 1000.0)
    .offered(0.0, 100.0),
    row(
        "cfgpp",
        "cfgpp",
        Group::Guidance,
        Kind::Switch,
        "CFG++: guidance is 0 to 1, and steps add back the noise predicted without the prompt",
    )
    .usual("false"),
    // Losses.
    row(
        "losses",
        "loss",
        Group::Losses,
        Kind::List,
        "Pull the steps by a loss of the predicted picture's colours, such as 'mean(abs(blue - 0.9))'; may be given several times",
    )
    .within(0.0, LOSSES),
    row("lossEvery", "loss-every", Group::Losses, Kind::Whole, "Pull each step whose number, from 0, this divides")
        .within(1.0, STEPS)
        .usual("5")
        .plain("N"),
    row("lossFrom", "loss-from", Group::Losses, Kind::Whole, "The first step that may be pulled, from 0")
        .within(0.0, STEPS)
        .usual("0")
        .plain("STEP"),
    row("lossUntil", "loss-until", Group::Losses, Kind::Whole, "The first step that is not pulled any more")
        .within(1.0, STEPS)
        .plain("STEP"),
    row(
        "lossExact",
        "loss-exact",
        Group::Losses,
        Kind::Switch,
        "Take gradients through the denoiser, too, not with its noise held fixed: three to four times a step's work",
    )
    .usual("false")
    .plain(""),
    // Words. Of the layers that can be left out, the largest text encoder (OpenCLIP bigG) has 31, that of most models 11.
    row(
        "clipSkip",
        "clip-skip",
        Group::Words,
        Kind::Whole,
        "Leave out so many of CLIP's last layers for the prompt (1 is what other tools call 2)",
    )
    .within(0.0, 31.0)
    .offered(0.0, 24.0)
    .usual("0")
    .reads_text()
    .in_grid(),
    row("long", "long", Group::Words, Kind::Choice(longs), "What prompts of more than 75 tokens do").usual("truncate").reads_text(),
    row("emphasis", "emphasis", Group::Words, Kind::Switch, "(word), [word] and (word:1.3) in prompts stress words; \\( is a bracket")
        .usual("false")
        .reads_text(),
    row(
        "swaps",
        "swap",
        Group::Words,
        Kind::List,
        "A word of the prompt means another, or a sum of several (in equal shares where no weight is given); may be given several times",
    )
    .within(0.0, ENTRIES)
    .reads_text(),
    row(
        "mixes",
        "mix",
        Group::Words,
        Kind::List,
        "Another prompt that is mixed in, 0 not at all, 1 in the prompt's place; may be given several times",
    )
    .within(0.0, ENTRIES)
    .reads_text(),
    // LoRA.
    row(
        "loras",
        "lora",
        Group::Loras,
        Kind::List,
        "A LoRA's file, folder or address, and how strong it is (1 where left out); may be given several times",
    )
    .within(0.0, ENTRIES)
    .reads_text(),
    // Images.
    row(
        "strength",
        "strength",
        Group::Start,
        Kind::Real,
        "The part of the steps that the picture goes through: 0.2 keeps most of it, 1 next to nothing (0.8 where left out; with a mask 1)",
    )
    .within(0.0, 1.0)
    .in_grid(),
    row(
        "startStep",
        "start-step",
        Group::Start,
        Kind::Whole,
        "The first step that is taken from the picture, counted from 0, instead of a strength",
    )
    .within(0.0, STEPS - 1.0),
    row("count", "count", Group::Picture, Kind::Whole, "How many pictures; each has the next seed")
        .within(1.0, 10_000.0)
        .offered(1.0, 64.0)
        .usual("1"),
    row(
        "pad",
        "pad",
        Group::Start,
        Kind::Numbers,
        "Pixels to add to the picture and paint: above,right,below,left, or one number for all four",
    )
    .within(0.0, SIDE)
    .offered(0.0, FORM_SIDE),
    row(
        "keepUnmasked",
        "keep-unmasked",
        Group::Start,
        Kind::Switch,
        "Put the pixels that are not painted back exactly; else they go through the autoencoder",
    )
    .usual("false"),
    // A second pass.
    row(
        "hires",
        "hires",
        Group::Second,
        Kind::Real,
        "Make the picture once more, so many times larger each way: enlarged, it goes through a part of the steps again",
    )
    .within(1.0, 8.0)
    .plain("TIMES"),
    row("hiresBy", "hires-by", Group::Second, Kind::Choice(hires_ways), "How it is enlarged between the passes (latent where left out)")
        .usual("latent")
        .plain("HIRES_BY"),
    row(
        "hiresStrength",
        "hires-strength",
        Group::Second,
        Kind::Real,
        "The part of the steps that the second pass goes through (0.7 where left out)",
    )
    .within(0.0, 1.0)
    .plain("0…1"),
    row(
        "hiresSteps",
        "hires-steps",
        Group::Second,
        Kind::Whole,
        "The second pass's steps, of which it takes that part (as many as the first pass's where left out)",
    )
    .within(1.0, STEPS)
    .plain("N"),
];

fn samplers() -> Vec<&'static str> {
    SAMPLERS.iter().map(|row| row.id).collect()
}

/// A list of falling numbers says it, too.
fn sigmas() -> Vec<&'static str> {
    SIGMAS.iter().map(|row| row.id).collect()
}

fn spacings() -> Vec<&'static str> {
    TIMESTEP_SPACINGS.iter().map(|(id, _)| *id).collect()
}

fn rngs() -> Vec<&'static str> {
    RNGS.iter().map(|row| row.id).collect()
}

fn longs() -> Vec<&'static str> {
    LONGS.iter().map(|row| row.id).collect()
}

fn hires_ways() -> Vec<&'static str> {
    HIRES_WAYS.iter().map(|row| row.id).collect()
}

/// `Decoder`'s names in JSON.
fn decoders() -> Vec<&'static str> {
    vec!["model", "tiny"]
}

/// `Preview`'s names in JSON.
fn previews() -> Vec<&'static str> {
    vec!["none", "auto", "projection", "decoder", "tiny"]
}
