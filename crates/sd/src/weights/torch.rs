//! PyTorch's files: a zip archive with a pickle and one entry per storage (since 1.6), or pickles and then the storages one after another.
//!
//! Tensors are found by walking the dicts of the pickle, their keys joined by dots; a training checkpoint's `state_dict` is taken for all of
//! it, and the numbers and texts beside it become notes (`global_step`). The formats are those of `torch/serialization.py`.

use super::cursor::{Stop, parse_start};
use super::pickle::{LONGEST_PICKLE, LONGEST_TEXT, Pickle, Tensor, Value};
use super::{Indexed, Order, TensorInfo, zip};
use crate::Error;
use crate::error::{DOWNLOAD_AGAIN, Sentence};
use crate::files::{Files, read_exactly};
use crate::sentence;
use std::collections::HashMap;
use std::ops::Range;

/// How an older file starts: protocol 2, and the number 0x1950a86a20f9469cfc6c in 10 bytes.
pub(super) const OLDER: &[u8] = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.";

/// Where each storage's bytes lie.
type Storages = HashMap<String, Range<u64>>;

/// What to do about a pickle that is no PyTorch file of weights.
const USE_ANOTHER_FILE: Sentence = sentence!("use a file from a source that you trust, best a .safetensors file");

/// A zip archive: `NAME/data.pkl`, `NAME/data/0`, `NAME/data/1`, …
pub(super) async fn index(files: &dyn Files, file: &str, size: u64) -> Result<Indexed, Error> {
    let wrong = |problem: String| Error::Damaged { file: file.into(), problem: Sentence::english(problem), hint: USE_ANOTHER_FILE };
    let entries = zip::entries(files, file, size).await?;
    let mut pickles = entries.iter().filter(|entry| entry.name == "data.pkl" || entry.name.ends_with("/data.pkl"));
    let (Some(pickle), None) = (pickles.next(), pickles.next()) else {
        return Err(wrong("is a zip archive, but not one of PyTorch's: expected one data.pkl in it".into()));
    };
    let folder = pickle.name.strip_suffix("data.pkl").expect("its name was found by this end");
    if let Some(packed) = entries.iter().find(|entry| entry.packed && entry.name.starts_with(folder)) {
        return Err(wrong(format!("has the entry {} compressed, which PyTorch never does", packed.name)));
    }
    let length = pickle.range.end - pickle.range.start;
    if length > LONGEST_PICKLE {
        return Err(wrong(format!("has a data.pkl of {length} bytes, expected {LONGEST_PICKLE} at most")));
    }
    let order = format!("{folder}byteorder");
    // "little" or "big"
    if entries.iter().any(|entry| entry.name == order && entry.range.end - entry.range.start == 3) {
        return Err(wrong("has its numbers with the highest byte first".into()));
    }
    let bytes = read_exactly(files, file, pickle.range.clone()).await?;
    let stop = |stop| match stop {
        Stop::More => wrong("has a data.pkl that ends early".into()),
        Stop::Wrong(problem) => wrong(problem),
    };
    let pickle = Pickle::read(&bytes, 0).map_err(stop)?;
    let data = format!("{folder}data/");
    let storages = entries.iter().filter_map(|entry| Some((entry.name.strip_prefix(&data)?.to_string(), entry.range.clone())));
    tensors(file, pickle.root(), &storages.collect())
}

/// Pickles: the magic number, the protocol's, the system's properties, the object, its storages' keys; then each storage's length and bytes.
pub(super) async fn index_older(files: &dyn Files, file: &str, size: u64) -> Result<Indexed, Error> {
    let indexed = parse_start(files, file, size, LONGEST_PICKLE, |start| {
        let protocol = Pickle::read(start, OLDER.len())?;
        if protocol.root().int() != Some(1001) {
            return Err(Stop::Wrong("is not of version 1001 of PyTorch's older format".into()));
        }
        let system = Pickle::read(start, protocol.end)?;
        if system.root().get("little_endian").is_some_and(|value| value.spelled().as_deref() != Some("true")) {
            return Err(Stop::Wrong("has its numbers with the highest byte first".into()));
        }
        let object = Pickle::read(start, system.end)?;
        let keys = Pickle::read(start, object.end)?;
        let storages = one_after_another(&object, &keys, size).map_err(Stop::Wrong)?;
        Ok(tensors(file, object.root(), &storages))
    });
    indexed.await?
}

/// Where the storages lie: in the order of their keys, each behind 8 bytes of length, up to the end of the file.
fn one_after_another(object: &Pickle, keys: &Pickle, size: u64) -> Result<Storages, String> {
    let lengths: HashMap<&str, Option<u64>> = object.storages().map(|s| (s.key.as_str(), s.numbers.checked_mul(s.bytes))).collect();
    let mut storages = Storages::new();
    let mut at = keys.end as u64;
    for key in keys.root().items().into_iter().flatten() {
        let length = key.text().and_then(|key| lengths.get(key).copied().flatten());
        let end = length.and_then(|length| at.checked_add(8)?.checked_add(length));
        let (Some(key), Some(end)) = (key.text(), end) else { return Err("has a storage that belongs to no tensor".into()) };
        storages.insert(key.into(), at + 8..end);
        at = end;
    }
    if at != size {
        return Err(format!("is cut short or too long: expected {at} bytes from what its pickle says, got {size}"));
    }
    Ok(storages)
}

/// The tensors below a value, and what else it says.
fn tensors(file: &str, root: Value, storages: &Storages) -> Result<Indexed, Error> {
    let damaged = |problem: String| Error::Damaged { file: file.into(), problem: Sentence::english(problem), hint: USE_ANOTHER_FILE };
    let mut indexed = Indexed::default();
    let notes = root.entries().into_iter().flatten().filter_map(|(key, value)| Some((value.spelled()?, key.text()?)));
    indexed.notes.extend(notes.take(MOST_NOTES).map(|(value, key)| (key.to_string(), value)));
    let weights = root.get("state_dict").filter(|inner| inner.entries().is_some()).unwrap_or(root);
    let mut problem = None;
    walk(weights, &mut |name, tensor| match place(tensor, storages) {
        Ok(place) => indexed.tensors.push((name.into(), TensorInfo { file: file.into(), ..place })),
        Err(wrong) => {
            problem = problem.take().or(Some(Error::Tensor { file: file.into(), name: name.into(), problem: Sentence::english(wrong) }))
        }
    })
    .map_err(damaged)?;
    problem.map_or(Ok(indexed), Err)
}

/// Most values looked at, how deep in one another, and the bytes of all their names: a pickle can hold itself, and one value many times.
const MOST_STEPS: usize = 1_000_000;
const DEEPEST: usize = 16;
const MOST_NAMES: usize = 64 << 20;

/// Most notes.
const MOST_NOTES: usize = 1000;

/// Calls `found` with each tensor and its name.
fn walk(root: Value, found: &mut dyn FnMut(&str, &Tensor)) -> Result<(), String> {
    let (mut steps, mut bytes) = (0, 0);
    let mut waiting = vec![(String::new(), 0, root)];
    while let Some((name, depth, value)) = waiting.pop() {
        if let Some(tensor) = value.tensor() {
            found(&name, tensor);
        }
        let named = value.entries().into_iter().flatten().map(|(key, value)| (Some(key), value));
        let listed = value.items().into_iter().flatten().map(|value| (None, value));
        for (i, (key, value)) in named.chain(listed).enumerate() {
            steps += 1;
            if key.is_some_and(Value::is_endless) {
                return Err(format!("has a key of more than {LONGEST_TEXT} bytes in its pickle"));
            }
            if steps > MOST_STEPS || bytes > MOST_NAMES || depth == DEEPEST {
                return Err(format!("has a pickle whose dicts hold more than {MOST_STEPS} values, or are more than {DEEPEST} deep"));
            }
            // A key that is neither text nor number names no tensor.
            let Some(key) = key.map_or_else(|| Some(i.to_string()), Value::spelled) else { continue };
            let below = if name.is_empty() { key } else { format!("{name}.{key}") };
            bytes += below.len();
            waiting.push((below, depth + 1, value));
        }
    }
    Ok(())
}

/// A tensor's place in the file; the error is the end of a sentence that starts with its name.
fn place(tensor: &Tensor, storages: &Storages) -> Result<TensorInfo, String> {
    let Tensor { storage, offset, shape, strides } = tensor;
    let Some(data) = storages.get(&storage.key) else { return Err(format!("lies in the storage {}, which is not there", storage.key)) };
    let order = order(shape, strides);
    // Of a tensor with gaps or repetitions all of the storage is its place: it is listed only.
    let numbers = match order {
        Order::Strided => Some(storage.numbers.saturating_sub(*offset)),
        _ => shape.iter().try_fold(1u64, |product, axis| product.checked_mul(*axis as u64)),
    };
    let place = |numbers: Option<u64>| {
        let start = data.start.checked_add(offset.checked_mul(storage.bytes)?)?;
        let end = start.checked_add(numbers?.checked_mul(storage.bytes)?)?;
        (end <= data.end).then_some(start..end)
    };
    let Some(range) = place(numbers) else {
        let bytes = data.end - data.start;
        return Err(format!(
            "has the shape {shape:?} from number {offset} on, which its storage of {bytes} bytes does not hold; {DOWNLOAD_AGAIN}"
        ));
    };
    Ok(TensorInfo { shape: shape.clone(), dtype: storage.dtype, file: String::new(), range, order, skip: 0 })
}

/// The order that the steps along the axes mean. An axis of one has no step that matters.
fn order(shape: &[usize], strides: &[usize]) -> Order {
    let packed = |axes: &[usize]| {
        let mut step = 1usize;
        axes.iter().rev().all(|axis| {
            let fits = shape[*axis] == 1 || strides[*axis] == step;
            step = step.saturating_mul(shape[*axis]);
            fits
        })
    };
    let axes: Vec<usize> = (0..shape.len()).collect();
    match shape.len() {
        _ if shape.contains(&0) || packed(&axes) => Order::AsShaped,
        2 if packed(&[1, 0]) => Order::Transposed,
        4 if packed(&[0, 2, 3, 1]) => Order::InputsLast,
        _ => Order::Strided,
    }
}
