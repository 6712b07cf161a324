//! Sources of model files: what is there, what is not, and what a name may not do.

use decant_sd::Error;
use decant_sd::files::{Files, Folder, LocalFuture, Memory, find, read_all, read_exactly, stays_inside};
use pollster::block_on;
use std::ops::Range;

fn message<T>(result: Result<T, Error>) -> String {
    result.err().expect("this must be refused").to_string()
}

fn digits() -> Folder {
    Folder::open(concat!(env!("CARGO_MANIFEST_DIR"), "/../../models/digits")).expect("the embedded model is in the repository")
}

#[test]
fn a_folder_and_memory_give_the_same_sizes_and_bytes() {
    let (folder, name) = (digits(), "model_index.json");
    let whole = block_on(read_all(&folder, name, 10_000)).expect("it is there");
    let memory = Memory::new("memory", [(name, whole.clone())]);
    for files in [&folder as &dyn Files, &memory] {
        assert_eq!(block_on(files.size(name)).expect("it is there"), Some(whole.len() as u64));
        assert_eq!(block_on(files.read(name, 2..9)).expect("inside the file"), whole[2..9]);
        assert_eq!(block_on(read_exactly(files, name, 5..5)).expect("nothing to read"), [0u8; 0]);
        for absent in ["unet", "unet/", "nothing.json", "nothing/at/all", "model_index.json/inside"] {
            assert_eq!(block_on(find(files, absent, 100)).unwrap_or(None), None, "{absent}");
        }
    }
}

#[test]
fn one_file_is_a_source_in_which_there_is_nothing_else() {
    let file = Folder::open(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")).expect("it is there");
    assert!(file.place().ends_with("crates/sd/Cargo.toml"), "{}", file.place());
    assert_eq!(block_on(file.names()).expect("it is known"), Some(vec!["Cargo.toml".to_string()]));
    assert_eq!(block_on(read_exactly(&file, "Cargo.toml", 0..9)).expect("it is there"), b"[package]");
    assert_eq!(block_on(file.size("src/lib.rs")).expect("that is no error"), None, "beside it there is nothing");
    assert!(message(block_on(file.read("src/lib.rs", 0..1))).ends_with("src/lib.rs could not be read: there is no such file"));
}

#[test]
fn names_are_listed_where_they_can_be() {
    let names = block_on(digits().names()).expect("a folder can be listed").expect("and is");
    assert!(names.is_sorted() && names.contains(&"model_index.json".into()) && names.contains(&"unet/config.json".into()), "{names:?}");
    let memory = Memory::new("memory", [("b", vec![1]), ("a/c", vec![2])]);
    assert_eq!(block_on(memory.names()).expect("it is known"), Some(vec!["a/c".to_string(), "b".into()]));
    assert_eq!(block_on(WholeFile.names()).expect("that is no error"), None);
}

#[test]
fn what_is_missing_is_named() {
    let error = Folder::open("no/such/folder");
    assert_eq!(
        message(error),
        "no/such/folder: there is no model; there is nothing at this path; give a weight file, or the folder that holds model_index.json"
    );
    let empty = Memory::new("memory", [("a", b"bc")].map(|(name, bytes)| (name, bytes.to_vec())));
    assert_eq!(
        message(block_on(read_all(&empty, "unet/config.json", 100))),
        "memory: there is no unet/config.json; a model is a folder in diffusers' layout, with its tokenizer, text_encoder, unet, vae and scheduler"
    );
    assert_eq!(
        message(block_on(read_all(&empty, "a", 1))),
        "a: is 2 bytes long, expected 1 at most; this cannot be the file that its name promises"
    );
}

#[test]
fn a_name_cannot_leave_its_folder() {
    for name in ["../Cargo.toml", "unet/../../x", "/etc/passwd", "a//b", "..", ".", "", "c:\\x", "a\\b", "a\0b", "a?b", "a#b", "%2e%2e/a"] {
        assert!(!stays_inside(name), "{name:?}");
        let refused = message(block_on(digits().size(name)));
        assert!(refused.ends_with(&format!("{name} could not be read: the name leads out of the model's folder")), "{refused}");
    }
    assert!(stays_inside("unet/diffusion_pytorch_model-00001-of-00002.safetensors"));
}

/// A server that ignores ranges, wrapped by a source that forgot to cut.
struct WholeFile;

impl Files for WholeFile {
    fn place(&self) -> String {
        "a careless source".into()
    }

    fn size<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(std::future::ready(Ok(Some(10))))
    }

    fn read<'a>(&'a self, _: &'a str, _: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(std::future::ready(Ok(vec![0; 10])))
    }
}

#[test]
fn too_many_or_too_few_bytes_are_noticed() {
    assert_eq!(
        message(block_on(read_exactly(&WholeFile, "x", 2..5))),
        "a careless source: x could not be read: expected 3 bytes from byte 2 on, got 10"
    );
    let past_the_end = message(block_on(read_exactly(&digits(), "model_index.json", 0..1_000_000)));
    assert!(past_the_end.contains("model_index.json could not be read: expected 1000000 bytes from byte 0 on, got "), "{past_the_end}");
    let memory = Memory::new("memory", [("a", vec![1, 2])]);
    assert_eq!(message(block_on(memory.read("a", 1..3))), "memory: a could not be read: there are no bytes 1 to 3 in memory");
}
