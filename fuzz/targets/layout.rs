//! A model in one file, by its tensors' names and shapes alone: the bytes are lines `NAME AXIS AXIS …` of a safetensors file whose data
//! is not there but by its length.
#![no_main]

use decant_sd::Error;
use decant_sd::files::{Files, LocalFuture};
use decant_sd::layout;
use std::ops::Range;
use std::rc::Rc;

/// A file of that start, and zeros up to its length.
struct Long {
    start: Vec<u8>,
    length: u64,
}

impl Files for Long {
    fn place(&self) -> String {
        "memory".into()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(std::future::ready(Ok((name == decant_fuzz::FILE).then_some(self.length))))
    }

    fn read<'a>(&'a self, _: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        let bytes = range.map(|at| self.start.get(at as usize).copied().unwrap_or(0)).collect();
        Box::pin(std::future::ready(Ok(bytes)))
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(std::future::ready(Ok(Some(vec![decant_fuzz::FILE.into()]))))
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let (mut entries, mut end) = (Vec::new(), 0u64);
    for line in String::from_utf8_lossy(data).lines().filter(|line| !line.contains(['"', '\\'])) {
        let mut words = line.split(' ');
        let name = words.next().unwrap_or_default();
        let shape: Vec<u32> = words.filter_map(|axis| axis.parse().ok()).take(6).collect();
        let Some(bytes) =
            shape.iter().try_fold(4u64, |product, axis| product.checked_mul(u64::from(*axis))).filter(|bytes| *bytes < 1 << 40)
        else {
            continue;
        };
        entries.push(format!(r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{end},{}]}}"#, end + bytes));
        end += bytes;
    }
    let header = format!("{{{}}}", entries.join(","));
    let start = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
    let file = Rc::new(Long { length: start.len() as u64 + end, start });
    decant_fuzz::sentence(pollster::block_on(layout::open(file.clone())).map(drop));
    decant_fuzz::sentence(pollster::block_on(layout::open_tiny(file)).map(drop));
});
