//! Part of a tensor reads as part of the whole, asking for no more bytes than that; and tensors under other names keep their numbers.

use super::gguf::written;
use super::{FILE, bytes, random, safetensors};
use decant_sd::Error;
use decant_sd::files::{Files, LocalFuture, Memory};
use decant_sd::weights::{Checkpoint, Origin};
use pollster::block_on;
use std::cell::RefCell;
use std::ops::Range;

/// Files that keep account of what is read from them.
pub(crate) struct Watched {
    files: Memory,
    pub reads: RefCell<Vec<Range<u64>>>,
}

impl Watched {
    pub(crate) fn new(file: Vec<u8>) -> Watched {
        Watched { files: Memory::new("memory", [(FILE, file)]), reads: RefCell::default() }
    }

    /// Bytes read since the last time.
    pub(crate) fn taken(&self) -> u64 {
        self.reads.take().into_iter().map(|range| range.end - range.start).sum()
    }
}

impl Files for Watched {
    fn place(&self) -> String {
        self.files.place()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        self.files.size(name)
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        self.reads.borrow_mut().push(range.clone());
        self.files.read(name, range)
    }
}

fn numbers(count: usize) -> Vec<f32> {
    let mut state = 3;
    (0..count).map(|_| random(&mut state)).collect()
}

fn open(files: &Watched) -> Checkpoint {
    let checkpoint = block_on(Checkpoint::open_file(files, FILE)).expect("a sound file");
    files.reads.take();
    checkpoint
}

#[test]
fn some_rows_are_part_of_all_rows_and_only_their_bytes_are_read() {
    for (shape, bytes_per_row) in [
        (&[5usize, 64][..], 68), // q8_0
        (&[7, 3, 3, 3], 54),     // f16, stored with its inputs last
        (&[3, 32, 3, 3], 306),   // q8_0, stored with its inputs last
        (&[11, 96, 1, 1], 102),
        (&[4, 33], 66), // f16
        (&[9], 4),      // f32
        (&[2, 3, 5], 60),
    ] {
        let files = Watched::new(written(&[("a", shape, &numbers(shape.iter().product()))]));
        let checkpoint = open(&files);
        let all = block_on(checkpoint.read(&files, "a")).expect("all of it");
        let width = all.len() / shape[0];
        for start in 0..=shape[0] {
            for end in start..=shape[0] {
                files.reads.take();
                let some = block_on(checkpoint.read_rows(&files, "a", start..end)).expect("some of it");
                assert_eq!(some, all[start * width..end * width], "{shape:?} {start}..{end}");
                assert_eq!(files.taken(), (end - start) as u64 * bytes_per_row, "{shape:?} {start}..{end}");
            }
        }
        let beyond = block_on(checkpoint.read_rows(&files, "a", 1..shape[0] + 1)).expect_err("one too many").to_string();
        assert_eq!(beyond, format!("{FILE}: tensor a has {} rows, but rows 1..{} were asked for", shape[0], shape[0] + 1));
    }
}

#[test]
fn a_large_tensor_is_read_four_megabytes_at_a_time() {
    let count = 3 * 1024 * 1024 + 7;
    let header = format!(r#"{{"a":{{"dtype":"F32","shape":[{count}],"data_offsets":[0,{}]}}}}"#, count * 4);
    let files = Watched::new(safetensors(&header, &vec![0; count * 4]));
    let checkpoint = open(&files);
    assert_eq!(block_on(checkpoint.read(&files, "a")).expect("zeros").len(), count);
    let lengths: Vec<u64> = files.reads.take().into_iter().map(|range| range.end - range.start).collect();
    assert_eq!(lengths, [4 << 20, 4 << 20, 4 << 20, 28]);
}

fn two() -> Watched {
    let header = r#"{"__metadata__":{"global_step":"7"},"m":{"dtype":"F32","shape":[6,4],"data_offsets":[0,96]},"c":{"dtype":"F32","shape":[2,2,1,1],"data_offsets":[96,112]}}"#;
    Watched::new(safetensors(header, &bytes(&(0..28).map(|i| i as f32).collect::<Vec<_>>())))
}

#[test]
fn rearranged_tensors_are_rows_shapes_and_transposes_of_the_old_ones() {
    let files = two();
    let of = |tensor: &str| Origin::whole(tensor);
    let third = Origin { rows: Some(2..4), ..of("m") };
    let rearranged = open(&files)
        .rearranged(vec![
            ("same".into(), of("m")),
            ("third".into(), third.clone()),
            ("turned".into(), Origin { transposed: true, ..of("m") }),
            ("turned third".into(), Origin { transposed: true, ..third.clone() }),
            ("conv".into(), Origin { shape: Some(vec![2, 4, 1, 1]), ..third }),
            ("linear".into(), Origin { shape: Some(vec![2, 2]), ..of("c") }),
        ])
        .expect("all of them are there");
    assert_eq!(rearranged.note("global_step"), Some("7"));
    let middle: Vec<f32> = (8..16).map(|i| i as f32).collect();
    for (name, shape, expected) in [
        ("same", &[6usize, 4][..], (0..24).map(|i| i as f32).collect::<Vec<_>>()),
        ("third", &[2, 4], middle.clone()),
        ("turned", &[4, 6], (0..24).map(|i| (i % 6 * 4 + i / 6) as f32).collect()),
        ("turned third", &[4, 2], vec![8.0, 12.0, 9.0, 13.0, 10.0, 14.0, 11.0, 15.0]),
        ("conv", &[2, 4, 1, 1], middle),
        ("linear", &[2, 2], vec![24.0, 25.0, 26.0, 27.0]),
    ] {
        assert_eq!(rearranged.tensors()[name].shape, shape, "{name}");
        assert_eq!(block_on(rearranged.read(&files, name)).expect(name), expected, "{name}");
        for row in 0..shape[0] {
            let width = expected.len() / shape[0];
            let some = block_on(rearranged.read_rows(&files, name, row..row + 1)).expect(name);
            assert_eq!(some, expected[row * width..][..width], "{name} row {row}");
        }
    }
    files.reads.take();
    block_on(rearranged.read(&files, "third")).expect("a third");
    assert_eq!(files.taken(), 32);
}

#[test]
fn rows_inside_a_block_and_convolutions_with_inputs_last_are_rearranged_too() {
    // rows of 8 numbers, blocks of 32: made of a flat q8_0 vector
    let all: Vec<f32> = (0..128).map(|i| i as f32 - 60.0).collect();
    let files = Watched::new(written(&[("m", &[2, 64], &all), ("c", &[2, 32, 1, 1], &all[..64])]));
    let checkpoint = open(&files);
    let stored = block_on(checkpoint.read(&files, "m")).expect("q8_0");
    let narrow = Origin { shape: Some(vec![16, 8]), ..Origin::whole("m") };
    let rearranged =
        checkpoint.rearranged(vec![("n".into(), narrow), ("c".into(), Origin { shape: Some(vec![2, 32]), ..Origin::whole("c") })]);
    let rearranged = rearranged.expect("as many numbers");
    let part = rearranged.rearranged(vec![("p".into(), Origin { rows: Some(5..11), ..Origin::whole("n") })]).expect("it has 16 rows");
    assert_eq!(block_on(part.read(&files, "p")).expect("48 numbers"), stored[40..88]);
    assert_eq!(block_on(part.read_rows(&files, "p", 2..4)).expect("16 numbers"), stored[56..72]);
    assert_eq!(block_on(rearranged.read(&files, "c")).expect("64 numbers"), block_on(checkpoint.read(&files, "c")).expect("64 numbers"));
}

#[test]
fn what_cannot_be_rearranged_is_named() {
    let files = two();
    let checkpoint = open(&files);
    let of = |tensor: &str| Origin::whole(tensor);
    for (origin, expected) in [
        (of("x"), "tensor x is not there, but new is made of it"),
        (Origin { rows: Some(5..7), ..of("m") }, "tensor m has the shape [6, 4], which has no rows 5..7"),
        (Origin { shape: Some(vec![5, 5]), ..of("m") }, "tensor m has the shape [6, 4], which cannot be taken for [5, 5]"),
        (Origin { transposed: true, ..of("c") }, "tensor c has the shape [2, 2, 1, 1], expected a matrix to transpose"),
    ] {
        let error = checkpoint.rearranged(vec![("new".into(), origin)]).expect_err(expected);
        assert_eq!(error.to_string(), format!("{FILE}: {expected}"));
    }
    let twice = checkpoint.rearranged(vec![("new".into(), of("m")), ("new".into(), of("c"))]).expect_err("one name, two tensors");
    assert_eq!(twice.to_string(), format!("{FILE}: tensor c would be new, but so would another"));
}
