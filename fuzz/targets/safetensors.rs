//! A safetensors file: the bytes are a header and what follows it, its length put before.
#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    // the header ends where its braces do, so that changes to it are not all refused for its length
    let (mut depth, mut end) = (0i64, data.len());
    for (at, byte) in data.iter().enumerate() {
        depth += i64::from(*byte == b'{') - i64::from(*byte == b'}');
        if depth == 0 && at > 0 {
            end = at + 1;
            break;
        }
    }
    decant_fuzz::weights([&(end as u64).to_le_bytes()[..], data].concat());
});
