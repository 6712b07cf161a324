//! What can be wrong with a record, one sentence each.

use decant_sd::error::Sentence;
use decant_sd::sentence;
use std::fmt;

/// Everything that can go wrong with records, grids and animations.
#[derive(Debug, Clone)]
pub enum Error {
    /// Neither a picture that can hold settings, nor JSON, nor a text of settings.
    Neither {
        /// Its first bytes, 8 at most.
        start: Vec<u8>,
    },
    /// A picture that breaks off or contradicts itself before its settings were found.
    Damaged {
        /// PNG, JPEG, WebP.
        kind: &'static str,
        /// What is wrong: expected and got.
        problem: String,
    },
    /// A picture without settings.
    Bare {
        /// The texts that it does hold.
        keywords: Vec<String>,
    },
    /// Settings that are there but cannot be read.
    Unreadable {
        /// Which text of the file, or which tool's.
        place: &'static str,
        /// What is wrong.
        problem: Sentence,
    },
    /// A settings file that asks for what cannot be.
    Settings(decant_sd::Error),
    /// A grid's axis cannot be followed.
    Axis {
        /// As it was typed.
        axis: String,
        /// What is wrong, expected and got.
        problem: String,
    },
    /// A picture that no file can hold.
    Write {
        /// Pixels.
        width: usize,
        /// Pixels.
        height: usize,
        /// What is wrong.
        problem: Sentence,
    },
}

impl Error {
    /// What it says, for whoever says it in another language. `Display` is its English.
    pub fn sentence(&self) -> Sentence {
        match self {
            Error::Neither { start } => sentence!(
                "this is no picture with settings (PNG, JPEG, WebP) and no file of settings (JSON, or a web UI's text): it starts with {start}",
                start = format!("{start:02x?}")
            ),
            Error::Damaged { kind, problem } => sentence!(
                "the {kind} is damaged: {problem}; save or download the picture again",
                kind,
                problem = Sentence::english(problem.clone())
            ),
            Error::Bare { keywords } if keywords.is_empty() => {
                sentence!("the picture holds no settings; messengers and web sites often take them out: ask for the original file")
            }
            Error::Bare { keywords } => sentence!(
                "the picture holds no settings that are known here, only the texts {keywords}; messengers and web sites often take them out: ask for the original file",
                keywords
            ),
            Error::Unreadable { place, problem } => sentence!("the settings ({place}) cannot be read: {problem}", place, problem),
            Error::Settings(error) => error.sentence(),
            Error::Axis { axis, problem } => {
                sentence!("grid {axis}: {problem}", axis, problem = Sentence::english(problem.clone()))
            }
            Error::Write { width, height, problem } => {
                sentence!("a picture of {width}×{height} cannot be written: {problem}", width, height, problem)
            }
        }
    }
}

/// In English.
impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.sentence().fmt(f)
    }
}

impl std::error::Error for Error {}

impl From<decant_sd::Error> for Error {
    fn from(error: decant_sd::Error) -> Error {
        Error::Settings(error)
    }
}
