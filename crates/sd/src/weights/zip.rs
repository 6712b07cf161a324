//! The directory of a zip archive, 64-bit ones included (PKWARE's APPNOTE.TXT 6.3): which bytes of the file are which entry.
//!
//! It reads no entry and unpacks nothing: PyTorch stores its tensors as they are, so an entry that is compressed is only said to be.
//! The directory at the end of the file says where each entry's own header is, but not how long that header is.
//! Asking for each would be a thousand requests, so a header's length is told from the gap to the next entry (see [`starts`]).

use super::cursor::{Cursor, Stop, wrong};
use crate::Error;
use crate::error::{DOWNLOAD_AGAIN, Sentence};
use crate::files::{Files, read_exactly};
use crate::sentence;
use std::collections::HashMap;
use std::ops::Range;

/// Longest directory, in bytes; Stable Diffusion's has 100 KB.
const LONGEST_DIRECTORY: u64 = 16 << 20;
/// The end's record, the longest comment behind it, and the 64-bit end's locator and usual record before it.
const LONGEST_END: u64 = 22 + 65_535 + 20 + 56;
/// What stands where a number needs 64 bits, and where those begin.
const MISSING: u64 = u32::MAX as u64;
/// Bytes of an entry's own header before its name.
const LOCAL: u64 = 30;

/// A file in the archive.
#[derive(Debug)]
pub(super) struct Entry {
    pub name: String,
    /// Its bytes in the archive, as they are stored.
    pub range: Range<u64>,
    /// Whether they are compressed.
    pub packed: bool,
    /// Where its own header starts.
    header: u64,
    /// Whether its lengths follow its bytes once more.
    trailer: bool,
}

/// The entries of the archive, in the order of their places.
pub(super) async fn entries(files: &dyn Files, file: &str, size: u64) -> Result<Vec<Entry>, Error> {
    let damaged = |stop| {
        let problem = match stop {
            Stop::More => sentence!("is a zip archive that is cut short"),
            Stop::Wrong(problem) => Sentence::english(problem),
        };
        Error::Damaged { file: file.into(), problem, hint: DOWNLOAD_AGAIN }
    };
    let tail_at = size.saturating_sub(LONGEST_END);
    let tail = read_exactly(files, file, tail_at..size).await?;
    let directory = directory(&tail, tail_at).map_err(damaged)?;
    let listed = read_exactly(files, file, directory.clone()).await?;
    let mut entries = parse(&listed, directory.start).map_err(damaged)?;
    entries.sort_by_key(|entry| entry.header);
    starts(files, file, &mut entries, directory.start).await?.map_err(damaged)?;
    Ok(entries)
}

/// Where the directory lies, from the last bytes of the archive.
fn directory(tail: &[u8], tail_at: u64) -> Result<Range<u64>, Stop> {
    let at = |i: usize| {
        tail[i..].starts_with(b"PK\x05\x06")
            && tail.get(i + 20..i + 22).is_some_and(|n| i + 22 + usize::from(u16::from_le_bytes([n[0], n[1]])) == tail.len())
    };
    let Some(end) = (0..tail.len().saturating_sub(21)).rev().find(|i| at(*i)) else {
        return wrong("is a zip archive that is cut short: its directory is missing");
    };
    let mut cursor = Cursor { bytes: tail, at: end + 12 };
    let (mut length, mut start) = (u64::from(cursor.u32()?), u64::from(cursor.u32()?));
    let mut end_at = tail_at + end as u64;
    if start == MISSING || length == MISSING || tail[end + 10..end + 12] == [255; 2] {
        // the locator stands before the end's record and says where the 64-bit one is
        let locator = end.checked_sub(20).filter(|at| tail[*at..].starts_with(b"PK\x06\x07")).ok_or(Stop::More)?;
        end_at = Cursor { bytes: tail, at: locator + 8 }.u64()?;
        let record = end_at.checked_sub(tail_at).and_then(|at| usize::try_from(at).ok()).filter(|at| *at < locator).ok_or(Stop::More)?;
        if !tail[record..].starts_with(b"PK\x06\x06") {
            return wrong("is a zip archive whose 64-bit directory is missing");
        }
        let mut cursor = Cursor { bytes: tail, at: record + 40 };
        (length, start) = (cursor.u64()?, cursor.u64()?);
    }
    match start.checked_add(length) {
        Some(to) if to <= end_at && length <= LONGEST_DIRECTORY => Ok(start..to),
        _ => wrong(format!(
            "is a zip archive whose directory should be {length} bytes at {start}, expected {LONGEST_DIRECTORY} bytes at most, before {end_at}"
        )),
    }
}

/// The directory's entries; their ranges still start at their headers.
fn parse(directory: &[u8], directory_at: u64) -> Result<Vec<Entry>, Stop> {
    let mut cursor = Cursor { bytes: directory, at: 0 };
    let mut entries = Vec::new();
    let mut names = HashMap::new();
    while cursor.at < directory.len() {
        let entry = entry(&mut cursor)?;
        let fits = entry.header.checked_add(LOCAL).and_then(|at| at.checked_add(entry.range.end)).is_some_and(|end| end <= directory_at);
        if !fits {
            return wrong(format!(
                "is a zip archive whose entry {} should have {} bytes at {}, beyond its end",
                entry.name, entry.range.end, entry.header
            ));
        }
        if names.insert(entry.name.clone(), ()).is_some() {
            return wrong(format!("is a zip archive with two entries {}", entry.name));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// One entry; its range is `0..length`.
fn entry(cursor: &mut Cursor) -> Result<Entry, Stop> {
    if cursor.number()? != *b"PK\x01\x02" {
        return wrong("is a zip archive whose directory is damaged");
    }
    cursor.take(4)?;
    let (flags, method) = (cursor.u16()?, cursor.u16()?);
    cursor.take(8)?;
    let (mut packed, mut unpacked) = (u64::from(cursor.u32()?), u64::from(cursor.u32()?));
    let (name, extra, comment) = (cursor.u16()?, cursor.u16()?, cursor.u16()?);
    cursor.take(8)?;
    let mut header = u64::from(cursor.u32()?);
    let name = String::from_utf8_lossy(cursor.take(name.into())?).into_owned();
    let mut extras = Cursor { bytes: cursor.take(extra.into())?, at: 0 };
    while let (Ok(kind), Ok(length)) = (extras.u16(), extras.u16()) {
        let mut long = Cursor { bytes: extras.take(length.into())?, at: 0 };
        // 64-bit lengths, only for those that do not fit into 32 bits
        for value in [&mut unpacked, &mut packed, &mut header].into_iter().filter(|_| kind == 1) {
            if *value == MISSING {
                *value = long.u64()?;
            }
        }
    }
    cursor.take(comment.into())?;
    let (packed_any, trailer) = (method != 0 || flags & 1 != 0 || packed != unpacked, flags & 8 != 0);
    Ok(Entry { name, range: 0..packed, packed: packed_any, header, trailer })
}

/// Finds where each entry's bytes start. What lies between two headers is the first's name, its extra fields, its bytes, and what trails
/// them; the trailer is as long for all entries of a kind, so that one header of each kind, read, tells the others' lengths.
async fn starts(files: &dyn Files, file: &str, entries: &mut [Entry], end: u64) -> Result<Result<(), Stop>, Error> {
    let mut trailers: HashMap<(bool, bool), u64> = HashMap::new();
    for i in 0..entries.len() {
        let next = entries.get(i + 1).map_or(end, |entry| entry.header);
        let entry = &mut entries[i];
        let length = entry.range.end;
        let least = entry.header + LOCAL + entry.name.len() as u64;
        let Some(spare) = next.checked_sub(least).and_then(|room| room.checked_sub(length)) else {
            return Ok(wrong(format!("is a zip archive whose entry {} shares bytes with the next one", entry.name)));
        };
        let kind = (entry.trailer, entry.header >= MISSING || length >= MISSING);
        let known = trailers.get(&kind).and_then(|trailer| spare.checked_sub(*trailer)).filter(|extra| *extra <= 128);
        let extra = match known {
            Some(extra) => extra,
            None => {
                let header = read_exactly(files, file, entry.header..entry.header + LOCAL).await?;
                let lengths = |at: usize| u64::from(u16::from_le_bytes([header[at], header[at + 1]]));
                let extra = lengths(28);
                if !header.starts_with(b"PK\x03\x04") || lengths(26) != entry.name.len() as u64 || extra > spare {
                    return Ok(wrong(format!("is a zip archive whose entry {} is not where its directory says", entry.name)));
                }
                trailers.insert(kind, spare - extra);
                extra
            }
        };
        entry.range = least + extra..least + extra + length;
    }
    Ok(Ok(()))
}
