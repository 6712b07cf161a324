//! Every text that can hold settings: what it is called in a file, and what reads it.

use crate::{Error, Found, comfy, decant, exif, invoke, parameters, record};

/// A text of settings.
pub(crate) struct Format {
    /// A PNG text's keyword; of a comment, what is said for it.
    pub keyword: &'static str,
    /// From the text to what it says.
    ///
    /// # Errors
    /// [`Error::Bare`] for a text that is none of settings, else a sentence about one that is damaged.
    pub read: fn(&str) -> Result<Found, Error>,
}

/// In the order in which they are believed: ours is exact, a graph says more than a line.
pub(crate) const FORMATS: [Format; 5] = [
    Format { keyword: record::KEYWORD, read: decant::read },
    Format { keyword: invoke::KEYWORD, read: invoke::read },
    Format { keyword: invoke::OLDER, read: invoke::read_older },
    Format { keyword: comfy::KEYWORD, read: comfy::read },
    Format { keyword: parameters::KEYWORD, read: parameters::read },
];

/// EXIF's comment and JPEG's own, which have no keyword in the file.
const COMMENT: Format = Format { keyword: exif::COMMENT, read: comment };

/// Reads a text by what it is called.
pub(crate) fn read(keyword: &str, text: &str) -> Result<Found, Error> {
    let format = FORMATS.iter().chain([&COMMENT]).find(|format| format.keyword == keyword);
    (format.expect("only texts of these names are looked for").read)(text)
}

/// A comment: a line of settings, or one of the tools' texts as JSON. Cameras and editors write comments, too.
fn comment(text: &str) -> Result<Found, Error> {
    let text = text.trim();
    let json = text.starts_with('{');
    let graph = ["\"class_type\"", "\"prompt\""].iter().any(|key| text.contains(key));
    match json {
        true if text.contains("\"decant\"") => decant::read(text),
        true if text.contains("\"class_type\"") && graph => comfy::read(text),
        true if text.contains("positive_prompt") => invoke::read(text),
        false if text.contains("Steps: ") || text.contains("Negative prompt:") => parameters::read(text),
        _ => Err(Error::Bare { keywords: vec![] }),
    }
}
