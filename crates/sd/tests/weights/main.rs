//! Weight files: everything that is read right, and everything that can be wrong with one, each with its sentence.
//!
//! The second opinions are the `safetensors` crate and candle's GGUF reader. The file is long because the sentences stand here in full.

mod blocks;
mod gguf;
mod memory;
mod quantize;
mod rows;
mod torch;
mod whole;

use decant_sd::Error;
use decant_sd::files::{Files, Folder, LocalFuture, Memory};
use decant_sd::weights::{Checkpoint, FORMATS, FileType};
use gguf::written;
use pollster::block_on;
use std::collections::BTreeMap;

const FILE: &str = "unet/diffusion_pytorch_model.safetensors";

fn safetensors(header: &str, data: &[u8]) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), data].concat()
}

fn bytes(numbers: &[f32]) -> Vec<u8> {
    numbers.iter().flat_map(|x| x.to_le_bytes()).collect()
}

fn one(dtype: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    safetensors(&format!(r#"{{"a":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[0,{}]}}}}"#, data.len()), data)
}

fn unet(file: Vec<u8>) -> Memory {
    Memory::new("memory", [(FILE, file)])
}

/// Each tensor's shape and numbers.
type Tensors = BTreeMap<String, (Vec<usize>, Vec<f32>)>;

fn read(files: &dyn Files, component: &str) -> Result<Tensors, Error> {
    block_on(async {
        let checkpoint = Checkpoint::open(files, component).await?;
        let mut all = BTreeMap::new();
        for (name, info) in checkpoint.tensors() {
            all.insert(name.clone(), (info.shape.clone(), checkpoint.read(files, name).await?));
        }
        Ok(all)
    })
}

fn refusal(files: &dyn Files) -> String {
    match read(files, "unet") {
        Ok(read) => panic!("expected an error, got {read:?}"),
        Err(error) => error.to_string(),
    }
}

/// The end of the sentence about a type that is listed only.
fn unread(dtype: &str) -> String {
    format!("is stored as {dtype}; Decant reads only F32, F16, BF16, F64, F8_E4M3, F8_E5M2, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q6_K")
}

pub(crate) fn repository(path: &str) -> Folder {
    Folder::open(format!("{}/../../{path}", env!("CARGO_MANIFEST_DIR"))).expect("it is in the repository")
}

// ---- what is read -----------------------------------------------------------------------------------------------------------------

#[test]
fn each_type_gives_its_numbers() {
    let numbers = [1.0f32, -0.5, 0.15625, 96.0];
    let halves: Vec<u8> = numbers.iter().flat_map(|x| half::f16::from_f32(*x).to_le_bytes()).collect();
    let brain: Vec<u8> = numbers.iter().flat_map(|x| half::bf16::from_f32(*x).to_le_bytes()).collect();
    for (dtype, data) in [("F32", bytes(&numbers)), ("F16", halves), ("BF16", brain)] {
        let read = read(&unet(one(dtype, "[2,2]", &data)), "unet").expect(dtype);
        assert_eq!(read["a"], (vec![2, 2], numbers.to_vec()), "{dtype}");
    }
    let scalar = read(&unet(one("F32", "[]", &bytes(&[7.0]))), "unet").expect("a scalar");
    assert_eq!(scalar["a"], (vec![], vec![7.0]));
    assert_eq!(read(&unet(safetensors("{}", &[])), "unet").expect("no tensor at all").len(), 0);
}

#[test]
fn every_name_that_weights_go_by_is_found_and_diffusers_comes_first() {
    for component in ["unet", "vae", "text_encoder", "."] {
        let folder = if component == "." { String::new() } else { format!("{component}/") };
        let mut files = Memory::new("memory", [("x", vec![])]);
        // from the last candidate to the first: each one found wins over those before
        let stems = if component == "text_encoder" { ["diffusion_pytorch_model", "model"] } else { ["model", "diffusion_pytorch_model"] };
        let pickle_stems = if component == "text_encoder" {
            ["diffusion_pytorch_model", "pytorch_model"]
        } else {
            ["pytorch_model", "diffusion_pytorch_model"]
        };
        for (stem, number) in pickle_stems.into_iter().zip([-20.0, -10.0]) {
            let index = format!(r#"{{"weight_map":{{"a":"{stem}-1.bin"}}}}"#);
            files.files.insert(format!("{folder}{stem}-1.bin"), torch::saved(&[number]).into());
            files.files.insert(format!("{folder}{stem}.bin.index.json"), index.into_bytes().into());
            assert_eq!(read(&files, component).expect(component)["a"].1, [number], "{component} {stem} index");
            for (ending, more) in [("fp16.bin", 1.0), ("bin", 2.0)] {
                files.files.insert(format!("{folder}{stem}.{ending}"), torch::saved(&[number + more]).into());
                assert_eq!(read(&files, component).expect(component)["a"].1, [number + more], "{component} {stem} {ending}");
            }
        }
        for (stem, number) in stems.into_iter().zip([0.0, 10.0]) {
            let gguf = written(&[("a", &[1], &[number])]);
            files.files.insert(format!("{folder}{stem}.gguf"), gguf.into());
            assert_eq!(read(&files, component).expect(component)["a"].1, [number], "{component} {stem} gguf");
            let index = format!(r#"{{"weight_map":{{"a":"{stem}-1.safetensors"}}}}"#);
            files.files.insert(format!("{folder}{stem}-1.safetensors"), one("F32", "[1]", &bytes(&[number + 1.0])).into());
            files.files.insert(format!("{folder}{stem}.safetensors.index.json"), index.into_bytes().into());
            assert_eq!(read(&files, component).expect(component)["a"].1, [number + 1.0], "{component} {stem} index");
            for (ending, more) in [("fp16.safetensors", 2.0), ("safetensors", 3.0)] {
                files.files.insert(format!("{folder}{stem}.{ending}"), one("F32", "[1]", &bytes(&[number + more])).into());
                assert_eq!(read(&files, component).expect(component)["a"].1, [number + more], "{component} {stem} {ending}");
            }
        }
    }
}

#[test]
fn a_format_is_told_by_its_first_bytes_not_by_its_name() {
    let gguf = written(&[("a", &[1], &[5.0])]);
    assert_eq!(read(&unet(gguf.clone()), "unet").expect("GGUF by another name")["a"].1, [5.0]);
    for (format, file) in [("gguf", gguf), ("safetensors", one("F32", "[1]", &bytes(&[5.0])))] {
        let matching: Vec<&str> = FORMATS.iter().filter(|row| (row.is)(&file[..16])).map(|row| row.name).collect();
        assert_eq!(matching, [format]);
    }
}

#[test]
fn the_models_of_this_repository_open_in_every_layout() {
    // tensors as `json.loads` counts them in the files' headers
    for (path, component, tensors) in [
        ("tests/models/sd1-tiny", "unet", 496), // f16
        ("tests/models/sd2-tiny", "unet", 326), // bf16, two shards
        ("tests/models/sd1-tiny", "vae", 184),
        ("tests/models/sd1-tiny", "text_encoder", 53),
        ("models/digits", "unet", 326),
    ] {
        let files = repository(path);
        let checkpoint = block_on(Checkpoint::open(&files, component)).expect(path);
        assert_eq!(checkpoint.tensors().len(), tensors, "{path} {component}");
        for (name, info) in checkpoint.tensors() {
            if name.ends_with("position_ids") {
                assert_eq!(info.dtype, FileType::Other("I64"));
                continue;
            }
            let numbers = block_on(checkpoint.read(&files, name)).expect(name);
            assert_eq!(numbers.len(), info.numbers(), "{name}");
        }
    }
}

// ---- what is refused --------------------------------------------------------------------------------------------------------------

#[test]
fn a_component_without_weights_is_missing() {
    let files = Memory::new("models/mine", [("model_index.json", b"{}".to_vec())]);
    assert_eq!(
        refusal(&files),
        "models/mine: there is no weight file for unet; looked for unet/diffusion_pytorch_model.safetensors, \
         unet/diffusion_pytorch_model.gguf, unet/diffusion_pytorch_model.bin, fp16 and sharded names, and the same for model"
    );
}

#[test]
fn each_kind_of_damage_has_its_sentence() {
    let good = one("F32", "[2]", &bytes(&[1.0, 2.0]));
    let header = |text: &str| safetensors(text, &[0; 8]);
    let long = |length: u64| [&length.to_le_bytes()[..], b"{}      "].concat();
    let cases: &[(&str, Vec<u8>, &str)] = &[
        ("empty", vec![], "is empty; download the file again"),
        (
            "garbage",
            b"what is this nonsense".to_vec(),
            "starts with [77, 68, 61, 74, 20, 69, 73, 20, 74], expected one of the formats gguf, safetensors, PyTorch's, PyTorch's before 1.6; download the file again",
        ),
        (
            "too short",
            vec![1, 2, 3],
            "starts with [01, 02, 03], expected one of the formats gguf, safetensors, PyTorch's, PyTorch's before 1.6; download the file again",
        ),
        ("pickle", b"\x80\x04}.".to_vec(), "is a Python pickle, but not one of PyTorch's; use the model's .safetensors files"),
        ("zip", b"PK\x05\x06".to_vec(), "is an empty zip archive; download the file again"),
        (
            "half a zip",
            b"PK\x03\x04rest of a zip".to_vec(),
            "is a zip archive that is cut short: its directory is missing; download the file again",
        ),
        ("page", b"<!doctype html><html>".to_vec(), "is a web page, not weights; the address is probably wrong, or needs a login"),
        (
            "lfs",
            b"version https://git-lfs.github.com/spec/v1".to_vec(),
            "is a Git LFS pointer, not the file itself; run `git lfs pull`, or download the file itself",
        ),
        ("header beyond", long(1 << 60), "says that its header has 1152921504606846976 bytes, but only 8 follow; download the file again"),
        ("header by one", long(9), "says that its header has 9 bytes, but only 8 follow; download the file again"),
        (
            "not JSON",
            header("{\"a\":"),
            "has a header that is not a JSON object (EOF while parsing a value at line 1 column 5); download the file again",
        ),
        (
            "twice",
            header(r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#),
            "has a header that is not a JSON object (\"a\" stands there twice at line 1 column 107); download the file again",
        ),
        (
            "cut short",
            good[..good.len() - 3].to_vec(),
            "is cut short: expected 70 bytes from what its header says, got 67; download the file again",
        ),
        ("too long", [&good[..], &[0; 5]].concat(), "has bytes that belong to no tensor, at 70..75; download the file again"),
        (
            "gap",
            header(r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}"#),
            "has bytes that belong to no tensor, at 62..66; download the file again",
        ),
    ];
    for (case, file, expected) in cases {
        assert_eq!(refusal(&unet(file.clone())), format!("{FILE}: {expected}"), "{case}");
    }
}

/// A file of a terabyte that says that half of it is header.
struct Endless;

impl Files for Endless {
    fn place(&self) -> String {
        "endless".into()
    }

    fn size<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(std::future::ready(Ok(Some(1 << 40))))
    }

    fn read<'a>(&'a self, _: &'a str, range: std::ops::Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        let start = [&(1u64 << 39).to_le_bytes()[..], b"{       "].concat();
        Box::pin(std::future::ready(Ok(start[range.start as usize..range.end as usize].to_vec())))
    }
}

#[test]
fn a_huge_header_is_refused_before_it_is_read() {
    assert_eq!(
        refusal(&Endless),
        format!("{FILE}: says that its header has 549755813888 bytes, expected 10000000 at most; download the file again")
    );
}

#[test]
fn each_wrong_tensor_is_named_with_what_is_wrong() {
    let cases = [
        (r#"{"dtype":"F32","shape":[3],"data_offsets":[0,8]}"#, "has the shape [3] of F32: expected 12 bytes, got data_offsets for 8"),
        (r#"{"dtype":"F32","shape":[2],"data_offsets":[8,0]}"#, "has data_offsets that run backwards, 8 to 0"),
        (r#"{"dtype":"F32","shape":[2],"data_offsets":[0]}"#, "has no data_offsets [begin, end] in the header"),
        (r#"{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}"#, "has no shape in the header"),
        (r#"{"shape":[2],"data_offsets":[0,8]}"#, "has no dtype in the header"),
        (
            r#"{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8]}"#,
            "has the shape [4294967296, 4294967296], which no file could hold as F32",
        ),
        (r#"{"dtype":"I64","shape":[1],"data_offsets":[0,8]}"#, &unread("I64")),
        (r#"{"dtype":"F8_E8M0","shape":[8],"data_offsets":[0,8]}"#, &unread("F8_E8M0")),
        (r#"{"dtype":"F7","shape":[2],"data_offsets":[0,8]}"#, &unread("a type that Decant does not know")),
        ("7", "has no dtype in the header"),
    ];
    for (entry, expected) in cases {
        let file = safetensors(&format!(r#"{{"a":{entry}}}"#), &[0; 8]);
        assert_eq!(refusal(&unet(file)), format!("{FILE}: tensor a {expected}"), "{entry}");
    }
    let overlapping = r#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F16","shape":[3],"data_offsets":[2,8]}}"#;
    assert_eq!(
        refusal(&unet(safetensors(overlapping, &[0; 8]))),
        format!("{FILE}: tensor a shares bytes with b: they lie at 115..119 and 117..123")
    );
}

#[test]
fn nan_and_infinity_are_named_with_their_place() {
    let mut half = vec![0; 6];
    half[4..].copy_from_slice(&half::f16::INFINITY.to_le_bytes());
    for (file, expected) in [
        (
            one("F32", "[3]", &bytes(&[1.0, f32::NAN, f32::NAN])),
            "has NaN at index 1, expected finite numbers only; download the file again",
        ),
        (one("F16", "[3]", &half), "has inf at index 2, expected finite numbers only; download the file again"),
    ] {
        assert_eq!(refusal(&unet(file)), format!("{FILE}: tensor a {expected}"));
    }
}

fn sharded(map: &str, shards: &[(&str, Vec<u8>)]) -> Memory {
    let index = ("unet/diffusion_pytorch_model.safetensors.index.json".to_string(), map.as_bytes().to_vec());
    Memory::new("memory", shards.iter().map(|(name, file)| (format!("unet/{name}"), file.clone())).chain([index]))
}

#[test]
fn shards_and_their_index_agree_or_say_how_they_do_not() {
    let a = one("F32", "[1]", &bytes(&[1.0]));
    let mut b = a.clone();
    b[10] = b'b';
    let both = r#"{"metadata":{},"weight_map":{"a":"1.safetensors","b":"2.safetensors"}}"#;
    let good = read(&sharded(both, &[("1.safetensors", a.clone()), ("2.safetensors", b.clone())]), "unet").expect("two shards");
    assert_eq!(good.keys().collect::<Vec<_>>(), ["a", "b"]);
    // diffusers has put the variant in each of these places.
    for name in ["safetensors.index.fp16", "fp16.safetensors.index", "safetensors.fp16.index"] {
        let mut files = sharded(both, &[("1.safetensors", a.clone()), ("2.safetensors", b.clone())]);
        let index = files.files.remove("unet/diffusion_pytorch_model.safetensors.index.json").expect("it was put there");
        files.files.insert(format!("unet/diffusion_pytorch_model.{name}.json"), index);
        assert_eq!(read(&files, "unet").unwrap_or_else(|error| panic!("{name}: {error}")).len(), 2);
    }

    let index = "unet/diffusion_pytorch_model.safetensors.index.json";
    for (files, expected) in [
        (
            sharded(both, &[("1.safetensors", a.clone())]),
            format!("memory: there is no unet/2.safetensors; {index} lists it; download the file again"),
        ),
        (
            sharded(both, &[("1.safetensors", a.clone()), ("2.safetensors", a.clone())]),
            "unet/2.safetensors: tensor a is also in unet/1.safetensors".into(),
        ),
        (
            sharded(r#"{"weight_map":{"a":"1.safetensors","c":"1.safetensors"}}"#, &[("1.safetensors", a.clone())]),
            format!("unet/1.safetensors: tensor c is not there, although {index} says so"),
        ),
        (
            sharded(r#"{"weight_map":{"a":"../vae/1.safetensors"}}"#, &[]),
            format!("{index}: names the shard \"../vae/1.safetensors\", expected the name of a file beside it; download the file again"),
        ),
        (
            sharded(r#"{"weights":{}}"#, &[]),
            format!("{index}: is not an index of shards (missing field `weight_map` at line 1 column 14); download the file again"),
        ),
    ] {
        assert_eq!(refusal(&files), expected);
    }
}

/// Reproducible numbers in [-1, 1): Knuth's linear congruential generator.
fn random(state: &mut u64) -> f32 {
    *state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
    (*state >> 33) as f32 / (1u64 << 30) as f32 - 1.0
}

// ---- any bytes at all -------------------------------------------------------------------------------------------------------------

/// Flips, overwrites, inserts and cuts; the result must be read or refused, never panic.
#[test]
fn damaged_files_are_read_or_refused_and_never_panic() {
    let mut state = 42;
    let header = r#"{"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},"b":{"dtype":"F16","shape":[2],"data_offsets":[16,20]}}"#;
    let small = safetensors(header, &[0; 20]);
    let gguf_small =
        written(&[("conv_1x1.weight", &[7, 96, 1, 1], &[0.5; 672]), ("norm.weight", &[64], &[1.0; 64]), ("empty", &[0, 32], &[])]);
    let (mut read_count, mut refused) = (0, 0);
    for (original, by_candle) in [(&small, false), (&gguf_small, true)] {
        for _ in 0..2000 {
            let mut file = original.clone();
            let mut below = |limit: usize| ((random(&mut state) + 1.0) / 2.0 * limit as f32) as usize;
            for _ in 0..1 + below(3) {
                let at = below(file.len().min(if by_candle { 400 } else { usize::MAX }).max(1)).min(file.len().saturating_sub(1));
                match below(5) {
                    _ if file.is_empty() => {}
                    0 => file[at] ^= 1 << below(8),
                    1 => file[at] = [0, 1, 255, b'9', b'-', b'"', b'{', b'['][below(8)],
                    2 => file.truncate(at),
                    3 => file.insert(at, below(256) as u8),
                    _ => drop(file.remove(at)),
                }
            }
            match read(&unet(file.clone()), "unet") {
                Err(_) => refused += 1,
                Ok(_) => {
                    read_count += 1;
                    let second_opinion = by_candle || safetensors::SafeTensors::deserialize(&file).is_ok();
                    assert!(second_opinion, "we read what safetensors refuses: {:?}", String::from_utf8_lossy(&file));
                }
            }
        }
    }
    assert!(read_count > 50 && refused > 1000, "the loop should meet both: {read_count} read, {refused} refused");
}
