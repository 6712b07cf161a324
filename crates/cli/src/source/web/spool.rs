//! A file that came as a whole: in memory where it is small, else on the disk under a name of its own, which goes with it.

use crate::output::unfinished::Unfinished;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::ops::Range;

/// Bytes that are kept in memory.
const IN_MEMORY: u64 = 32 << 20;

pub(super) enum Spool {
    Memory(Vec<u8>),
    Disk { file: File, length: u64, _goes: Unfinished },
}

impl Default for Spool {
    fn default() -> Spool {
        Spool::Memory(vec![])
    }
}

impl Spool {
    /// For about so many bytes.
    pub fn of(length: u64) -> Result<Spool, String> {
        if length <= IN_MEMORY {
            return Ok(Spool::default());
        }
        let folder = std::env::temp_dir();
        let failed = |error: std::io::Error| format!("it comes as a whole, and {} does not take it: {error}", folder.display());
        let (goes, written) = Unfinished::at(&folder.join("model")).map_err(failed)?;
        drop(written);
        let file = File::options().read(true).write(true).open(goes.part()).map_err(failed)?;
        Ok(Spool::Disk { file, length: 0, _goes: goes })
    }

    pub fn length(&self) -> u64 {
        match self {
            Spool::Memory(bytes) => bytes.len() as u64,
            Spool::Disk { length, .. } => *length,
        }
    }

    pub fn push(&mut self, some: &[u8]) -> Result<(), String> {
        match self {
            Spool::Memory(bytes) => bytes.extend_from_slice(some),
            Spool::Disk { file, length, .. } => {
                file.write_all(some).map_err(|error| format!("it comes as a whole, and could not be kept: {error}"))?;
                *length += some.len() as u64;
            }
        }
        Ok(())
    }

    pub fn read(&self, range: Range<u64>) -> Result<Vec<u8>, String> {
        let absent = || format!("the file ends before byte {}", range.end);
        match self {
            Spool::Memory(bytes) => bytes.get(range.start as usize..range.end as usize).map(<[u8]>::to_vec).ok_or_else(absent),
            Spool::Disk { file, length, .. } if range.end <= *length => {
                let mut bytes = vec![0; (range.end - range.start) as usize];
                let read = (&mut &*file).seek(SeekFrom::Start(range.start)).and_then(|_| (&mut &*file).read_exact(&mut bytes));
                read.map(|()| bytes).map_err(|error| format!("what was kept of it could not be read: {error}"))
            }
            Spool::Disk { .. } => Err(absent()),
        }
    }
}
