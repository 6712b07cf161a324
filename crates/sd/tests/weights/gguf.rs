//! GGUF files: what is written is read back, candle agrees, and each damage has its sentence.

use super::{bytes, random, read, refusal, safetensors, unet, unread};
use candle_core::quantized::gguf_file;
use decant_graph::Encoding;
use decant_sd::files::Memory;
use decant_sd::weights::quantize::{plan, write};
use decant_sd::weights::{Checkpoint, FileType, Order};
use pollster::block_on;

/// Every kind of tensor, the type it should get, and how far its numbers may move relative to its largest one.
const KINDS: &[(&str, &[usize], FileType, f32)] = &[
    ("linear.weight", &[5, 64], FileType::Q8_0, 0.0045),
    ("narrow.weight", &[5, 33], FileType::F16, 5e-4),
    ("conv.weight", &[3, 32, 3, 3], FileType::Q8_0, 0.0045),
    ("conv_in.weight", &[32, 4, 3, 3], FileType::F16, 5e-4),
    ("conv_1x1.weight", &[7, 96, 1, 1], FileType::Q8_0, 0.0045),
    ("norm.weight", &[64], FileType::F32, 0.0),
    ("scalar", &[], FileType::F32, 0.0),
    ("three", &[2, 3, 32], FileType::F32, 0.0),
    ("empty", &[0, 32], FileType::Q8_0, 0.0),
];

/// Random numbers for each of the kinds.
fn numbers() -> Vec<Vec<f32>> {
    let mut state = 7;
    KINDS.iter().map(|(_, shape, ..)| (0..shape.iter().product()).map(|_| random(&mut state)).collect()).collect()
}

/// A GGUF file of those of the kinds that are wanted.
fn kinds(encoding: Encoding, wanted: impl Fn(&str) -> bool) -> Vec<u8> {
    let numbers = numbers();
    let all = KINDS.iter().zip(&numbers).filter(|((name, ..), _)| wanted(name));
    written_as(encoding, &all.map(|((name, shape, ..), numbers)| (*name, *shape, &numbers[..])).collect::<Vec<_>>())
}

/// A GGUF file of these tensors, q8_0 where they divide into blocks.
pub(crate) fn written(tensors: &[(&str, &[usize], &[f32])]) -> Vec<u8> {
    written_as(Encoding::Q8_0, tensors)
}

fn written_as(encoding: Encoding, tensors: &[(&str, &[usize], &[f32])]) -> Vec<u8> {
    let mut entries = Vec::new();
    let mut data = Vec::new();
    for (name, shape, numbers) in tensors {
        let start = data.len();
        data.extend(bytes(numbers));
        entries.push(format!(r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{start},{}]}}"#, data.len()));
    }
    let files = unet(safetensors(&format!("{{{}}}", entries.join(",")), &data));
    let checkpoint = block_on(Checkpoint::open(&files, "unet")).expect("it was just made");
    let mut file = Vec::new();
    let plan = plan("", &checkpoint, encoding, &[], false);
    block_on(write(&files, &plan, &[], &mut file, &mut |_| {})).expect("it can be written");
    file
}

pub(crate) fn gguf(file: Vec<u8>) -> Memory {
    Memory::new("memory", [("unet/diffusion_pytorch_model.gguf", file)])
}

#[test]
fn gguf_gives_back_every_shape_and_number_and_writing_again_changes_nothing() {
    let numbers = numbers();
    let file = kinds(Encoding::Q8_0, |_| true);
    let files = gguf(file.clone());
    let checkpoint = block_on(Checkpoint::open(&files, "unet")).expect("it was just written");
    for ((name, shape, dtype, bound), numbers) in KINDS.iter().zip(&numbers) {
        let info = &checkpoint.tensors()[*name];
        assert_eq!((&info.shape[..], info.dtype), (*shape, *dtype), "{name}");
        assert_eq!(info.order, if shape.len() == 4 { Order::InputsLast } else { Order::AsShaped }, "{name}");
        let read = block_on(checkpoint.read(&files, name)).expect(name);
        assert_eq!(read.len(), numbers.len(), "{name}");
        for (expected, got) in numbers.iter().zip(&read) {
            assert!((expected - got).abs() <= *bound, "{name}: expected {expected}, got {got}");
        }
    }
    let mut again = Vec::new();
    let plan = plan("", &checkpoint, Encoding::Q8_0, &[], false);
    block_on(write(&files, &plan, &[], &mut again, &mut |_| {})).expect("it can be written");
    assert!(again == file, "writing what was read changed something");
}

#[test]
fn candle_reads_the_same_numbers_from_our_gguf() {
    for encoding in [Encoding::Q8_0, Encoding::Q4_0] {
        let file = kinds(encoding, |name| !["scalar", "empty"].contains(&name)); // candle refuses both
        let mut reader = std::io::Cursor::new(&file);
        let content = gguf_file::Content::read(&mut reader).expect("candle reads the header");
        let files = gguf(file.clone());
        let checkpoint = block_on(Checkpoint::open(&files, "unet")).expect("it was just written");
        for (name, info) in checkpoint.tensors() {
            let theirs = content.tensor(&mut reader, name, &candle_core::Device::Cpu).expect("candle reads the tensor");
            let theirs = theirs.dequantize(&candle_core::Device::Cpu).expect("candle decodes it");
            let theirs = if info.shape.len() == 4 { theirs.permute((0, 3, 1, 2)).expect("four axes") } else { theirs };
            assert_eq!(theirs.dims(), info.shape, "{name}");
            let theirs: Vec<f32> = theirs.flatten_all().and_then(|flat| flat.to_vec1()).expect("numbers");
            assert_eq!(block_on(checkpoint.read(&files, name)).expect("ours"), theirs, "{name}");
        }
    }
}

#[test]
fn our_reader_takes_candles_gguf_with_convolutions_as_pytorch_has_them() {
    use candle_core::quantized::{GgmlDType, QTensor};
    let numbers: Vec<f32> = (0..2 * 3 * 2 * 2).map(|i| i as f32).collect();
    let tensor = candle_core::Tensor::from_vec(numbers.clone(), (2, 3, 2, 2), &candle_core::Device::Cpu).expect("24 numbers");
    let tensor = QTensor::quantize(&tensor, GgmlDType::F32).expect("plain floats");
    let mut file = std::io::Cursor::new(Vec::new());
    let list = gguf_file::Value::Array(vec![gguf_file::Value::String("x".into()), gguf_file::Value::String("y".into())]);
    let nested = gguf_file::Value::Array(vec![list.clone(), list]);
    gguf_file::write(&mut file, &[("some.list", &nested), ("some.number", &gguf_file::Value::F64(1.0))], &[("a", &tensor)])
        .expect("candle writes");
    let read = read(&gguf(file.into_inner()), "unet").expect("candle's file");
    assert_eq!(read["a"], (vec![2, 3, 2, 2], numbers));
}

#[test]
fn each_damage_to_a_gguf_has_its_sentence() {
    let name = "unet/diffusion_pytorch_model.gguf";
    let good = written(&[("a", &[2, 32], &[1.0; 64])]);
    let with = |at: usize, new: &[u8]| {
        let mut file = good.clone();
        file[at..at + new.len()].copy_from_slice(new);
        file
    };
    let find = |text: &str| good.windows(text.len()).position(|window| window == text.as_bytes()).expect("it is in the header");
    let entry = find("\x01\0\0\0\0\0\0\0a") + 9; // axes, 32, 2, type, offset
    let cases: Vec<(&str, Vec<u8>, &str)> = vec![
        ("version", with(4, &[9]), "is GGUF version 9, expected 2 or 3; download the file again"),
        (
            "counts",
            with(8, &[255; 8]),
            "says that it has 18446744073709551615 tensors and 3 metadata entries, expected at most 100000 tensors, and no more than 320 bytes can hold; download the file again",
        ),
        ("cut in the header", good[..100].to_vec(), "is cut short: its header is not complete after 100 bytes; download the file again"),
        (
            "cut in the data",
            good[..good.len() - 40].to_vec(),
            "is cut short: expected 292 bytes from what its header says, got 280; download the file again",
        ),
        ("layout", with(find("ohwi"), b"hwio"), "has decant.conv_layout \"hwio\", expected \"ohwi\"; download the file again"),
        ("axes", with(entry, &[5]), "says that tensor a has 5 axes, expected 4 at most; download the file again"),
        (
            "shape",
            with(entry + 4, &[31]),
            "says that tensor a has the shape [2, 31] of Q8_0, which no file could hold; download the file again",
        ),
        (
            "offset",
            with(entry + 24, &[255; 8]),
            "says that tensor a has the shape [2, 32] of Q8_0, which no file could hold; download the file again",
        ),
        (
            "far offset",
            with(entry + 24, &[0, 16]),
            "is cut short: expected 4388 bytes from what its header says, got 320; download the file again",
        ),
        (
            "text",
            with(find("ohwi"), &[255]),
            "has a string in its header that is not UTF-8 (invalid utf-8 sequence of 1 bytes from index 0); download the file again",
        ),
    ];
    for (case, file, expected) in cases {
        assert_eq!(refusal(&gguf(file)), format!("{name}: {expected}"), "{case}");
    }
    // listed, not read: the file opens
    for (id, dtype) in [(9, "Q8_1"), (99, "ggml's type 99")] {
        assert_eq!(refusal(&gguf(with(entry + 20, &[id]))), format!("{name}: tensor a {}", unread(dtype)));
    }
    let mut twice = written(&[("a", &[1], &[1.0]), ("b", &[1], &[2.0])]);
    let second = twice.windows(9).position(|window| window == b"\x01\0\0\0\0\0\0\0b").expect("the second entry");
    twice[second + 8] = b'a';
    assert_eq!(refusal(&gguf(twice)), format!("{name}: tensor a is there twice"));
    let zero_scales = with(good.len() - 96, &[0; 2]);
    assert!(read(&gguf(zero_scales), "unet").is_ok());
}

#[test]
fn metadata_that_would_mislead_is_refused() {
    let file = |key: &str, kind: u32, value: &[u8]| {
        let start = [&b"GGUF\x03\0\0\0"[..], &[0; 8], &1u64.to_le_bytes(), &(key.len() as u64).to_le_bytes(), key.as_bytes()].concat();
        [&start[..], &kind.to_le_bytes(), value].concat()
    };
    let arrays = [9u32.to_le_bytes().to_vec(), 1u64.to_le_bytes().to_vec()].concat().repeat(6);
    let many = [4u32.to_le_bytes().to_vec(), u64::MAX.to_le_bytes().to_vec()].concat();
    for (file, expected) in [
        (file("general.alignment", 4, &[0; 4]), "has general.alignment 0, expected a power of two up to 1048576"),
        (file("general.alignment", 4, &[48, 0, 0, 0]), "has general.alignment 48, expected a power of two up to 1048576"),
        (file("general.alignment", 0, &[32]), "has general.alignment of value type 0, expected 4"),
        (file("decant.conv_layout", 7, &[1]), "has decant.conv_layout of value type 7, expected 8"),
        (file("x", 77, &[0; 8]), "has a metadata value of the unknown type 77"),
        (file("x", 9, &arrays), "nests arrays in its metadata more than 4 deep"),
        (file("x", 9, &many), "is cut short: its header is not complete after 49 bytes"),
        (file("x", 8, &u64::MAX.to_le_bytes()), "has a string of 18446744073709551615 bytes in its header, expected 32000000 at most"),
    ] {
        assert_eq!(refusal(&gguf(file)), format!("unet/diffusion_pytorch_model.gguf: {expected}; download the file again"));
    }
    assert!(read(&gguf(file("general.alignment", 4, &[64, 0, 0, 0])), "unet").is_ok());
}
