//! Pictures from files: PNG, JPEG and WebP of any depth, grey, palettes, transparency, and turned as the camera says.
//!
//! What a file claims is bounded before it is believed: its bytes, what they decode to, and what that becomes as numbers. Of what comes along
//! (colour profiles, texts, further frames) nothing is unpacked.

use crate::{Failure, reading};
use decant_sd::picture::{MOST_AREA, Mask, Picture};
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits, RgbImage};
use std::io::Cursor;
use std::path::Path;

/// The most pixels along a side: beyond, no model's encoder would take it either.
const MOST: u32 = 16_384;
/// The most bytes of a file.
pub(crate) const MOST_FILE: u64 = 256 << 20;
/// The most bytes that it decodes to: 200 million pixels of three bytes, as telephones make them.
const MOST_DECODED: u64 = 640 << 20;
/// The most bytes of a colour profile and whatever else stands beside the pixels; printers' profiles have two million.
const MOST_BESIDE: u64 = 32 << 20;
/// Rows that are converted at a time, where none are put together.
const STRIP: u32 = 64;

/// What becomes of a picture of more pixels than there is any use for ([`MOST_AREA`]).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Large {
    /// Squares of pixels are put together, as Pillow's `reduce` does: it is resized to a run's size anyway.
    Reduced,
    /// Its pixels count, so that it is refused.
    Refused,
}

/// A picture to start from. What is transparent becomes white, as on a page.
pub(crate) fn read(path: &Path, large: Large) -> Result<Picture, Failure> {
    Ok(over(path, [255; 3], large)?)
}

/// A mask: white is painted, black and what is transparent stays.
pub(crate) fn mask(path: &Path, large: Large) -> Result<Mask, Failure> {
    Ok(Mask::from_picture(&over(path, [0; 3], large)?))
}

/// Refused where [`decant_sd`] would refuse the mask for its size, before either is decoded: that can take longer than a run.
pub(crate) fn fits(mask: &Path, picture: &Path, large: Large) -> Result<(), Failure> {
    let sides = |path: &Path| opened(path, large).map(|(_, head)| head.sides).map_err(|problem| failure(path, problem));
    Ok(decant_sd::request::mask_fits(sides(mask)?, sides(picture)?)?)
}

fn over(path: &Path, behind: [u8; 3], large: Large) -> Result<Picture, String> {
    let image = decoded(path, behind, large).map_err(|problem| failure(path, problem))?;
    let picture = Picture::from_rgb8(image.width() as usize, image.height() as usize, image.as_raw());
    picture.map_err(|error| failure(path, error.to_string()))
}

fn failure(path: &Path, problem: String) -> String {
    format!("{}: {problem}", path.display())
}

/// What is wrong with a file, for people: decoders speak of chunks, markers and CRCs.
fn damaged(error: ImageError) -> String {
    match error {
        ImageError::Unsupported(_) => "this is no picture that can be read; PNG, JPEG and WebP are".into(),
        ImageError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => format!("could not be read: {error}"),
        ImageError::Limits(_) => {
            format!("what stands beside its pixels takes more than {} MB; save it without profiles and texts", MOST_BESIDE >> 20)
        }
        _ => BREAKS_OFF.into(),
    }
}

const BREAKS_OFF: &str = "the picture is damaged or breaks off; save or download it again";

/// What a file says before any of its pixels is decoded.
struct Head {
    /// Width and height, turned as they will be, of all its pixels.
    sides: [usize; 2],
    turned: Orientation,
    together: u32,
}

/// The header is believed only after its size was looked at.
fn opened(path: &Path, large: Large) -> Result<(impl ImageDecoder, Head), String> {
    let bytes = reading::file(path, MOST_FILE, "picture")?;
    if !keeps_its_word(&bytes) || !has_end(&bytes) {
        return Err(BREAKS_OFF.into());
    }
    // What it is, its content says and not its name.
    let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().map_err(|error| format!("could not be read: {error}"))?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MOST_BESIDE);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(damaged)?;
    let (width, height) = decoder.dimensions();
    if width > MOST || height > MOST || decoder.total_bytes() > MOST_DECODED {
        let most = MOST_DECODED >> 20;
        return Err(format!(
            "it has {width}×{height} pixels, at most {MOST} along each side and {most} MB in all are read; make it smaller"
        ));
    }
    let together = together(width, height);
    if together > 1 && large == Large::Refused {
        let most = MOST_AREA / 1_000_000;
        return Err(format!("it has {width}×{height} pixels, at most {most} million are taken as they are; make it smaller"));
    }
    let turned = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut sides = [width as usize, height as usize];
    if turned.to_exif() >= 5 {
        sides.reverse();
    }
    Ok((decoder, Head { sides, turned, together }))
}

fn decoded(path: &Path, behind: [u8; 3], large: Large) -> Result<RgbImage, String> {
    let (decoder, Head { turned, together, .. }) = opened(path, large)?;
    let image = DynamicImage::from_decoder(decoder).map_err(damaged)?;
    let mut image = DynamicImage::ImageRgb8(opaque(&image, behind, together));
    image.apply_orientation(turned);
    Ok(image.into_rgb8())
}

/// On a colour, and with squares of pixels put together; some rows at a time, so that nothing is in memory twice.
fn opaque(image: &DynamicImage, behind: [u8; 3], together: u32) -> RgbImage {
    let (width, height) = (image.width(), image.height());
    let (rows, small_width) = (if together > 1 { together } else { STRIP }, width.div_ceil(together) as usize);
    let mut bytes = Vec::with_capacity(small_width * height.div_ceil(together) as usize * 3);
    for top in (0..height).step_by(rows as usize) {
        let strip = image.crop_imm(0, top, width, rows.min(height - top)).into_rgba8();
        let on = |pixel: &[u8; 4], c: usize| {
            let (own, alpha) = (pixel[c] as u32, pixel[3] as u32);
            (own * alpha + behind[c] as u32 * (255 - alpha) + 127) / 255
        };
        let pixels = strip.as_raw().as_chunks::<4>().0;
        if together == 1 {
            bytes.extend(pixels.iter().flat_map(|pixel| [0, 1, 2].map(|c| on(pixel, c) as u8)));
            continue;
        }
        let mut sums = vec![[0u32; 4]; small_width];
        for row in pixels.chunks(width as usize) {
            for (square, some) in sums.iter_mut().zip(row.chunks(together as usize)) {
                some.iter().for_each(|pixel| (0..3).for_each(|c| square[c] += on(pixel, c)));
                square[3] += some.len() as u32;
            }
        }
        bytes.extend(sums.iter().flat_map(|sum| [0, 1, 2].map(|c| ((sum[c] + sum[3] / 2) / sum[3]) as u8)));
    }
    RgbImage::from_raw(small_width as u32, height.div_ceil(together), bytes).expect("as many bytes as pixels were counted")
}

/// Whether a WebP's parts are in the file: its decoder sets aside what they claim, up to 4 GB, before it reads them.
fn keeps_its_word(bytes: &[u8]) -> bool {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WEBP") {
        return true;
    }
    let mut at = 12;
    while let Some(head) = bytes.get(at..at + 8) {
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        at += 8 + length + length % 2;
        if at > bytes.len() + 1 {
            return false;
        }
    }
    true
}

/// Whether a JPEG's segments come to its end marker (ITU-T T.81, annex B): thumbnails inside of a segment have ends of their own. A decoder
/// shows grey where a file ends early. What follows the end is nobody's affair.
fn has_end(bytes: &[u8]) -> bool {
    if bytes.get(..2) != Some(&[0xff, 0xd8]) {
        return true;
    }
    let mut at = 2;
    loop {
        // Between segments and in what a scan holds, only 0xff begins a marker; behind it 0x00 is a stuffed byte, 0xff fills.
        let Some(start) = bytes.get(at..).and_then(|rest| rest.iter().position(|byte| *byte == 0xff)) else { return false };
        at += start;
        while bytes.get(at) == Some(&0xff) {
            at += 1;
        }
        match bytes.get(at) {
            None => return false,
            Some(0xd9) => return true,
            Some(0x00 | 0x01 | 0xd0..=0xd8) => at += 1,
            Some(_) => {
                let Some(length) = bytes.get(at + 1..at + 3) else { return false };
                at += 1 + usize::from(u16::from_be_bytes([length[0], length[1]]));
            }
        }
    }
}

/// How many pixels along a side are put together, so that no more than [`MOST_AREA`] are left.
fn together(width: u32, height: u32) -> u32 {
    let left = |side: u32, together: u32| side.div_ceil(together) as usize;
    (1..).find(|together| left(width, *together) * left(height, *together) <= MOST_AREA).expect("one pixel is left at last")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    /// Pictures that Pillow wrote, each beside the pixels that it shows (`tests/golden/make/images.py`).
    fn folder() -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/pictures")
    }

    fn plain(path: &Path) -> Result<Picture, Failure> {
        read(path, Large::Refused)
    }

    #[test]
    fn every_kind_of_file_shows_what_pillow_shows() {
        let names =
            std::fs::read_dir(folder()).expect("it is there").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let names: Vec<String> = names.filter(|name| !name.ends_with("expected.png")).collect();
        assert!(names.len() > 18, "{names:?}");
        for name in names {
            let (got, expected) = (plain(&folder().join(&name)), plain(&folder().join(format!("{name}.expected.png"))));
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
        let (mask, picture) = (
            mask(&folder().join("alpha.png"), Large::Refused).expect("it is sound"),
            plain(&folder().join("alpha.png")).expect("it is sound"),
        );
        assert_eq!((mask.grey[0], picture.rgba()[0]), (0, 255));
    }

    #[test]
    fn a_mask_of_another_size_is_refused_by_its_header_turned_as_it_will_be() {
        let at = |name: &str| folder().join(name);
        assert!(fits(&at("grey.png"), &at("turned-3.png"), Large::Reduced).is_ok());
        assert!(fits(&at("turned-5.webp"), &at("turned-6.jpg"), Large::Reduced).is_ok());
        let problem = fits(&at("plain.png"), &at("turned-6.jpg"), Large::Reduced).expect_err("it lies on its side").to_string();
        assert_eq!(problem, "mask: it has 14×9 pixels, the picture 9×14; give a mask of the picture's size");
        // Nothing behind the header is read: this one claims 16,384 pixels a side of which there are none, and the sentence has its own size.
        let mut sound = std::fs::read(at("plain.png")).expect("it is there");
        let header = [b"IHDR", &16_384u32.to_be_bytes()[..], &16_384u32.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
        sound.splice(12..33, [&header[..], &crc(&header).to_be_bytes()].concat());
        let path = std::env::temp_dir().join(format!("decant-picture-{}-mask.png", std::process::id()));
        std::fs::write(&path, sound).expect("it can be written");
        let problem = fits(&path, &at("plain.png"), Large::Reduced).expect_err("it is larger").to_string();
        std::fs::remove_file(&path).expect("it was written");
        assert_eq!(problem, "mask: it has 16384×16384 pixels, the picture 14×9; give a mask of the picture's size");
    }

    #[test]
    fn what_cannot_be_read_is_refused_in_a_sentence() {
        let scratch = |name: &str, bytes: &[u8]| {
            let path = std::env::temp_dir().join(format!("decant-picture-{}-{name}", std::process::id()));
            std::fs::write(&path, bytes).expect("it can be written");
            let sentence = plain(&path).expect_err("it cannot be read").to_string();
            std::fs::remove_file(&path).expect("it was written");
            sentence
        };
        let sound = std::fs::read(folder().join("plain.png")).expect("it is there");
        let damaged = ": the picture is damaged or breaks off; save or download it again";
        assert!(scratch("cut.png", &sound[..60]).ends_with(damaged));
        let jpeg = std::fs::read(folder().join("turned-6.jpg")).expect("it is there");
        assert!(scratch("cut.jpg", &jpeg[..200]).ends_with(damaged));
        // A JPEG that is cut anywhere, also in what its scan holds; its thumbnail's end is not its own. What follows the end is let be.
        for share in [2, 3, 9] {
            assert!(scratch("cut.jpg", &jpeg[..jpeg.len() * share / 10]).ends_with(damaged), "{share} tenths");
        }
        assert!(scratch("endless.jpg", &jpeg[..jpeg.len() - 2]).ends_with(damaged));
        let more = std::env::temp_dir().join(format!("decant-picture-{}-more.jpg", std::process::id()));
        std::fs::write(&more, [&jpeg[..], b"and more"].concat()).expect("it can be written");
        assert!(read(&more, Large::Refused).is_ok());
        std::fs::remove_file(&more).expect("it was written");
        let mut flipped = sound.clone();
        flipped[45] ^= 0xff;
        assert!(scratch("flipped.png", &flipped).ends_with(damaged));
        assert!(scratch("text.png", b"no picture").ends_with(": this is no picture that can be read; PNG, JPEG and WebP are"));
        // A header that claims 60000 × 60000 pixels, with its checksum.
        let header = [b"IHDR", &60_000u32.to_be_bytes()[..], &60_000u32.to_be_bytes(), &[8, 2, 0, 0, 0]].concat();
        let huge = [&sound[..12], &header, &crc(&header).to_be_bytes(), &sound[33..]].concat();
        let sentence = scratch("huge.png", &huge);
        assert!(sentence.contains("it has 60000×60000 pixels, at most 16384 along each side and 640 MB"), "{sentence}");
        assert!(
            plain(Path::new("no-such-file.png"))
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

    fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let named = [&name[..], data].concat();
        [&(data.len() as u32).to_be_bytes()[..], &named, &crc(&named).to_be_bytes()].concat()
    }

    /// A PNG of one bit a pixel, all white, with something before its pixels.
    fn white(width: u32, height: u32, before: &[u8]) -> Vec<u8> {
        let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
        let row = [&[0u8][..], &vec![0xff; width.div_ceil(8) as usize]].concat();
        let mut packed = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::best());
        (0..height).for_each(|_| std::io::Write::write_all(&mut packed, &row).expect("it is memory"));
        let pixels = packed.finish().expect("it is memory");
        [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &header)[..], before, &chunk(b"IDAT", &pixels), &chunk(b"IEND", b"")].concat()
    }

    fn scratch(name: &str, bytes: &[u8]) -> PathBuf {
        let path = std::env::temp_dir().join(format!("decant-picture-{}-{name}", std::process::id()));
        std::fs::write(&path, bytes).expect("it can be written");
        path
    }

    #[test]
    fn a_small_file_of_many_pixels_is_made_smaller_row_by_row_or_refused() {
        let path = scratch("wide.png", &white(16_384, 2304, &[]));
        let picture = read(&path, Large::Reduced).expect("it is reduced");
        assert_eq!((picture.width, picture.height), (8192, 1152));
        assert!(picture.values.iter().all(|value| *value == 1.0));
        let sentence = read(&path, Large::Refused).expect_err("it is large").to_string();
        assert!(sentence.ends_with("it has 16384×2304 pixels, at most 32 million are taken as they are; make it smaller"), "{sentence}");
        std::fs::remove_file(path).expect("it was written");
        assert_eq!((together(16_384, 16_384), together(5600, 5600), together(1, 1)), (3, 1, 1));
    }

    #[test]
    fn squares_are_put_together_as_pillow_reduces() {
        let rows = [[0u8, 10, 20], [30, 40, 50], [60, 70, 81]];
        let image = image::GrayImage::from_raw(3, 3, rows.concat()).expect("nine pixels");
        let small = opaque(&DynamicImage::ImageLuma8(image), [255; 3], 2);
        // Image.frombytes("L", (3, 3), …).reduce(2)
        assert_eq!(small.pixels().map(|pixel| pixel.0[0]).collect::<Vec<u8>>(), [20, 35, 65, 81]);
    }

    #[test]
    fn a_profile_that_unpacks_to_gigabytes_costs_nothing() {
        let mut packed = flate2::write::ZlibEncoder::new(vec![], flate2::Compression::best());
        (0..200).for_each(|_| std::io::Write::write_all(&mut packed, &vec![0; 1 << 20]).expect("it is memory"));
        let packed = packed.finish().expect("it is memory");
        for (name, head) in [(b"iCCP", &b"bomb\0\0"[..]), (b"zTXt", b"bomb\0\0"), (b"iTXt", b"bomb\0\x01\0\0\0")] {
            let path = scratch("bomb.png", &white(8, 8, &chunk(name, &[head, &packed].concat())));
            assert_eq!(plain(&path).expect("the pixels are sound").values, [1.0; 3 * 64]);
            std::fs::remove_file(path).expect("it was written");
        }
    }

    #[test]
    fn a_webp_that_claims_more_than_it_has_is_refused_before_it_is_believed() {
        let body =
            [b"WEBPVP8X", &10u32.to_le_bytes()[..], &[0x08, 0, 0, 0, 7, 0, 0, 7, 0, 0], b"EXIF", &0xf000_0000u32.to_le_bytes()].concat();
        let path = scratch("claims.webp", &[b"RIFF", &0xf000_0100u32.to_le_bytes()[..], &body].concat());
        assert!(
            plain(&path)
                .expect_err("it is not there")
                .to_string()
                .ends_with(": the picture is damaged or breaks off; save or download it again")
        );
        std::fs::remove_file(path).expect("it was written");
    }
}
