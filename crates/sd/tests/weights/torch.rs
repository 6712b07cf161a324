//! PyTorch's files: what `torch.save` writes is read (`tests/make_weight_files.py` made the files), and what could harm is refused by name.

use super::rows::Watched;
use super::{FILE, refusal, repository, unet, unread};
use decant_sd::files::{Files, Memory};
use decant_sd::weights::{Checkpoint, Order};
use pollster::block_on;

fn golden(name: &str) -> Vec<u8> {
    block_on(async {
        let files = repository("tests/golden/weights");
        let size = files.size(name).await.expect("it can be asked").expect("it is committed");
        files.read(name, 0..size).await.expect("it can be read")
    })
}

/// All of a zip file as PyTorch's: `entries` stored, the pickle first.
pub(crate) fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let entries: Vec<_> = entries.iter().map(|(name, bytes)| (*name, *bytes, 0u16, bytes.len())).collect();
    zip_as(&entries)
}

/// The same with a method and an unpacked length for each.
fn zip_as(entries: &[(&str, &[u8], u16, usize)]) -> Vec<u8> {
    let (mut file, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes, method, unpacked) in entries {
        let at = file.len() as u32;
        let sizes = [0, bytes.len() as u32, *unpacked as u32].map(u32::to_le_bytes).concat();
        let common = [&[0; 4][..], &method.to_le_bytes(), &[0; 4], &sizes, &(name.len() as u16).to_le_bytes(), &[0; 2]].concat();
        file.extend([b"PK\x03\x04", &common[..], name.as_bytes(), bytes].concat());
        directory.extend([b"PK\x01\x02", &[0; 2][..], &common, &[0; 10], &at.to_le_bytes(), name.as_bytes()].concat());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let end = [(directory.len() as u32).to_le_bytes(), (file.len() as u32).to_le_bytes()].concat();
    [file, directory, [b"PK\x05\x06", &[0; 4][..], &count, &count, &end, &[0; 2]].concat()].concat()
}

fn checkpoint(pickle: &[u8]) -> Memory {
    unet(zip(&[("x/data.pkl", pickle), ("x/data/0", &[0; 16])]))
}

/// A file of one tensor `a` of these numbers.
pub(crate) fn saved(numbers: &[f32]) -> Vec<u8> {
    zip(&[("x/data.pkl", &tensor(0, numbers.len() as u8, 1)), ("x/data/0", &super::bytes(numbers))])
}

/// A dict of one tensor `a` over 4 floats of storage 0, at that offset and of that size and stride.
fn tensor(offset: u8, size: u8, stride: u8) -> Vec<u8> {
    [
        b"\x80\x02}U\x01actorch._utils\n_rebuild_tensor_v2\n(",
        &b"(U\x07storagectorch\nFloatStorage\nU\x010U\x03cpuK\x04tQ"[..],
        &[b'K', offset, b'K', size, 0x85, b'K', stride, 0x85],
        b"\x89ccollections\nOrderedDict\n)RtRs.",
    ]
    .concat()
}

#[test]
fn what_torch_saves_is_read_in_both_formats_however_the_tensors_lie() {
    for name in ["state.bin", "state-older.bin"] {
        let files = Watched::new(golden(name));
        let checkpoint = block_on(Checkpoint::open_file(&files, FILE)).expect(name);
        assert_eq!(checkpoint.tensors().len(), 13, "{name}");
        for (tensor, info) in checkpoint.tensors() {
            let file = format!("{FILE}: tensor {tensor}");
            match (block_on(checkpoint.read(&files, tensor)), tensor.rsplit_once('.')) {
                // numbers count up from the one in the name
                (Ok(numbers), Some((_, start))) => {
                    let start: f32 = start.parse().expect("the names end in numbers");
                    let expected: Vec<f32> = (0..info.numbers()).map(|i| start + i as f32).collect();
                    assert_eq!(numbers, expected, "{name} {tensor}");
                    let rows = block_on(checkpoint.read_rows(&files, tensor, info.rows() - 1..info.rows())).expect("the last row");
                    assert_eq!(rows, expected[expected.len() - info.width()..], "{name} {tensor}");
                }
                (Ok(numbers), None) => assert_eq!((tensor.as_str(), numbers.len()), ("empty", 0)),
                (Err(error), _) if tensor == "position_ids" => assert_eq!(error.to_string(), format!("{file} {}", unread("I64"))),
                (Err(error), _) => {
                    assert_eq!(info.order, Order::Strided, "{error}");
                    assert_eq!(
                        error.to_string(),
                        format!("{file} is stored with gaps or repetitions between its numbers, which Decant does not read")
                    );
                }
            }
        }
    }
}

#[test]
fn a_training_checkpoint_is_its_state_dict_and_notes() {
    let files = unet(golden("lightning.ckpt"));
    let checkpoint = block_on(Checkpoint::open_file(&files, FILE)).expect("as Stable Diffusion 1.x's");
    assert_eq!(checkpoint.tensors().keys().collect::<Vec<_>>(), ["betas", "model.diffusion_model.a"]);
    assert_eq!(block_on(checkpoint.read(&files, "model.diffusion_model.a")).expect("four numbers"), [1.0, 2.0, 3.0, 4.0]);
    for (note, value) in [("global_step", Some("470000")), ("pytorch-lightning_version", Some("1.4.2")), ("loops", None)] {
        assert_eq!(checkpoint.note(note), value, "{note}");
    }
    let files = unet(golden("nested.pt"));
    let nested = block_on(Checkpoint::open_file(&files, FILE)).expect("a dict in a dict");
    assert_eq!(nested.tensors()["string_to_param.*"].shape, [2, 4]);
    assert_eq!((nested.note("name"), nested.note("step")), (Some("cat"), Some("12")));
}

#[test]
fn only_the_directory_the_pickle_and_one_header_of_a_kind_are_read_to_open_a_file() {
    let file = golden("state.bin");
    let files = Watched::new(file.clone());
    let checkpoint = block_on(Checkpoint::open_file(&files, FILE)).expect("a sound file");
    // the first bytes, the end, the directory, two entries' headers (one of an empty entry: these have no trailer), the pickle
    assert_eq!(files.reads.take().len(), 6);
    assert_eq!(block_on(checkpoint.read(&files, "view.112")).expect("12 numbers").len(), 12);
    assert_eq!(files.taken(), 48, "a view reads its own bytes of the storage");
}

#[test]
fn pickles_that_want_anything_but_tensors_are_refused_by_name() {
    let refused = |shown: &str| {
        format!(
            "asks Python for {shown}, which no weights need (nothing was run); use a file from a source that you trust, best a .safetensors file"
        )
    };
    let trust = "use a file from a source that you trust, best a .safetensors file";
    let deep = [&b"\x80\x02"[..], &b"}U\x01a"[..].repeat(40), b"N", &b"s".repeat(40), b"."].concat();
    let cases: Vec<(Vec<u8>, String)> = vec![
        (b"\x80\x02cos\nsystem\nX\x02\0\0\0ls\x85R.".to_vec(), refused("os.system")),
        (b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02ls\x85R.".to_vec(), refused("posix.system")),
        (b"\x80\x02cbuiltins\neval\nX\x02\0\0\0ls\x85R.".to_vec(), refused("builtins.eval")),
        (b"\x80\x02ctorch.nn.modules.linear\nLinear\n)\x81.".to_vec(), refused("torch.nn.modules.linear.Linear")),
        ([&b"\x80\x02c"[..], &b"a".repeat(5000), b"\nb\n."].concat(), refused(&"a".repeat(80))),
        // INST and OBJ call without a name of their own; a proto-0 persistent id is a line of text
        (b"\x80\x02(ios\nsystem\n.".to_vec(), format!("has the pickle opcode 0x69 at byte 3, which PyTorch's weights do not use; {trust}")),
        (b"\x80\x02(cos\nsystem\no.".to_vec(), refused("os.system")),
        (b"\x80\x02U\x01aU\x01bR.".to_vec(), format!("has a pickle that calls what is not a name; {trust}")),
        (b"\x80\x020.".to_vec(), format!("has a pickle that takes more than it has put down; {trust}")),
        (b"\x80\x02(0.".to_vec(), format!("has a pickle that takes more than it has put down; {trust}")),
        (b"\x80\x02t.".to_vec(), format!("has a pickle that goes back to a mark that it never set; {trust}")),
        (b"\x80\x02h\x07.".to_vec(), format!("has a pickle that asks for its value 7, which it never kept; {trust}")),
        (b"\x80\x02}(Nu.".to_vec(), format!("has a pickle that sets a key without a value; {trust}")),
        (b"\x80\x02N(NNu.".to_vec(), format!("has a pickle that sets keys of what is not a dict; {trust}")),
        (b"\x80\x02NNa.".to_vec(), format!("has a pickle that appends to what is not a list; {trust}")),
        (b"\x80\x02X\x02\0\0\0\xff\xff.".to_vec(), format!("has a text in its pickle that is not UTF-8; {trust}")),
        (b"\x80\x02X\xff\xff\xff\xffabc.".to_vec(), format!("has a data.pkl that ends early; {trust}")),
        (b"\x80\x02U\x07storageQ.".to_vec(), format!("has a storage that is not described as PyTorch describes them; {trust}")),
        (
            b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n)R.".to_vec(),
            format!("has a tensor that is not described as PyTorch describes them; {trust}"),
        ),
        (b"\x80\x02ctorch._utils\n_rebuild_parameter\n)R.".to_vec(), format!("has a parameter without a tensor; {trust}")),
        (deep, format!("has a pickle whose dicts hold more than 1000000 values, or are more than 16 deep; {trust}")),
        // a dict that holds itself
        (
            b"\x80\x02}q\x01U\x01ah\x01s.".to_vec(),
            format!("has a pickle whose dicts hold more than 1000000 values, or are more than 16 deep; {trust}"),
        ),
    ];
    for (pickle, expected) in cases {
        assert_eq!(refusal(&checkpoint(&pickle)), format!("{FILE}: {expected}"), "{}", String::from_utf8_lossy(&pickle));
        let older = [&golden("state-older.bin")[..15], b"\x80\x02M\xe9\x03.\x80\x02}.", &pickle].concat();
        let refusal_of_older = refusal(&unet(older));
        let early = expected.contains("ends early") && refusal_of_older.contains("is cut short: its header is not complete");
        let walked = expected.contains("16 deep") && refusal_of_older.contains("is cut short");
        assert!(
            early
                || walked
                || refusal_of_older.contains(expected.split(';').next().expect("a sentence"))
                || refusal_of_older.contains("at byte"),
            "{refusal_of_older}"
        );
    }
}

#[test]
fn pickles_that_grow_are_refused_before_memory_ends() {
    // ten dicts, each holding the one before ten times: 10^10 names from 500 bytes
    let mut laughs = b"\x80\x02}q\x00".to_vec();
    for level in 1..=10u8 {
        laughs.extend([b'}', b'q', level, b'(']);
        (0..10).for_each(|i| laughs.extend([b'K', i, b'h', level - 1]));
        laughs.push(b'u');
    }
    laughs.push(b'.');
    // two million values
    let many = [&b"\x80\x02("[..], &b"K\x00".repeat(2_000_000), b"t."].concat();
    // a list of a thousand pairs that two thousand dicts are made of
    let pairs =
        [&b"\x80\x02](NN\x86q\x00"[..], &b"h\x00".repeat(999), b"eq\x01", &b"ccollections\nOrderedDict\nh\x01\x85R".repeat(2000), b"."]
            .concat();
    for (pickle, expected) in [
        (laughs, "has a pickle whose dicts hold more than 1000000 values, or are more than 16 deep"),
        (many, "has a pickle of more than 1000000 values"),
        (pairs, "has a pickle of more than 1000000 values"),
    ] {
        assert_eq!(
            refusal(&checkpoint(&pickle)),
            format!("{FILE}: {expected}; use a file from a source that you trust, best a .safetensors file")
        );
    }
}

#[test]
fn tensors_outside_their_storage_are_named() {
    assert_eq!(block_on(Checkpoint::open_file(&checkpoint(&tensor(0, 4, 1)), FILE)).expect("as it should be").tensors()["a"].shape, [4]);
    for (offset, size, stride) in [(1, 4, 1), (0, 5, 1), (200, 1, 1), (5, 2, 7)] {
        let expected = if stride == 1 { refusal(&checkpoint(&tensor(offset, size, stride))) } else { String::new() };
        let sentence = format!(
            "{FILE}: tensor a has the shape [{size}] from number {offset} on, which its storage of 16 bytes does not hold; download the file again"
        );
        assert!(expected == sentence || stride != 1, "{expected}");
    }
    let elsewhere = unet(zip(&[("x/data.pkl", &tensor(0, 4, 1)), ("x/data/1", &[0; 16])]));
    assert_eq!(refusal(&elsewhere), format!("{FILE}: tensor a lies in the storage 0, which is not there"));
    // the storage says that it has 4 numbers, the archive that it has 2
    let short = unet(zip(&[("x/data.pkl", &tensor(0, 4, 1)), ("x/data/0", &[0; 8])]));
    assert!(refusal(&short).contains("which its storage of 8 bytes does not hold"));
}

#[test]
fn archives_that_lie_are_refused() {
    let good = zip(&[("x/data.pkl", &tensor(0, 4, 1)), ("x/data/0", &[0; 16])]);
    assert!(block_on(Checkpoint::open_file(&unet(good.clone()), FILE)).is_ok());
    let with = |find: &[u8], skip: isize, new: &[u8]| {
        let mut file = good.clone();
        let at = file.windows(find.len()).rposition(|window| window == find).expect("it is there").strict_add_signed(skip);
        file[at..at + new.len()].copy_from_slice(new);
        file
    };
    let entry_0 = b"x/data/0";
    let bomb = zip_as(&[("x/data.pkl", &[0; 100], 8, 4_000_000_000), ("x/data/0", &[0; 16], 0, 16)]);
    let (trust, again) = ("use a file from a source that you trust, best a .safetensors file", "download the file again");
    for (file, expected) in [
        (bomb, format!("has the entry x/data.pkl compressed, which PyTorch never does; {trust}")),
        (zip(&[("a.txt", b"words")]), format!("is a zip archive, but not one of PyTorch's: expected one data.pkl in it; {trust}")),
        (
            zip(&[("a/data.pkl", b"."), ("b/data.pkl", b".")]),
            format!("is a zip archive, but not one of PyTorch's: expected one data.pkl in it; {trust}"),
        ),
        (zip(&[("x/data.pkl", b"\x80\x02}."), ("x/byteorder", b"big")]), format!("has its numbers with the highest byte first; {trust}")),
        (good[..good.len() - 30].to_vec(), format!("is a zip archive that is cut short: its directory is missing; {again}")),
        (zip(&[("a", b""), ("a", b"")]), format!("is a zip archive with two entries a; {again}")),
        (
            // the second header where the first is
            with(entry_0, -4, &[0; 4]),
            format!("is a zip archive whose entry x/data.pkl shares bytes with the next one; {again}"),
        ),
        (
            with(entry_0, -26, &[255, 255, 255, 0, 255, 255, 255, 0]),
            format!("is a zip archive whose entry x/data/0 should have 16777215 bytes at 162, beyond its end; {again}"),
        ),
        (with(b"PK\x05\x06", 16, &[0, 0, 1]), String::new()),
    ] {
        let sentence = refusal(&unet(file));
        assert!(
            sentence == format!("{FILE}: {expected}")
                || expected.is_empty() && sentence.contains("is a zip archive whose directory should be"),
            "{sentence}"
        );
    }
}

/// Flips, overwrites, inserts and cuts; the result must be read or refused, never panic.
#[test]
fn damaged_files_of_torch_are_read_or_refused_and_never_panic() {
    let mut state = 5;
    for name in ["state.bin", "state-older.bin", "lightning.ckpt", "nested.pt"] {
        let original = golden(name);
        for _ in 0..400 {
            let mut file = original.clone();
            let mut below = |limit: usize| ((super::random(&mut state) + 1.0) / 2.0 * limit as f32) as usize;
            for _ in 0..1 + below(3) {
                let at = below(file.len()).min(file.len() - 1);
                match below(8) {
                    0 => file.truncate(at.max(20)),
                    1 => file.insert(at, below(256) as u8),
                    2 => drop(file.remove(at)),
                    3 => file[at] = [0, 1, 255, b'R', b'Q', b'(', b't', b'h'][below(8)],
                    _ => file[at] ^= 1 << below(8),
                }
            }
            drop(super::read(&unet(file), "unet"));
        }
    }
}
