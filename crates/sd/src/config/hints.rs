//! `decant.json`, where a model's folder has one, is Decant's own: `title`, defaults for `prompt`, `steps`, `guidance` and `sampler`, the `words`
//! that a model of few knows, the folder inside of it that holds a small decoder for its steps (`preview_decoder`), the one that holds an
//! `upscaler` for its pictures, and its `gears`.

use crate::error::{Error, Sentence, Value};
use crate::files::{Files, find, stays_inside};
use crate::sentence;
use decant_solver::Sampler;
use serde::Deserialize;

/// The most bytes that `decant.json` may have.
const MOST_BYTES: u64 = 64 << 10;

/// A way to use a model with a LoRA of its own: fewer steps without guidance, as latent consistency distils it (LCM-LoRA, Luo et al. 2023).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gear {
    /// `fast`.
    pub name: String,
    /// The folder inside of the model's that holds the LoRA, which is loaded under this name when it is first used.
    pub lora: String,
    /// How many steps it is used with.
    pub steps: usize,
    /// Its guidance; 1 is without.
    pub guidance: f32,
    /// Its sampler's [`Sampler::id`].
    pub sampler: String,
}

/// What a small model's prompts were made of besides the things in them. Some are two words: `light blue`, `next to`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grammar {
    /// How things are drawn.
    pub styles: Vec<String>,
    /// The colours behind them.
    pub backgrounds: Vec<String>,
    /// All others: articles, sizes, what stands between two things.
    pub words: Vec<String>,
}

/// What `decant.json` may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Hints {
    pub(super) title: Option<String>,
    pub(super) prompt: Option<String>,
    pub(super) steps: Option<usize>,
    pub(super) guidance: Option<f32>,
    pub(super) sampler: Option<String>,
    pub(super) words: Vec<String>,
    pub(super) examples: Vec<String>,
    pub(super) grammar: Option<Grammar>,
    pub(super) preview_decoder: Option<String>,
    pub(super) upscaler: Option<String>,
    pub(super) gears: Vec<Gear>,
    /// Every file's name, so that a reader on the web need not ask for those that are not there; `build.sh` writes it, `crates/app` reads it.
    #[serde(rename = "files")]
    _files: serde::de::IgnoredAny,
}

/// What stands beside the networks that make the picture, each by its folder inside of the model's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Companion<'h> {
    /// An `AutoencoderTiny` for each step's picture.
    PreviewDecoder(&'h str),
    /// The LoRA of a gear, which is called so.
    GearLora(&'h str, &'h str),
    /// An upscaler for its pictures.
    Upscaler(&'h str),
}

impl Companion<'_> {
    /// The keys of `decant.json` that name them.
    pub const KEYS: [&'static str; 3] = ["preview_decoder", "gears", "upscaler"];

    /// Its folder.
    pub fn folder(&self) -> &str {
        match self {
            Companion::PreviewDecoder(folder) | Companion::GearLora(_, folder) | Companion::Upscaler(folder) => folder,
        }
    }
}

const CORRECT: Sentence = sentence!("correct or remove it");

impl Hints {
    /// Those of a model's folder; none where it has none.
    pub(super) async fn read(files: &dyn Files) -> Result<Hints, Error> {
        let Some(bytes) = find(files, "decant.json", MOST_BYTES).await? else { return Ok(Hints::default()) };
        let hints = Hints::parse(&bytes)?;
        hints.check()?;
        Ok(hints)
    }

    /// From the bytes of `decant.json`.
    ///
    /// # Errors
    /// A sentence about what is no such JSON.
    pub fn parse(bytes: &[u8]) -> Result<Hints, Error> {
        let problem =
            |e: serde_json::Error| Error::Damaged { file: "decant.json".into(), problem: Sentence::english(e.to_string()), hint: CORRECT };
        serde_json::from_slice(bytes).map_err(problem)
    }

    /// What stands beside the networks.
    pub fn companions(&self) -> impl Iterator<Item = Companion<'_>> {
        let preview = self.preview_decoder.iter().map(|folder| Companion::PreviewDecoder(folder));
        let gears = self.gears.iter().map(|gear| Companion::GearLora(&gear.name, &gear.lora));
        preview.chain(gears).chain(self.upscaler.iter().map(|folder| Companion::Upscaler(folder)))
    }

    /// What is named lies inside of the model's folder, and gears are such as can be driven.
    fn check(&self) -> Result<(), Error> {
        let wrong = |problem| Err(Error::Damaged { file: "decant.json".into(), problem, hint: CORRECT });
        if let Some(outside) = self.companions().find(|one| !stays_inside(one.folder())) {
            let key = match outside {
                Companion::PreviewDecoder(_) => "preview_decoder",
                Companion::GearLora(..) => "a gear's lora",
                Companion::Upscaler(_) => "upscaler",
            };
            return wrong(sentence!(
                "{key} is {got}, expected the name of a folder inside of the model's",
                key,
                got = Value::quoted(outside.folder())
            ));
        }
        for Gear { name, steps, sampler, .. } in &self.gears {
            Sampler::from_id(sampler)?;
            if *steps == 0 {
                return wrong(sentence!("the gear {name} has 0 steps, expected 1 or more", name));
            }
        }
        Ok(())
    }
}
