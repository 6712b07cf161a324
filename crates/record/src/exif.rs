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
            Part::Block(block) => match texts(block) {
                Ok(more) => read.extend(more),
                Err(error) => problem = problem.or(Some(error)),
            },
            Part::Comment(comment) => read.push((COMMENT, String::from_utf8_lossy(comment).into_owned())),
        }
    }
    match problem {
        Some(problem) if read.is_empty() => Err(problem),
        _ => Ok(read),
    }
}

enum Part<'b> {
    Block(&'b [u8]),
    /// JPEG's own comment.
    Comment(&'b [u8]),
}

/// Most parts of a file that are looked at.
const MOST_PARTS: usize = 100;

/// Segments up to the first scan: `ff kind`, then for most kinds a length that counts itself.
fn jpeg<'b>(bytes: &'b [u8], found: &mut Vec<Part<'b>>) -> Result<(), Error> {
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
            0xe1 => found.extend(data.strip_prefix(MARK).map(Part::Block)),
            0xfe => found.push(Part::Comment(data)),
            _ => {}
        }
        rest = &after[length..];
    }
    Ok(())
}

/// Chunks: four letters, a length, the bytes, one more where they are odd.
fn webp<'b>(bytes: &'b [u8], found: &mut Vec<Part<'b>>) -> Result<(), Error> {
    let mut rest = &bytes[12..];
    while let Some((header, after)) = rest.split_first_chunk::<8>().filter(|_| found.len() < MOST_PARTS) {
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        let Some(data) = after.get(..length) else {
            return Err(damaged("WebP", format!("a part of {length} bytes is announced, {} are left", after.len())));
        };
        if &header[..4] == b"EXIF" {
            found.push(Part::Block(data.strip_prefix(MARK).unwrap_or(data)));
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
mod tests {
    use super::*;
    use crate::{Canvas, Found, Source, read};

    const LINE: &str = "a blue seven, né 猫\nNegative prompt: blurry\nSteps: 6, Sampler: Euler, Schedule type: Uniform, CFG scale: 3, Seed: 7, Size: 32x32, Model: digits, RNG: CPU, Version: v1.10.1";

    /// A block of EXIF: texts of the first directory by tag, and a comment in EXIF's own.
    fn block(little: bool, texts: &[(u16, &str)], comment: Option<&[u8]>) -> Vec<u8> {
        let two = |value: u16| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let four = |value: u32| if little { value.to_le_bytes() } else { value.to_be_bytes() };
        let entry = |tag: u16, kind: u16, count: usize, value: u32| [&two(tag)[..], &two(kind), &four(count as u32), &four(value)].concat();
        let count = texts.len() + usize::from(comment.is_some());
        let (mut entries, mut data) = (vec![], vec![]);
        let start = 8 + 2 + 12 * count + 4;
        for (tag, text) in texts {
            entries.extend(entry(*tag, 2, text.len() + 1, (start + data.len()) as u32));
            data.extend([text.as_bytes(), &[0; 4]].concat());
        }
        if let Some(comment) = comment {
            let own = start + data.len();
            entries.extend(entry(0x8769, 4, 1, own as u32));
            data.extend([&two(1)[..], &entry(0x9286, 7, comment.len(), (own + 18) as u32), &four(0), comment].concat());
        }
        let head = [if little { b"II" } else { b"MM" }, &two(42)[..], &four(8), &two(count as u16)].concat();
        [head, entries, four(0).to_vec(), data].concat()
    }

    fn jpeg(block: &[u8]) -> Vec<u8> {
        let length = (block.len() + 8) as u16;
        [b"\xff\xd8\xff\xe0\0\x04ab\xff\xe1", &length.to_be_bytes()[..], MARK, block, b"\xff\xda\0\x02\xff\xd9"].concat()
    }

    fn webp(block: &[u8]) -> Vec<u8> {
        let chunk = |name: &[u8; 4], data: &[u8]| [&name[..], &(data.len() as u32).to_le_bytes(), data, &[0][..data.len() % 2]].concat();
        let body = [b"WEBP".to_vec(), chunk(b"VP8L", b"abc"), chunk(b"EXIF", block)].concat();
        [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
    }

    fn png(block: &[u8]) -> Vec<u8> {
        let whole = Canvas::filled(1, 1, [0; 3]).png(&[]).expect("it can be written");
        let body = [b"eXIf", block].concat();
        let chunk = [&(block.len() as u32).to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat();
        let end = whole.len() - 12;
        [&whole[..end], &chunk, &whole[end..]].concat()
    }

    /// A comment as the tools write it: the eight letters and the text in the encoding of that name.
    fn written(text: &str) -> Vec<(&'static str, Vec<u8>)> {
        let units = |to: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(to).collect::<Vec<u8>>();
        let with = |start: &[u8], text: Vec<u8>| [start, &text].concat();
        vec![
            ("UTF-16, large end first", with(b"UNICODE\0", units(u16::to_be_bytes))),
            ("UTF-16, small end first", with(b"UNICODE\0", units(u16::to_le_bytes))),
            ("UTF-16 with a mark", with(b"UNICODE\0\xff\xfe", units(u16::to_le_bytes))),
            ("UTF-8 called ASCII", with(b"ASCII\0\0\0", text.into())),
            ("UTF-8 called nothing", with(b"\0\0\0\0\0\0\0\0", text.into())),
            ("UTF-8 alone", text.into()),
        ]
    }

    #[test]
    fn settings_are_read_from_every_container_in_every_encoding() {
        for (how, comment) in written(LINE) {
            for little in [false, true] {
                let block = block(little, &[(0x0131, "a program")], Some(&comment));
                for (kind, file) in [
                    ("JPEG", jpeg(&block)),
                    ("WebP", webp(&block)),
                    ("WebP with a mark", webp(&[MARK, &block].concat())),
                    ("PNG", png(&block)),
                ] {
                    let Found { record, source, notes, .. } = read(&file).unwrap_or_else(|error| panic!("{kind}, {how}: {error}"));
                    let s = &record.settings;
                    assert_eq!(
                        (s.prompt.as_str(), s.negative.as_str(), s.steps, s.seed),
                        ("a blue seven, né 猫", "blurry", Some(6), 7),
                        "{kind}, {how}"
                    );
                    assert_eq!((source, notes), (Source::Parameters, vec![]));
                }
            }
        }
        let comment = [&b"\xff\xd8\xff\xfe"[..], &((LINE.len() + 2) as u16).to_be_bytes(), LINE.as_bytes(), b"\xff\xda"].concat();
        assert_eq!(read(&comment).expect("JPEG's own comment").record.settings.steps, Some(6));
    }

    #[test]
    fn graphs_lie_where_savers_put_them() {
        let graph = r#"{"1": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 6, "cfg": 3, "sampler_name": "euler", "scheduler": "normal"}}}"#;
        for (tag, prefix) in [(0x0110, "prompt:"), (0x010f, "Prompt:"), (0x010e, "Prompt: ")] {
            let block = block(true, &[(tag, &format!("{prefix}{graph}"))], None);
            let found = read(&webp(&block)).expect("it is a graph");
            assert_eq!((found.source, found.record.settings.steps), (Source::Comfy, Some(6)), "{tag:#x}");
        }
        let in_comment = [b"UNICODE\0", &graph.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>()[..]].concat();
        assert_eq!(read(&jpeg(&block(false, &[], Some(&in_comment)))).expect("it is a graph").source, Source::Comfy);
    }

    #[test]
    fn a_picture_without_settings_and_a_damaged_one_get_a_sentence() {
        let sentence = |file: &[u8]| read(file).expect_err("there is nothing").to_string();
        let camera = block(true, &[(0x010f, "A camera"), (0x0110, "prompt")], Some(b"ASCII\0\0\0holidays: 3, x: y"));
        for file in [jpeg(&camera), webp(&camera), png(&camera), b"\xff\xd8\xff\xda".to_vec()] {
            assert!(sentence(&file).starts_with("the picture holds no settings"), "{}", sentence(&file));
        }
        let whole = block(true, &[], Some(LINE.as_bytes()));
        let (long, cut) = (jpeg(&whole), |file: &[u8], end: usize| file[..end].to_vec());
        assert!(sentence(&cut(&long, 40)).starts_with("the JPEG is damaged: a part of "), "{}", sentence(&cut(&long, 40)));
        assert!(sentence(&cut(&webp(&whole), 60)).starts_with("the WebP is damaged: a part of "));
        assert!(sentence(&jpeg(b"II*\0\xff\xff\xff\xff")).starts_with("the EXIF block is damaged: "));
        assert!(sentence(b"\xff\xd8\xff\xe1\0\0").starts_with("the JPEG is damaged: "));
        // A damaged block hides no text beside it.
        let picture = Canvas::filled(1, 1, [0; 3]).png(&[("parameters", LINE)]).expect("it can be written");
        let chunk = png(b"nonsense");
        let from = chunk.windows(4).position(|bytes| bytes == b"eXIf").expect("it is there") - 4;
        let both = [&picture[..picture.len() - 12], &chunk[from..]].concat();
        let found = read(&both).expect("its text is sound");
        assert!(found.record.settings.steps == Some(6) && found.notes.len() <= 1, "{:?}", found.notes);
    }

    #[test]
    fn any_change_of_a_block_is_read_or_refused() {
        let whole = block(false, &[(0x010e, "x"), (0x0110, "prompt:{}")], Some(&written(LINE)[0].1));
        let mut random = decant_solver::Generator::new(5);
        for round in 0..2000 {
            let mut changed = whole.clone();
            for number in random.randn(1 + round % 5) {
                let bits = number.to_bits() as usize;
                let length = changed.len();
                let at = bits % length;
                match bits / 7 % 4 {
                    0 => changed.truncate(at.max(1)),
                    1 => changed[at % 80 % length] = 0xff,
                    2 => changed[at] ^= 1 << (bits % 8),
                    _ => changed[at] = bits as u8,
                }
            }
            for file in [jpeg(&changed), webp(&changed), png(&changed)] {
                match read(&file) {
                    Ok(found) => assert!(found.notes.len() <= 31),
                    Err(error) => assert!(error.to_string().lines().count() == 1 && error.to_string().len() < 700, "{error}"),
                }
            }
        }
    }
}
