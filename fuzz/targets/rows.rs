//! Rearranging: any rows, shape and transposition of any tensor, twice, read in any rows. What is not refused agrees with the numbers
//! themselves, which count up.
#![no_main]

use decant_sd::weights::{Checkpoint, Origin};
use pollster::block_on;

/// Takes one small number off the data.
fn next(data: &mut &[u8]) -> usize {
    let (first, rest) = data.split_first().unwrap_or((&0, &[]));
    *data = rest;
    usize::from(*first)
}

fn origin(data: &mut &[u8]) -> Origin {
    let choice = next(data);
    let rows = (choice & 1 != 0).then(|| next(data)..next(data));
    let shape = (choice & 2 != 0).then(|| (0..next(data) % 6).map(|_| next(data) % 40).collect());
    Origin { tensor: "a".into(), rows, shape, transposed: choice & 4 != 0 }
}

/// The same done to plain numbers.
fn apply(origin: &Origin, shape: &mut Vec<usize>, numbers: &mut Vec<f32>) {
    if let Some(rows) = &origin.rows {
        let width: usize = shape[1..].iter().product();
        *numbers = numbers[rows.start * width..rows.end * width].to_vec();
        shape[0] = rows.len();
    }
    if let Some(new) = &origin.shape {
        *shape = new.clone();
    }
    if origin.transposed {
        let (rows, columns) = (shape[0], shape[1]);
        *numbers = (0..numbers.len()).map(|i| numbers[i % rows * columns + i / rows]).collect();
        shape.reverse();
    }
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut data = data;
    let mut shape: Vec<usize> = (0..next(&mut data) % 5).map(|_| next(&mut data) % 20).collect();
    let count: usize = shape.iter().product();
    let mut numbers: Vec<f32> = (0..count).map(|i| i as f32).collect();
    let bytes: Vec<u8> = numbers.iter().flat_map(|x| x.to_le_bytes()).collect();
    let header = format!(r#"{{"a":{{"dtype":"F32","shape":{shape:?},"data_offsets":[0,{}]}}}}"#, bytes.len());
    let files = decant_fuzz::memory([&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &bytes].concat());
    let mut checkpoint = block_on(Checkpoint::open_file(&files, decant_fuzz::FILE)).expect("the header is sound");
    for _ in 0..2 {
        let origin = origin(&mut data);
        let Ok(next) = checkpoint.rearranged(vec![("a".into(), origin.clone())]) else { return };
        checkpoint = next;
        apply(&origin, &mut shape, &mut numbers);
    }
    assert_eq!(checkpoint.tensors()["a"].shape, shape);
    assert_eq!(block_on(checkpoint.read(&files, "a")).expect("finite numbers"), numbers);
    let rows = next(&mut data)..next(&mut data);
    if let Ok(some) = block_on(checkpoint.read_rows(&files, "a", rows.clone())) {
        let width: usize = shape.iter().skip(1).product();
        assert_eq!(some, numbers[rows.start * width..rows.end * width]);
    }
});
