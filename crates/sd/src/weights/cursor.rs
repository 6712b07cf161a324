//! Reading little-endian numbers off the start of a file, of which more can be fetched when it does not suffice.

use crate::Error;
use crate::error::{DOWNLOAD_AGAIN, Sentence};
use crate::files::{Files, read_exactly};
use crate::sentence;

/// Why something could not be read from the bytes so far.
#[derive(Debug)]
pub(crate) enum Stop {
    /// It goes on behind them.
    More,
    /// It is wrong, whatever follows: the end of a sentence that starts with the file's name.
    Wrong(String),
}

pub(crate) fn wrong<T>(problem: impl Into<String>) -> Result<T, Stop> {
    Err(Stop::Wrong(problem.into()))
}

/// A place in some bytes; running out of them is [`Stop::More`].
pub(crate) struct Cursor<'a> {
    pub bytes: &'a [u8],
    pub at: usize,
}

impl<'a> Cursor<'a> {
    pub fn take(&mut self, length: u64) -> Result<&'a [u8], Stop> {
        let end = usize::try_from(length).ok().and_then(|length| self.at.checked_add(length)).ok_or(Stop::More)?;
        let taken = self.bytes.get(self.at..end).ok_or(Stop::More)?;
        self.at = end;
        Ok(taken)
    }

    pub fn number<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        <[u8; N]>::try_from(self.take(N as u64)?).or(Err(Stop::More))
    }

    pub fn u8(&mut self) -> Result<u8, Stop> {
        self.number().map(u8::from_le_bytes)
    }

    pub fn u16(&mut self) -> Result<u16, Stop> {
        self.number().map(u16::from_le_bytes)
    }

    pub fn u32(&mut self) -> Result<u32, Stop> {
        self.number().map(u32::from_le_bytes)
    }

    pub fn u64(&mut self) -> Result<u64, Stop> {
        self.number().map(u64::from_le_bytes)
    }
}

/// First read of a header, in bytes: enough for a Stable Diffusion UNet's 686 tensors in any format.
const FIRST_READ: u64 = 128 * 1024;

/// Parses a header of unknown length at the start of a file: fetches more, four times as much each time, for as long as `parse` wants it.
pub(super) async fn parse_start<T>(
    files: &dyn Files,
    file: &str,
    size: u64,
    longest: u64,
    parse: impl Fn(&[u8]) -> Result<T, Stop>,
) -> Result<T, Error> {
    let damaged = |problem| Error::Damaged { file: file.into(), problem, hint: DOWNLOAD_AGAIN };
    let mut start = Vec::new();
    let mut known = FIRST_READ.min(size);
    loop {
        start.extend(read_exactly(files, file, start.len() as u64..known).await?);
        match parse(&start) {
            Ok(parsed) => return Ok(parsed),
            Err(Stop::Wrong(problem)) => return Err(damaged(Sentence::english(problem))),
            Err(Stop::More) if known == size => {
                return Err(damaged(sentence!("is cut short: its header is not complete after {size} bytes", size)));
            }
            Err(Stop::More) if known >= longest => return Err(damaged(sentence!("has a header of more than {longest} bytes", longest))),
            Err(Stop::More) => known = (known * 4).min(size).min(longest),
        }
    }
}
