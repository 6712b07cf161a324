//! Pictures from files: PNG, JPEG and WebP of any depth, grey, palettes, transparency, and turned as the camera says.

use crate::Failure;
use decant_sd::picture::{Mask, Picture};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

/// The most pixels along a side: beyond, no model's encoder would take it either.
const MOST: u32 = 16_384;
/// The most bytes that decoding may take: 16384 × 8192 pixels of four 16-bit numbers.
const MOST_BYTES: u64 = 1 << 30;

/// A picture to start from. What is transparent becomes white, as on a page.
pub(crate) fn read(path: &Path) -> Result<Picture, Failure> {
    Ok(over(path, [255; 3])?)
}

/// A mask: white is painted, black and what is transparent stays.
pub(crate) fn mask(path: &Path) -> Result<Mask, Failure> {
    Ok(Mask::from_picture(&over(path, [0; 3])?))
}

fn over(path: &Path, behind: [u8; 3]) -> Result<Picture, String> {
    let failure = |problem: String| format!("{}: {problem}", path.display());
    let image = decoded(path).map_err(failure)?.into_rgba8();
    let (width, height) = (image.width() as usize, image.height() as usize);
    Picture::from_rgba8(width, height, image.as_raw(), behind).map_err(|error| failure(error.to_string()))
}

/// What is wrong with a file, for people: decoders speak of chunks, markers and CRCs.
fn damaged(error: ImageError) -> String {
    match error {
        ImageError::Unsupported(_) => "this is no picture that can be read; PNG, JPEG and WebP are".into(),
        ImageError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => format!("could not be read: {error}"),
        ImageError::Limits(_) => format!("it is larger than what is read, {MOST} pixels along each side and 1 GB in all; make it smaller"),
        _ => BREAKS_OFF.into(),
    }
}

/// Decoders of JPEG and WebP show grey where a file ends early; so it is looked for its end first. What follows that is nobody's affair.
fn breaks_off(path: &Path) -> std::io::Result<Option<String>> {
    let mut bytes = BufReader::new(File::open(path)?);
    let (mut start, length) = ([0; 12], bytes.get_ref().metadata()?.len());
    let whole = match read_start(&mut bytes, &mut start)? {
        2.. if start[..2] == [0xff, 0xd8] => {
            bytes.seek(SeekFrom::Start(2))?;
            has_end(&mut bytes)?
        }
        12 if &start[..4] == b"RIFF" && &start[8..] == b"WEBP" => {
            length >= 8 + u64::from(u32::from_le_bytes([start[4], start[5], start[6], start[7]]))
        }
        _ => true,
    };
    Ok((!whole).then(|| BREAKS_OFF.into()))
}

const BREAKS_OFF: &str = "the picture is damaged or breaks off; save or download it again";

fn read_start(bytes: &mut impl Read, start: &mut [u8; 12]) -> std::io::Result<usize> {
    let mut read = 0;
    while read < start.len() {
        match bytes.read(&mut start[read..])? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

/// Whether a JPEG's segments come to its end marker (ITU-T T.81, annex B): thumbnails inside of a segment have ends of their own.
fn has_end(bytes: &mut (impl BufRead + Seek)) -> std::io::Result<bool> {
    let next = |bytes: &mut dyn Read| {
        let mut one = [0];
        Ok::<_, std::io::Error>((bytes.read(&mut one)? == 1).then_some(one[0]))
    };
    loop {
        // Between segments and in what a scan holds, only 0xff begins a marker; behind it 0x00 is a stuffed byte, 0xff fills.
        match next(bytes)? {
            None => return Ok(false),
            Some(0xff) => {}
            Some(_) => continue,
        }
        let mut marker = next(bytes)?;
        while marker == Some(0xff) {
            marker = next(bytes)?;
        }
        match marker {
            None => return Ok(false),
            Some(0xd9) => return Ok(true),
            Some(0x00 | 0x01 | 0xd0..=0xd8) => {}
            Some(_) => {
                let (Some(high), Some(low)) = (next(bytes)?, next(bytes)?) else { return Ok(false) };
                bytes.seek(SeekFrom::Current(i64::from(u16::from_be_bytes([high, low])) - 2))?;
            }
        }
    }
}

/// The header is believed only after its size was looked at.
fn decoded(path: &Path) -> Result<DynamicImage, String> {
    let unreadable = |error: std::io::Error| format!("could not be read: {error}");
    breaks_off(path).map_err(unreadable)?.map_or(Ok(()), Err)?;
    // What it is, its content says and not its name.
    let opened = File::open(path).map(|file| ImageReader::new(BufReader::new(file)));
    let mut reader = opened.and_then(ImageReader::with_guessed_format).map_err(unreadable)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width > MOST || height > MOST || decoder.total_bytes() > MOST_BYTES {
        return Err(format!("it has {width}×{height} pixels, at most {MOST} along each side and 1 GB in all are read; make it smaller"));
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    image.apply_orientation(turned);
    Ok(image)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// Pictures that Pillow wrote, each beside the pixels that it shows (`tests/golden/make/images.py`).
    fn folder() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/pictures")
    }

    #[test]
    fn every_kind_of_file_shows_what_pillow_shows() {
        let names =
            std::fs::read_dir(folder()).expect("it is there").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let names: Vec<String> = names.filter(|name| !name.ends_with("expected.png")).collect();
        assert!(names.len() > 18, "{names:?}");
        for name in names {
            let (got, expected) = (read(&folder().join(&name)), read(&folder().join(format!("{name}.expected.png"))));
            let (got, expected) = (got.expect(&name), expected.expect(&name));
            assert_eq!((got.width, got.height), (expected.width, expected.height), "{name}");
            // JPEG's decoders round differently; CMYK's conversion, too.
            let near = if name == "cmyk.jpg" {
                6.5
            } else if name.ends_with("jpg") {
                4.5
            } else {
                1.5
            } / 255.0;
            for (i, (got, expected)) in got.values.iter().zip(&expected.values).enumerate() {
                assert!((got - expected).abs() < near, "{name}: number {i}: expected {expected}, got {got}");
            }
        }
    }

    #[test]
    fn a_mask_is_black_where_it_is_transparent() {
        let (mask, picture) =
            (mask(&folder().join("alpha.png")).expect("it is sound"), read(&folder().join("alpha.png")).expect("it is sound"));
        assert_eq!((mask.grey[0], picture.rgba()[0]), (0, 255));
    }

    #[test]
    fn what_cannot_be_read_is_refused_in_a_sentence() {
        let scratch = |name: &str, bytes: &[u8]| {
            let path = std::env::temp_dir().join(format!("decant-picture-{}-{name}", std::process::id()));
            std::fs::write(&path, bytes).expect("it can be written");
            let sentence = read(&path).expect_err("it cannot be read").to_string();
            std::fs::remove_file(&path).expect("it was written");
            sentence
        };
        let plain = std::fs::read(folder().join("plain.png")).expect("it is there");
        let damaged = ": the picture is damaged or breaks off; save or download it again";
        assert!(scratch("cut.png", &plain[..60]).ends_with(damaged));
        let jpeg = std::fs::read(folder().join("turned-6.jpg")).expect("it is there");
        assert!(scratch("cut.jpg", &jpeg[..200]).ends_with(damaged));
        // A JPEG that is cut anywhere, also in what its scan holds; its thumbnail's end is not its own. What follows the end is let be.
        for share in [2, 3, 9] {
            assert!(scratch("cut.jpg", &jpeg[..jpeg.len() * share / 10]).ends_with(damaged), "{share} tenths");
        }
        assert!(scratch("endless.jpg", &jpeg[..jpeg.len() - 2]).ends_with(damaged));
        let more = std::env::temp_dir().join(format!("decant-picture-{}-more.jpg", std::process::id()));
        std::fs::write(&more, [&jpeg[..], b"and more"].concat()).expect("it can be written");
        assert!(read(&more).is_ok());
        std::fs::remove_file(&more).expect("it was written");
        let webp = std::fs::read(folder().join("alpha.webp")).expect("it is there");
        assert!(scratch("cut.webp", &webp[..webp.len() * 2 / 3]).ends_with(damaged));
        let mut flipped = plain.clone();
        flipped[45] ^= 0xff;
        assert!(scratch("flipped.png", &flipped).ends_with(damaged));
        assert!(scratch("text.png", b"no picture").ends_with(": this is no picture that can be read; PNG, JPEG and WebP are"));
        // A header that claims 60000 × 60000 pixels, with its checksum.
        let header = [b"IHDR", &60_000u32.to_be_bytes()[..], &60_000u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        let huge = [&plain[..12], &header, &crc(&header).to_be_bytes(), &plain[33..]].concat();
        let sentence = scratch("huge.png", &huge);
        assert!(sentence.contains("it has 60000×60000 pixels, at most 16384 along each side"), "{sentence}");
        assert!(
            read(Path::new("no-such-file.png"))
                .expect_err("it is not there")
                .to_string()
                .starts_with("no-such-file.png: could not be read")
        );
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes
            .iter()
            .fold(!0u32, |crc, byte| (0..8).fold(crc ^ *byte as u32, |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())))
    }
}
