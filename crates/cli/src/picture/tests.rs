//! Files that Pillow wrote, and damaged, hostile and huge ones.

use super::*;
use std::path::PathBuf;

/// Pictures that Pillow wrote, each beside the pixels that it shows (`tests/golden/make/images.py`).
fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/pictures")
}

fn read(path: &Path, large: Large) -> Result<Picture, Failure> {
    PictureFile::open(path, &bytes(path)?, large)?.picture()
}

fn plain(path: &Path) -> Result<Picture, Failure> {
    read(path, Large::Refused)
}

/// Whether a mask fits a picture, by their headers.
fn fits(mask: &Path, picture: &Path) -> Result<(), Failure> {
    let sides = |path: &Path| Ok::<_, Failure>(PictureFile::open(path, &bytes(path)?, Large::Reduced)?.sides());
    Ok(decant_sd::request::mask_fits(sides(mask)?, sides(picture)?)?)
}

#[test]
fn every_kind_of_file_shows_what_pillow_shows() {
    let names = std::fs::read_dir(folder()).expect("it is there").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
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
    let path = folder().join("alpha.png");
    let file = bytes(&path).expect("it is there");
    let open = || PictureFile::open(&path, &file, Large::Refused).expect("it is sound");
    let (mask, picture) = (open().mask().expect("it is sound"), open().picture().expect("it is sound"));
    assert_eq!((mask.grey[0], picture.rgba()[0]), (0, 255));
}

#[test]
fn a_mask_of_another_size_is_refused_by_its_header_turned_as_it_will_be() {
    let at = |name: &str| folder().join(name);
    assert!(fits(&at("grey.png"), &at("turned-3.png")).is_ok());
    assert!(fits(&at("turned-5.webp"), &at("turned-6.jpg")).is_ok());
    let problem = fits(&at("plain.png"), &at("turned-6.jpg")).expect_err("it lies on its side").to_string();
    assert_eq!(problem, "mask: it has 14×9 pixels, the picture 9×14; give a mask of the picture's size");
    // Nothing behind the header is read: this one claims 16,384 pixels a side of which there are none, and the sentence has its own size.
    let mut sound = std::fs::read(at("plain.png")).expect("it is there");
    let header = [b"IHDR", &16_384u32.to_be_bytes()[..], &16_384u32.to_be_bytes(), &[1, 0, 0, 0, 0]].concat();
    sound.splice(12..33, [&header[..], &crc(&header).to_be_bytes()].concat());
    let path = std::env::temp_dir().join(format!("decant-picture-{}-mask.png", std::process::id()));
    std::fs::write(&path, sound).expect("it can be written");
    let problem = fits(&path, &at("plain.png")).expect_err("it is larger").to_string();
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
        plain(Path::new("no-such-file.png")).expect_err("it is not there").to_string().starts_with("no-such-file.png: could not be read")
    );
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |crc, byte| (0..8).fold(crc ^ *byte as u32, |crc, _| (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())))
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
    let body = [b"WEBPVP8X", &10u32.to_le_bytes()[..], &[0x08, 0, 0, 0, 7, 0, 0, 7, 0, 0], b"EXIF", &0xf000_0000u32.to_le_bytes()].concat();
    let path = scratch("claims.webp", &[b"RIFF", &0xf000_0100u32.to_le_bytes()[..], &body].concat());
    assert!(
        plain(&path)
            .expect_err("it is not there")
            .to_string()
            .ends_with(": the picture is damaged or breaks off; save or download it again")
    );
    std::fs::remove_file(path).expect("it was written");
}
