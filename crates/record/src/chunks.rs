//! A PNG's texts, without looking at its pixels: `tEXt`, `zTXt` and `iTXt` (PNG specification, 11.3.4).
//!
//! Whatever the file claims, what is made of it is bounded: only texts that are asked for are unpacked, and none beyond [`MOST_TEXT`].

use crate::Error;
use std::collections::BTreeMap;

/// Every PNG begins so.
pub(crate) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";
/// Bytes of one text: node graphs with their layout reach a megabyte.
const MOST_TEXT: usize = 8 << 20;
/// Keywords that are remembered for the sentence about a picture without settings.
const MOST_KEYWORDS: usize = 20;

/// What a PNG says.
#[derive(Debug, Default)]
pub(crate) struct Texts<'p> {
    /// Those that were asked for; the first of a keyword counts.
    pub texts: BTreeMap<&'static str, String>,
    /// The keywords of others.
    pub others: Vec<String>,
    /// The bytes of its `eXIf` chunk (PNG specification, third edition, 11.3.4.5).
    pub exif: Option<&'p [u8]>,
    /// What is wrong with the first text that could not be read. The others stay readable.
    pub problem: Option<Error>,
}

/// The texts under these keywords; where the file is damaged, those that are not.
pub(crate) fn texts<'p>(png: &'p [u8], wanted: &[&'static str]) -> Texts<'p> {
    let mut found = Texts::default();
    let problem = walk(png, wanted, &mut found).err();
    found.problem = found.problem.or(problem);
    found
}

fn walk<'p>(png: &'p [u8], wanted: &[&'static str], found: &mut Texts<'p>) -> Result<(), Error> {
    let mut rest = png.get(SIGNATURE.len()..).unwrap_or_default();
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_be_bytes(*length) as usize;
        let cut = || damaged(format!("a chunk of {length} bytes is announced, {} are left", after.len().saturating_sub(8)));
        let (body, after) = length.checked_add(4).and_then(|end| after.split_at_checked(end)).ok_or_else(cut)?;
        let (checksum, after) = after.split_first_chunk::<4>().ok_or_else(cut)?;
        let (kind, data) = body.split_at(4);
        if matches!(kind, b"tEXt" | b"zTXt" | b"iTXt" | b"eXIf") {
            let sound = crc32fast::hash(body).to_be_bytes() == *checksum;
            let wrong = || damaged(format!("a {} chunk's checksum does not fit its bytes", String::from_utf8_lossy(kind)));
            let read = if sound { note(kind, data, wanted, found) } else { Err(wrong()) };
            found.problem = found.problem.take().or(read.err());
        }
        if kind == b"IEND" {
            break;
        }
        rest = after;
    }
    Ok(())
}

fn note<'p>(kind: &[u8], data: &'p [u8], wanted: &[&'static str], found: &mut Texts<'p>) -> Result<(), Error> {
    if kind == b"eXIf" {
        found.exif = found.exif.or(Some(data));
        return Ok(());
    }
    let Some((keyword, rest)) = cut_at_zero(data) else { return Ok(()) };
    let keyword = latin(&keyword[..keyword.len().min(79)]);
    let Some(wanted) = wanted.iter().find(|name| **name == keyword) else {
        if found.others.len() < MOST_KEYWORDS {
            found.others.push(keyword);
        }
        return Ok(());
    };
    if found.texts.contains_key(wanted) {
        return Ok(());
    }
    let text = match kind {
        b"tEXt" => bounded(wanted, rest).map(latin)?,
        b"zTXt" => latin(&unpacked(wanted, rest.get(1..).unwrap_or_default())?),
        _ => international(wanted, rest)?,
    };
    found.texts.insert(wanted, text);
    Ok(())
}

/// `iTXt` after its keyword: whether it is packed, how, a language, the keyword in that language, the text.
fn international(keyword: &str, data: &[u8]) -> Result<String, Error> {
    let parts = data.split_first_chunk::<2>().and_then(|(flags, rest)| {
        let (_, rest) = cut_at_zero(rest)?;
        let (_, text) = cut_at_zero(rest)?;
        Some((flags[0] != 0, text))
    });
    let (packed, text) = parts.ok_or_else(|| damaged(format!("the text {keyword} ends before its language does")))?;
    let bytes = if packed { unpacked(keyword, text)? } else { bounded(keyword, text)?.to_vec() };
    // Some writers put Latin-1 here; what is not UTF-8 is read as far as it goes.
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn unpacked(keyword: &str, packed: &[u8]) -> Result<Vec<u8>, Error> {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit};
    decompress_to_vec_zlib_with_limit(packed, MOST_TEXT).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => too_long(keyword),
        status => damaged(format!("the text {keyword} cannot be unpacked ({status:?})")),
    })
}

fn bounded<'a>(keyword: &str, text: &'a [u8]) -> Result<&'a [u8], Error> {
    if text.len() > MOST_TEXT { Err(too_long(keyword)) } else { Ok(text) }
}

fn too_long(keyword: &str) -> Error {
    damaged(format!("the text {keyword} is longer than {MOST_TEXT} bytes, which no tool's settings are"))
}

fn cut_at_zero(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((&bytes[..at], &bytes[at + 1..]))
}

fn latin(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| *byte as char).collect()
}

fn damaged(problem: String) -> Error {
    Error::Damaged { kind: "PNG", problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn png(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let chunk = |(kind, data): &(&[u8; 4], &[u8])| {
            let body = [&kind[..], data].concat();
            [&(data.len() as u32).to_be_bytes()[..], &body, &crc32fast::hash(&body).to_be_bytes()].concat()
        };
        [SIGNATURE.to_vec(), chunks.iter().flat_map(chunk).collect()].concat()
    }

    fn one(kind: &[u8; 4], data: &[u8]) -> Result<String, String> {
        let png = png(&[(kind, data)]);
        let found = texts(&png, &["parameters"]);
        if let Some(problem) = found.problem {
            return Err(problem.to_string());
        }
        Ok(found.texts.get("parameters").cloned().unwrap_or_else(|| format!("others {:?}", found.others)))
    }

    #[test]
    fn each_kind_of_text_is_read() {
        let packed = miniz_oxide::deflate::compress_to_vec_zlib("né".as_bytes(), 6);
        let latin = miniz_oxide::deflate::compress_to_vec_zlib(b"n\xe9", 6);
        let cases: [(&[u8; 4], Vec<u8>, &str); 6] = [
            (b"tEXt", b"parameters\0n\xe9\nx".to_vec(), "né\nx"),
            (b"zTXt", [&b"parameters\0\0"[..], &latin].concat(), "né"),
            (b"iTXt", "parameters\0\0\0de\0Werte\0né 猫".as_bytes().to_vec(), "né 猫"),
            (b"iTXt", [&b"parameters\0\x01\0\0\0"[..], &packed].concat(), "né"),
            (b"tEXt", b"Software\0x".to_vec(), "others [\"Software\"]"),
            (b"tEXt", b"no end".to_vec(), "others []"),
        ];
        for (kind, data, expected) in cases {
            assert_eq!(one(kind, &data).as_deref(), Ok(expected));
        }
        let twice = png(&[(b"tEXt", b"parameters\0first"), (b"tEXt", b"parameters\0second"), (b"IEND", b""), (b"tEXt", b"late\0x")]);
        let found = texts(&twice, &["parameters", "late"]);
        assert!(found.problem.is_none());
        assert_eq!(found.texts, BTreeMap::from([("parameters", "first".to_string())]));
    }

    #[test]
    fn damage_is_a_sentence_and_bounded() {
        let bomb = miniz_oxide::deflate::compress_to_vec_zlib(&vec![b'a'; MOST_TEXT + 1], 9);
        assert!(bomb.len() < 20_000);
        let cases: [(&[u8; 4], Vec<u8>, &str); 4] = [
            (b"zTXt", [&b"parameters\0\0"[..], &bomb].concat(), "the text parameters is longer than 8388608 bytes"),
            (b"zTXt", b"parameters\0\0nonsense".to_vec(), "the text parameters cannot be unpacked"),
            (b"iTXt", b"parameters\0\0\0de".to_vec(), "the text parameters ends before its language does"),
            (b"tEXt", [&b"parameters\0"[..], &vec![b'a'; MOST_TEXT + 1]].concat(), "the text parameters is longer than 8388608 bytes"),
        ];
        for (kind, data, expected) in cases {
            let sentence = one(kind, &data).expect_err(expected);
            assert!(sentence.starts_with(&format!("the PNG is damaged: {expected}")), "{sentence}");
        }
        let mut flipped = png(&[(b"tEXt", b"parameters\0x")]);
        flipped[20] ^= 1;
        assert!(texts(&flipped, &[]).problem.expect("its checksum is wrong").to_string().contains("checksum"));
        let whole = png(&[(b"tEXt", b"parameters\0x")]);
        for end in 9..whole.len() {
            let read = texts(&whole[..end], &["parameters"]);
            assert!(end < 12 || read.problem.is_some(), "cut off at {end}");
        }
        let both = [flipped, png(&[(b"iTXt", b"prompt\0\0\0\0\0{}")])[SIGNATURE.len()..].to_vec()].concat();
        let beside = texts(&both, &["parameters", "prompt"]).texts;
        assert_eq!(beside, BTreeMap::from([("prompt", "{}".to_string())]), "a damaged text hides no other");
    }
}
