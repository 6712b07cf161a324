//! One file on a web server: found by a question for its first bytes, read by parts, or kept as a whole where the server knows no parts.
//!
//! Every answer is compared with the first one: length, `ETag` and `Last-Modified`. Where a server shows neither of the last two, a second
//! reading of a few places tells whether it gives the same bytes twice ([`Remote::confirm`]).

use super::MOST_TEXT;
use super::answer::{self, Response, is_page};
use super::line::Line;
use super::spool::Spool;
use super::trouble::Trouble;
use decant_sd::error::bytes as amount;
use decant_sd::weights::is_weight_file;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::ops::Range;

/// Bytes that the first question asks for: all of most texts, and the beginning of a weight file's header.
const HEAD: u64 = 1 << 16;
/// Bytes of a place that is read twice.
const BLOCK: usize = 4096;
/// How many such places.
const PLACES: usize = 6;
/// Bytes that are set aside before they come.
const AT_ONCE: u64 = 16 << 20;

const CHANGED: &str = "it changed on the server while it was being read; begin again";

pub(super) struct Remote {
    address: String,
    name: String,
    found: OnceCell<Option<Probed>>,
}

/// A file that is there.
struct Probed {
    size: u64,
    content: Content,
}

enum Content {
    Whole(Spool),
    Parts(Parts),
}

struct Parts {
    /// What every answer must show again; empty where the server shows nothing.
    validator: String,
    /// The file's first bytes.
    head: Vec<u8>,
    /// Beginnings of what was read, by their places, where nothing else tells one version from the next.
    places: RefCell<BTreeMap<u64, Vec<u8>>>,
    /// Whether anything was read since these were compared.
    fresh: Cell<bool>,
}

impl Remote {
    pub fn new(address: String, name: &str) -> Remote {
        Remote { address, name: name.into(), found: OnceCell::new() }
    }

    /// Its length; `None` where there is no such file.
    pub fn size(&self, line: &Line) -> Result<Option<u64>, String> {
        Ok(self.find(line)?.map(|found| found.size))
    }

    pub fn read(&self, line: &Line, range: Range<u64>) -> Result<Vec<u8>, String> {
        let found = self.find(line)?.ok_or("there is no such file")?;
        if range.end > found.size {
            return Err(format!("the file ends before byte {}", range.end));
        }
        match &found.content {
            Content::Whole(spool) => spool.read(range),
            Content::Parts(parts) if range.end <= parts.head.len() as u64 => {
                Ok(parts.head[range.start as usize..range.end as usize].to_vec())
            }
            Content::Parts(parts) => {
                let bytes = self.fetch(line, found.size, parts, range.clone())?;
                parts.note(range.start, &bytes)?;
                Ok(bytes)
            }
        }
    }

    /// Reads a few places a second time, where the server shows nothing by which to notice a change.
    pub fn confirm(&self, line: &Line) -> Result<(), String> {
        let Some(Some(Probed { size, content: Content::Parts(parts) })) = self.found.get() else { return Ok(()) };
        if !parts.fresh.replace(false) {
            return Ok(());
        }
        let places = parts.places.borrow().clone();
        let spread = places.len().div_ceil(PLACES - 1).max(1);
        let last = places.len() - 1;
        for (_, (start, bytes)) in places.iter().enumerate().filter(|(at, _)| at % spread == 0 || *at == last) {
            if self.fetch(line, *size, parts, *start..*start + bytes.len() as u64)? != *bytes {
                return Err(CHANGED.into());
            }
        }
        Ok(())
    }

    fn find(&self, line: &Line) -> Result<Option<&Probed>, String> {
        if self.found.get().is_none() {
            let found = line.persist(|| self.probe(line), || 0)?;
            let _was_empty = self.found.set(found);
        }
        Ok(self.found.get().and_then(Option::as_ref))
    }

    /// One try to find it.
    fn probe(&self, line: &Line) -> Result<Option<Probed>, Trouble> {
        let answer = line.once(&self.address, Some([0, HEAD - 1]))?;
        match answer.status().as_u16() {
            404 | 410 => Ok(None),
            200 if is_page(&answer) => Ok(None),
            200 => self.whole(line, answer).map(Some),
            206 => self.parts(line, answer).map(Some),
            416 => match answer::beyond(&answer) {
                None | Some(0) => Ok(Some(Probed { size: 0, content: Content::Whole(Spool::default()) })),
                Some(total) => Err(Trouble::Final(format!("the server refuses the first bytes of a file that it says has {total}"))),
            },
            _ => Err(refused(&answer)),
        }
    }

    /// The answer is the file's beginning.
    fn parts(&self, line: &Line, answer: Response) -> Result<Probed, Trouble> {
        let claim = answer::part(&answer, [0, HEAD - 1])?;
        let hidden = || Trouble::Final("the server hides how long the file is".into());
        let size = match claim.total {
            Some(total) => total,
            None if claim.last < HEAD - 1 => claim.last + 1,
            None => return Err(hidden()),
        };
        let (validator, mut head) = (answer::validator(&answer), vec![]);
        let want = claim.last + 1;
        line.receive(answer, |some| taken(&mut head, some, want))?;
        complete(&head, want)?;
        let places = if validator.is_empty() { beginning(0, &head) } else { BTreeMap::new() };
        let parts = Parts { validator, head, places: places.into(), fresh: Cell::new(false) };
        Ok(Probed { size, content: Content::Parts(parts) })
    }

    /// The answer is the whole file, since the server knows no parts: it is kept, and no more of it than it may be.
    fn whole(&self, line: &Line, answer: Response) -> Result<Probed, Trouble> {
        let declared = answer::length(&answer);
        let most = if is_weight_file(&self.name) {
            declared.ok_or_else(|| {
                Trouble::Final("the server neither says how long the file is nor sends parts of it; download it, and give the file".into())
            })?
        } else {
            MOST_TEXT
        };
        let much = || Trouble::Final(format!("the server sends more than {}, which it cannot be", amount(most)));
        if declared.is_some_and(|length| length > most) {
            return Err(much());
        }
        let mut spool = Spool::of(declared.unwrap_or(0)).map_err(Trouble::Final)?;
        let shown = crate::progress::Line::say(format!("{} comes as a whole", self.name));
        line.receive(answer, |some| {
            if spool.length() + some.len() as u64 > most {
                return Err(much());
            }
            shown.change(format!("{} comes as a whole, {} so far", self.name, amount(spool.length())));
            spool.push(some).map_err(Trouble::Final)
        })?;
        match declared.filter(|declared| *declared != spool.length()) {
            Some(declared) => Err(Trouble::broken(format!("the server sent {} bytes of {declared}", spool.length()))),
            None => Ok(Probed { size: spool.length(), content: Content::Whole(spool) }),
        }
    }

    /// A part of the file. What came before a break is kept, and only what lacks is asked for again.
    fn fetch(&self, line: &Line, size: u64, parts: &Parts, range: Range<u64>) -> Result<Vec<u8>, String> {
        let want = range.end - range.start;
        let bytes = RefCell::new(Vec::with_capacity(want.min(AT_ONCE) as usize));
        let got = || bytes.borrow().len() as u64;
        let once = || {
            let asked = [range.start + got(), range.end - 1];
            let answer = line.once(&self.address, Some(asked))?;
            let mut skip = skipped(&answer, asked, size, &parts.validator)?;
            let mut left = range.end - asked[0];
            line.receive(answer, |some| {
                let before = skip.min(some.len() as u64);
                skip -= before;
                let some = &some[before as usize..];
                // Of a whole file, what follows is not asked for.
                let some = if left < some.len() as u64 { &some[..left as usize] } else { some };
                left -= some.len() as u64;
                taken(&mut bytes.borrow_mut(), some, want)
            })?;
            complete(&bytes.borrow(), want)
        };
        line.persist(once, got)?;
        Ok(bytes.into_inner())
    }
}

impl Parts {
    /// Remembers how a part begins; one that was read before must begin as it did.
    fn note(&self, start: u64, bytes: &[u8]) -> Result<(), String> {
        if !self.validator.is_empty() {
            return Ok(());
        }
        let block = bytes[..bytes.len().min(BLOCK)].to_vec();
        let mut places = self.places.borrow_mut();
        if let Some(before) = places.get(&start)
            && !before.iter().zip(&block).all(|(a, b)| a == b)
        {
            return Err(CHANGED.into());
        }
        self.fresh.set(true);
        places.insert(start, block);
        Ok(())
    }
}

/// How many bytes of an answer's body come before those that were asked for: none of a part, those before it of a whole file.
fn skipped(answer: &Response, asked: [u64; 2], size: u64, validator: &str) -> Result<u64, Trouble> {
    let changed = || Trouble::Final(CHANGED.into());
    match answer.status().as_u16() {
        206 => {
            let claim = answer::part(answer, asked)?;
            let same = claim.total.is_none_or(|total| total == size) && answer::validator(answer) == validator;
            if same { Ok(0) } else { Err(changed()) }
        }
        200 if answer::length(answer) == Some(size) && answer::validator(answer) == validator => Ok(asked[0]),
        200 | 404 | 410 | 412 | 416 => Err(changed()),
        _ => Err(refused(answer)),
    }
}

fn taken(bytes: &mut Vec<u8>, some: &[u8], want: u64) -> Result<(), Trouble> {
    if bytes.len() as u64 + some.len() as u64 > want {
        return Err(Trouble::broken("the server sends more than it was asked for"));
    }
    bytes.extend_from_slice(some);
    Ok(())
}

fn complete(bytes: &[u8], want: u64) -> Result<(), Trouble> {
    if bytes.len() as u64 == want {
        return Ok(());
    }
    Err(Trouble::broken(format!("the server sent {} bytes of {want}", bytes.len())))
}

fn refused(answer: &Response) -> Trouble {
    let status = answer.status();
    let hint = if matches!(status.as_u16(), 401 | 403) {
        ": it wants to know who asks. Download the file there, and open it from this machine"
    } else {
        ""
    };
    Trouble::Final(format!("the server answers with status {status}{hint}"))
}

fn beginning(start: u64, bytes: &[u8]) -> BTreeMap<u64, Vec<u8>> {
    BTreeMap::from([(start, bytes[..bytes.len().min(BLOCK)].to_vec())])
}
