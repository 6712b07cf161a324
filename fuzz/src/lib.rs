//! What the targets share: a file in memory, opened as any model's, and every tensor of it read if it is small.

use decant_graph::Cpu;
use decant_sd::Error;
use decant_sd::files::{Files, Folder, LocalFuture, Memory};
use decant_sd::pipeline::{Options, Pipeline};
use decant_sd::weights::{Checkpoint, Origin};
use pollster::block_on;
use std::ops::Range;
use std::rc::Rc;

/// The name of the one file. Formats are told by content.
pub const FILE: &str = "a file";

/// A folder of one file.
pub fn memory(file: Vec<u8>) -> Memory {
    Memory::new("memory", [(FILE, file)])
}

/// Opens a weight file and reads all there is, whole and in parts, which must agree. Any error is fine.
pub fn weights(file: Vec<u8>) {
    let files = memory(file);
    let Ok(checkpoint) = block_on(Checkpoint::open_file(&files, FILE)) else { return };
    for (name, info) in checkpoint.tensors().iter().take(50) {
        assert!(info.range.start <= info.range.end);
        let Ok(all) = block_on(checkpoint.read(&files, name)) else { continue };
        assert_eq!(all.len(), info.numbers(), "{name}");
        parts(&files, &checkpoint, name, &all);
    }
}

/// Rows read alone, and rows of a rearranged tensor, are what they are in all of the tensor.
fn parts(files: &Memory, checkpoint: &Checkpoint, name: &str, all: &[f32]) {
    let info = &checkpoint.tensors()[name];
    let (rows, width) = (info.rows(), info.width());
    let some = rows / 3..rows - rows / 4;
    if some.start > some.end || all.is_empty() {
        return;
    }
    let expected = &all[some.start * width..some.end * width];
    assert_eq!(block_on(checkpoint.read_rows(files, name, some.clone())).expect("all of it was read"), expected, "{name}");
    let origin = Origin { rows: Some(some), ..Origin::whole(name) };
    let Ok(part) = checkpoint.rearranged(vec![("part".into(), origin.clone())]) else { return };
    assert_eq!(block_on(part.read(files, "part")).expect("all of it was read"), expected, "{name}");
    let Ok(turned) = checkpoint.rearranged(vec![("turned".into(), Origin { transposed: true, ..origin })]) else { return };
    let turned = block_on(turned.read(files, "turned")).expect("all of it was read");
    let height = expected.len() / width;
    assert!(turned.iter().enumerate().all(|(i, x)| *x == expected[i % height * width + i / height]), "{name}");
}

/// A safetensors file of which the bytes say the tensors' names and shapes, in lines `NAME AXIS AXIS …`: its numbers are zeros, and lie nowhere.
pub struct Hollow {
    start: Vec<u8>,
    length: u64,
}

impl Hollow {
    /// Lines that are none are left out.
    pub fn new(data: &[u8]) -> Hollow {
        let (mut entries, mut end) = (Vec::new(), 0u64);
        for line in String::from_utf8_lossy(data).lines().filter(|line| !line.contains(['"', '\\'])) {
            let mut words = line.split(' ');
            let name = words.next().unwrap_or_default();
            let shape: Vec<u32> = words.filter_map(|axis| axis.parse().ok()).take(6).collect();
            let bytes = shape.iter().try_fold(4u64, |product, axis| product.checked_mul(u64::from(*axis)));
            let Some(bytes) = bytes.filter(|bytes| *bytes < 1 << 40) else { continue };
            entries.push(format!(r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{end},{}]}}"#, end + bytes));
            end += bytes;
        }
        let header = format!("{{{}}}", entries.join(","));
        let start = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes()].concat();
        Hollow { length: start.len() as u64 + end, start }
    }
}

impl Files for Hollow {
    fn place(&self) -> String {
        "memory".into()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(std::future::ready(Ok((name == FILE).then_some(self.length))))
    }

    fn read<'a>(&'a self, _: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        let bytes = range.map(|at| self.start.get(at as usize).copied().unwrap_or(0)).collect();
        Box::pin(std::future::ready(Ok(bytes)))
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(std::future::ready(Ok(Some(vec![FILE.into()]))))
    }
}

/// A small twin of `tests/models` on the CPU, with all its weights, for what is loaded beside a model.
pub fn twin(name: &str) -> Pipeline {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/models/").to_string() + name;
    let files = Rc::new(Folder::open(folder).expect("it is committed"));
    block_on(Pipeline::load(files, Rc::new(Cpu), Options::default(), &mut |_| {})).expect("it is sound")
}

/// What an error says is one line, and not endless.
pub fn sentence<T>(result: Result<T, impl std::fmt::Display>) {
    if let Err(error) = result {
        let text = error.to_string();
        assert!(!text.is_empty() && text.len() < 100_000);
    }
}

/// A zip archive with one entry stored.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in entries {
        let at = (file.len() as u32).to_le_bytes();
        let length = (bytes.len() as u32).to_le_bytes();
        let common = [&[0; 14][..], &length, &length, &(name.len() as u16).to_le_bytes(), &[0; 2]].concat();
        file.extend([b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat());
        directory.extend([b"PK\x01\x02", &[0; 2][..], &common, &[0; 10], &at, name.as_bytes()].concat());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let end = [(directory.len() as u32).to_le_bytes(), (file.len() as u32).to_le_bytes()].concat();
    [file, directory, [b"PK\x05\x06", &[0; 4][..], &count, &count, &end, &[0; 2]].concat()].concat()
}
