//! An animation as a file: APNG as it is, GIF in 256 colours a frame.

use crate::Failure;
use decant_record::{Animation, Record, SHOWN};
use std::path::Path;

/// How thoroughly a GIF's colours are chosen, 1 best to 30 fastest: a frame of 1024×512 takes about a tenth of a second at 10.
const SPEED: i32 = 10;

/// The file that its name asks for; a PNG carries the record, where there is to be one.
pub(super) fn file(animation: &Animation, path: &Path, record: Option<&Record>) -> Result<Vec<u8>, Failure> {
    let is_gif = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("gif"));
    if is_gif {
        return gif(animation);
    }
    let texts = record.map(Record::texts);
    let texts: Vec<(&str, &str)> = texts.iter().flatten().map(|(keyword, text)| (*keyword, text.as_str())).collect();
    Ok(animation.apng(&texts)?)
}

fn gif(animation: &Animation) -> Result<Vec<u8>, Failure> {
    let side =
        |pixels: usize| u16::try_from(pixels).map_err(|_| format!("a GIF's sides are at most 65535, this one's {pixels}; write .png"));
    let frames = animation.frames();
    let first = frames.first().ok_or("the run had no steps to show")?;
    let (width, height) = (side(first.width)?, side(first.height)?);
    let mut bytes = vec![];
    let mut encoder = gif::Encoder::new(&mut bytes, width, height, &[])?;
    encoder.set_repeat(gif::Repeat::Infinite)?;
    for (index, frame) in frames.iter().enumerate() {
        let mut shown = gif::Frame::from_rgb_speed(width, height, &frame.rgb, SPEED);
        // In hundredths of a second.
        shown.delay = SHOWN[(index + 1 == frames.len()) as usize] / 10;
        encoder.write_frame(&shown)?;
    }
    drop(encoder);
    Ok(bytes)
}
