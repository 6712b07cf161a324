//! ggml's types, against the Python package `gguf`: `tests/make_weight_files.py` made the file and the numbers.

use super::repository;
use decant_sd::weights::Checkpoint;
use pollster::block_on;
use safetensors::SafeTensors;

#[test]
fn every_quantized_type_gives_the_numbers_that_gguf_gives() {
    let files = repository("tests/golden/weights");
    let golden =
        std::fs::read(format!("{}/../../tests/golden/weights/blocks.safetensors", env!("CARGO_MANIFEST_DIR"))).expect("it is committed");
    let golden = SafeTensors::deserialize(&golden).expect("a sound file");
    let checkpoint = block_on(Checkpoint::open_file(&files, "blocks.gguf")).expect("a sound file");
    assert_eq!(checkpoint.note("some.note"), Some("a text"));
    assert_eq!(checkpoint.tensors().len(), 7);
    for (name, info) in checkpoint.tensors() {
        let expected = golden.tensor(name).expect(name);
        assert_eq!(info.shape, expected.shape(), "{name}");
        let expected: Vec<f32> = expected.data().as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
        assert_eq!(block_on(checkpoint.read(&files, name)).expect(name), expected, "{name}");
        assert_eq!(
            block_on(checkpoint.read_rows(&files, name, 1..2)).expect(name),
            expected[expected.len() / 3..][..expected.len() / 3],
            "{name}"
        );
    }
}
