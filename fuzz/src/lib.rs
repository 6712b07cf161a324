//! What the targets share: a file in memory, opened as any model's, and every tensor of it read if it is small.

use decant_sd::Error;
use decant_sd::files::Memory;
use decant_sd::weights::{Checkpoint, Origin};
use pollster::block_on;

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

/// What an error says is one line, and not endless.
pub fn sentence<T>(result: Result<T, Error>) {
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
