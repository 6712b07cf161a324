//! Settings in a JPEG, a WebP, or a PNG's `eXIf`: EXIF's comment, and the places where ComfyUI's savers put its graph.
//!
//! Containers are walked here, by their lengths alone; what an EXIF block holds, the crate `kamadak-exif` reads. Sources: EXIF 2.32 (JEITA
//! CP-3451), 4.6.5; WebP container specification; what the desktop tools write was looked up in November 2026 (stable-diffusion-webui's
//! `save_image_with_geninfo`, ComfyUI's `SaveAnimatedWEBP`).

use crate::{Error, comfy};
use ::exif::{In, Reader, Tag, Value};

/// How a comment is called among a file's texts.
pub(crate) const COMMENT: &str = "EXIF comment";
/// Bytes of a block that are looked at; tools' settings are as long as in a PNG at most.
const MOST_BLOCK: usize = 8 << 20;
/// Before a block, in JPEG always and in WebP often.
const MARK: &[u8] = b"Exif\0\0";

/// Whether bytes begin as a JPEG or a WebP does.
pub(crate) fn is_picture(bytes: &[u8]) -> bool {
    is_jpeg(bytes) || is_webp(bytes)
}

fn is_jpeg(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xd8\xff")
}

fn is_webp(bytes: &[u8]) -> bool {
    bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP")
}

/// What may be settings in a JPEG or a WebP: the keyword and the text.
///
/// # Errors
/// A sentence about a file that is damaged before anything was found.
pub(crate) fn in_picture(bytes: &[u8]) -> Result<Vec<(&'static str, String)>, Error> {
    let mut found = vec![];
    let walked = if is_jpeg(bytes) { jpeg(bytes, &mut found) } else { webp(bytes, &mut found) };
    let (mut read, mut problem) = (vec![], walked.err());
    for part in found {
        match part {
            Segment::Block(block) => match texts(block) {
                Ok(more) => read.extend(more),
                Err(error) => problem = problem.or(Some(error)),
            },
            Segment::Comment(comment) => read.push((COMMENT, String::from_utf8_lossy(comment).into_owned())),
        }
    }
    match problem {
        Some(problem) if read.is_empty() => Err(problem),
        _ => Ok(read),
    }
}

enum Segment<'b> {
    Block(&'b [u8]),
    /// JPEG's own comment.
    Comment(&'b [u8]),
}

/// Most parts of a file that are looked at.
const MOST_PARTS: usize = 100;

/// Segments up to the first scan: `ff kind`, then for most kinds a length that counts itself.
fn jpeg<'b>(bytes: &'b [u8], found: &mut Vec<Segment<'b>>) -> Result<(), Error> {
    let mut rest = &bytes[2..];
    while found.len() < MOST_PARTS {
        let kind = rest.iter().position(|byte| *byte != 0xff).filter(|at| *at > 0).map(|at| (rest[at], &rest[at + 1..]));
        let Some((kind, after)) = kind else { return Err(damaged("JPEG", "it ends before its picture begins".into())) };
        if matches!(kind, 0xd9 | 0xda) {
            break;
        }
        if matches!(kind, 0x01 | 0xd0..=0xd7) {
            rest = after;
            continue;
        }
        let length = after.first_chunk().map_or(0, |length| usize::from(u16::from_be_bytes(*length)));
        let Some(data) = after.get(2..length) else {
            return Err(damaged("JPEG", format!("a part of {length} bytes is announced, {} are left", after.len())));
        };
        match kind {
            0xe1 => found.extend(data.strip_prefix(MARK).map(Segment::Block)),
            0xfe => found.push(Segment::Comment(data)),
            _ => {}
        }
        rest = &after[length..];
    }
    Ok(())
}

/// Chunks: four letters, a length, the bytes, one more where they are odd.
fn webp<'b>(bytes: &'b [u8], found: &mut Vec<Segment<'b>>) -> Result<(), Error> {
    let mut rest = &bytes[12..];
    while let Some((header, after)) = rest.split_first_chunk::<8>().filter(|_| found.len() < MOST_PARTS) {
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let Some(data) = after.get(..length) else {
            return Err(damaged("WebP", format!("a part of {length} bytes is announced, {} are left", after.len())));
        };
        if &header[..4] == b"EXIF" {
            found.push(Segment::Block(data.strip_prefix(MARK).unwrap_or(data)));
        }
        rest = after.get(length + length % 2..).unwrap_or_default();
    }
    Ok(())
}

/// What may be settings in an EXIF block.
///
/// # Errors
/// A sentence about a block that is too large or damaged.
pub(crate) fn texts(block: &[u8]) -> Result<Vec<(&'static str, String)>, Error> {
    if block.len() > MOST_BLOCK {
        return Err(damaged("EXIF block", format!("it has {} bytes, expected {MOST_BLOCK} at most", block.len())));
    }
    let mut reader = Reader::new();
    reader.continue_on_error(true);
    // What can be read of a block that is damaged elsewhere is as good as whole.
    let mut broken = None;
    let read = reader.read_raw(block.to_vec());
    let read = read.or_else(|error| error.distill_partial_result(|errors| broken = errors.first().map(ToString::to_string)));
    let exif = read.map_err(|error| damaged("EXIF block", error.to_string()))?;
    if let Some(problem) = broken.filter(|_| exif.fields().next().is_none()) {
        return Err(damaged("EXIF block", problem));
    }
    // A graph says more than a line.
    let graphs = exif.fields().filter(|field| field.ifd_num == In::PRIMARY).filter_map(|field| graph(&field.value));
    let mut found: Vec<(&'static str, String)> = graphs.map(|graph| (comfy::KEYWORD, graph)).take(MOST_PARTS).collect();
    let comment = exif.get_field(Tag::UserComment, In::PRIMARY).and_then(|field| comment(bytes_of(&field.value)?, exif.little_endian()));
    found.extend(comment.map(|comment| (COMMENT, comment)));
    Ok(found)
}

fn bytes_of(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Undefined(bytes, _) | Value::Byte(bytes) => Some(bytes),
        Value::Ascii(lines) => lines.first().map(Vec::as_slice),
        _ => None,
    }
}

/// `prompt:{…}`, under whatever name of a camera or a program ComfyUI's savers put it.
fn graph(value: &Value) -> Option<String> {
    let Value::Ascii(lines) = value else { return None };
    let text = std::str::from_utf8(lines.first()?).ok()?;
    let begins = text.get(..7).is_some_and(|start| start.eq_ignore_ascii_case("prompt:"));
    text.get(7..).map(str::trim).filter(|graph| begins && graph.starts_with('{')).map(String::from)
}

/// A comment after its eight letters, which say how it is written.
fn comment(bytes: &[u8], little_endian: bool) -> Option<String> {
    let text = match bytes.split_first_chunk::<8>() {
        Some((b"UNICODE\0", text)) => utf16(text, little_endian),
        Some((b"ASCII\0\0\0" | b"\0\0\0\0\0\0\0\0", text)) => plain(text, little_endian),
        Some((b"JIS\0\0\0\0\0", _)) => return None,
        // Some write no letters before it.
        _ => plain(bytes, little_endian),
    };
    let text = text.trim_matches(['\0', ' ', '\n', '\u{feff}']).to_string();
    (!text.is_empty()).then_some(text)
}

/// UTF-8, or what else it is: tools that say ASCII, or nothing, write all of these.
fn plain(bytes: &[u8], little_endian: bool) -> String {
    let zeros = bytes.iter().filter(|byte| **byte == 0).count();
    if zeros > bytes.len() / 4 { utf16(bytes, little_endian) } else { String::from_utf8_lossy(bytes).into_owned() }
}

/// The order of bytes is that of a mark before it, else that in which the zeros of Latin letters come first, else the block's.
fn utf16(bytes: &[u8], little_endian: bool) -> String {
    let pairs = || bytes.as_chunks::<2>().0.iter();
    let zeros = |at: usize| pairs().filter(|pair| pair[at] == 0).count();
    let little = match (bytes, zeros(0), zeros(1)) {
        ([0xff, 0xfe, ..], ..) => true,
        ([0xfe, 0xff, ..], ..) => false,
        (_, first, second) if first != second => second > first,
        _ => little_endian,
    };
    let units: Vec<u16> = pairs().map(|pair| if little { u16::from_le_bytes(*pair) } else { u16::from_be_bytes(*pair) }).collect();
    String::from_utf16_lossy(&units)
}

fn damaged(kind: &'static str, problem: String) -> Error {
    Error::Damaged { kind, problem }
}

#[cfg(test)]
mod tests;
