//! Records written into pictures' files.

use crate::record::{Enlarged, KEYWORD, Record};
use crate::{Canvas, Error, Source, parameters, read};
use decant_sd::picture::Picture;

impl Record {
    /// The texts of a PNG: the most used desktop tool's, and the exact one.
    pub fn texts(&self) -> [(&'static str, String); 2] {
        [(parameters::KEYWORD, parameters::write(self)), (KEYWORD, self.to_json())]
    }

    /// A PNG that carries the record.
    pub fn png(&self, picture: &Picture) -> Result<Vec<u8>, Error> {
        self.png_of(&Canvas::from(picture))
    }

    /// A PNG of bytes that carries the record: a grid, for instance.
    pub fn png_of(&self, canvas: &Canvas) -> Result<Vec<u8>, Error> {
        let texts = self.texts();
        canvas.png(&texts.each_ref().map(|(keyword, text)| (*keyword, text.as_str())))
    }
}

/// A picture that was made larger, as a PNG. Where the file that it was made from has a record of Decant's, it goes along, and says what enlarged
/// it; another tool's words would say of the larger picture what is true of the smaller one.
pub fn enlarged_png(from: Option<&[u8]>, larger: &Picture, enlarged: Enlarged) -> Result<Vec<u8>, Error> {
    let found = from.and_then(|file| read(file).ok()).filter(|found| found.source == Source::Decant);
    match found.map(|found| found.record) {
        Some(mut record) => {
            record.enlarged.push(enlarged);
            record.png(larger)
        }
        None => Canvas::from(larger).png(&[]),
    }
}
