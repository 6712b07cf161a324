//! Blocks of every type of ggml's, known or not: a sound GGUF file around the bytes. The first byte is the type, the second the axes.
#![no_main]

use decant_sd::weights::Checkpoint;
use pollster::block_on;

/// ggml's numbers of the types that are read, with numbers and bytes in a block.
const TYPES: &[(u32, usize, usize)] = &[
    (0, 1, 4),
    (1, 1, 2),
    (30, 1, 2),
    (28, 1, 8),
    (8, 32, 34),
    (2, 32, 18),
    (3, 32, 20),
    (6, 32, 22),
    (7, 32, 24),
    (12, 256, 144),
    (14, 256, 210),
];

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [kind, axes, data @ ..] = data else { return };
    let (id, numbers, bytes) = TYPES[usize::from(*kind) % TYPES.len()];
    let blocks = data.len() / bytes;
    let rows = usize::from(*axes).clamp(1, blocks.max(1));
    let shape = [blocks / rows * numbers, rows];
    let entry =
        [&1u64.to_le_bytes()[..], b"a", &2u32.to_le_bytes(), &(shape[0] as u64).to_le_bytes(), &(shape[1] as u64).to_le_bytes()].concat();
    let header = [&b"GGUF\x03\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"[..], &entry, &id.to_le_bytes(), &0u64.to_le_bytes()].concat();
    let mut file = header;
    file.resize(file.len().next_multiple_of(32), 0);
    file.extend(data);
    let files = decant_fuzz::memory(file.clone());
    let checkpoint = block_on(Checkpoint::open_file(&files, decant_fuzz::FILE)).expect("the header is sound");
    assert_eq!(checkpoint.tensors()["a"].numbers(), shape[0] * shape[1]);
    decant_fuzz::weights(file);
});
