//! What a picture or a file says about how it was made. The first byte chooses: the bytes as they are, as a PNG's text under a keyword, or as
//! the EXIF block of a PNG or a JPEG.
#![no_main]

const KEYWORDS: [&[u8]; 7] = [b"", b"decant", b"parameters", b"prompt", b"invokeai_metadata", b"sd-metadata", EXIF];
/// No keyword: what follows is an EXIF block.
const EXIF: &[u8] = b"EXIF";

/// A PNG of one text chunk and nothing else; texts are read without looking at pixels.
fn png(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let chunk = [kind, body].concat();
    let checksum = crc32fast::hash(&chunk).to_be_bytes();
    [&b"\x89PNG\r\n\x1a\n"[..], &(body.len() as u32).to_be_bytes(), &chunk, &checksum].concat()
}

/// A JPEG of an EXIF block and nothing else.
fn jpeg(block: &[u8]) -> Vec<u8> {
    let block = &block[..block.len().min(60_000)];
    [b"\xff\xd8\xff\xe1", &(block.len() as u16 + 8).to_be_bytes()[..], b"Exif\0\0", block, b"\xff\xda"].concat()
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let [choice, data @ ..] = data else { return };
    let (keyword, packed) = (KEYWORDS[usize::from(*choice) % KEYWORDS.len()], *choice >= 128);
    let file = match (keyword, packed) {
        (b"", false) => data.to_vec(),
        (b"", true) => png(b"iTXt", data),
        (EXIF, false) => png(b"eXIf", data),
        (EXIF, true) => jpeg(data),
        (_, false) => png(b"tEXt", &[keyword, b"\0", data].concat()),
        (_, true) => png(b"zTXt", &[keyword, b"\0\0", data].concat()),
    };
    let read = decant_record::read(&file);
    if let Ok(found) = &read {
        for (_, text) in found.record.texts() {
            assert!(text.len() < 4 * data.len() + 100_000, "what is written is about as long as what was read");
        }
        decant_fuzz::sentence(decant_record::read(found.record.to_json().as_bytes()));
    }
    decant_fuzz::sentence(read);
});
