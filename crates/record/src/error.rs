//! What can be wrong with a record, one sentence each.

/// Everything that can go wrong with records, grids and animations.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Error {
    /// Neither a picture that can hold settings, nor JSON, nor a text of settings.
    #[error(
        "this is no picture with settings (PNG, JPEG, WebP) and no file of settings (JSON, or a web UI's text): it starts with {start:02x?}"
    )]
    Neither {
        /// Its first bytes, 8 at most.
        start: Vec<u8>,
    },
    /// A picture that breaks off or contradicts itself before its settings were found.
    #[error("the {kind} is damaged: {problem}; save or download the picture again")]
    Damaged {
        /// PNG, JPEG, WebP.
        kind: &'static str,
        /// What is wrong: expected and got.
        problem: String,
    },
    /// A picture without settings.
    #[error(
        "the picture holds no settings{}; messengers and web sites often take them out: ask for the original file",
        .keywords.as_ref().map_or_else(String::new, |words| format!(" that are known here, only the texts {words}"))
    )]
    Bare {
        /// The texts that it does hold.
        keywords: Option<String>,
    },
    /// Settings that are there but cannot be read.
    #[error("the settings ({place}) cannot be read: {problem}")]
    Unreadable {
        /// Which text of the file, or which tool's.
        place: &'static str,
        /// What is wrong.
        problem: String,
    },
    /// A settings file that asks for what cannot be.
    #[error(transparent)]
    Settings(#[from] decant_sd::Error),
    /// A grid's axis cannot be followed.
    #[error("grid {axis}: {problem}")]
    Axis {
        /// As it was typed.
        axis: String,
        /// What is wrong, expected and got.
        problem: String,
    },
    /// A picture that no file can hold.
    #[error("a picture of {width}×{height} cannot be written: {problem}")]
    Write {
        /// Pixels.
        width: usize,
        /// Pixels.
        height: usize,
        /// What is wrong.
        problem: String,
    },
}
