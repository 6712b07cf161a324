//! Settings in every container, in every encoding, and damaged ones.

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
            for (kind, file) in
                [("JPEG", jpeg(&block)), ("WebP", webp(&block)), ("WebP with a mark", webp(&[MARK, &block].concat())), ("PNG", png(&block))]
            {
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
    let graph =
        r#"{"1": {"class_type": "KSampler", "inputs": {"seed": 7, "steps": 6, "cfg": 3, "sampler_name": "euler", "scheduler": "normal"}}}"#;
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
    assert!(found.record.settings.steps == Some(6) && found.english().len() <= 1, "{:?}", found.english());
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
                Ok(found) => assert!(found.english().len() <= 31),
                Err(error) => assert!(error.to_string().lines().count() == 1 && error.to_string().len() < 700, "{error}"),
            }
        }
    }
}
