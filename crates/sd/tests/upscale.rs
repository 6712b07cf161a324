//! Upscalers against spandrel (tests/make_goldens_upscale.py), in tiles against one piece, and what is refused.

mod common;

use common::{Golden, devices, folder, largest_difference, rms};
use decant_graph::{Cpu, Device};
use decant_sd::Error;
use decant_sd::files::{Files, Folder, Memory};
use decant_sd::picture::Picture;
use decant_sd::upscale::{Network, Upscaler};
use decant_sd::weights::Checkpoint;
use pollster::block_on;
use safetensors::tensor::{Dtype, TensorView};
use std::path::PathBuf;
use std::rc::Rc;

/// Against spandrel, whose sums run in another order: pictures are 0 to 1.
const TOLERANCE: f64 = 1e-4;

fn file(name: &str) -> PathBuf {
    let found = ["pth", "safetensors"].into_iter().map(|end| folder("tests/models/upscale").join(format!("{name}.{end}")));
    found.into_iter().find(|path| path.exists()).unwrap_or_else(|| panic!("there is no upscaler {name}"))
}

fn open(name: &str, files: Rc<dyn Files>, device: &dyn Device) -> Result<Upscaler, Error> {
    block_on(Upscaler::open(name, files, device, None))
}

fn known(name: &str, device: &dyn Device) -> Upscaler {
    open(name, Rc::new(Folder::open(file(name)).expect("it is there")), device).unwrap_or_else(|e| panic!("{name}: {e}"))
}

fn picture(golden: &Golden, name: &str) -> Picture {
    let shape = golden.shape(name);
    Picture { width: shape[3], height: shape[2], values: golden.get(name) }
}

fn larger(upscaler: &mut Upscaler, device: &dyn Device, picture: &Picture, most: u64) -> (usize, Picture) {
    let tiling = upscaler.tiling(device, [picture.width, picture.height], most).expect("it fits");
    let mut progress = vec![];
    let made = block_on(upscaler.run(picture, &tiling, async |done, of| {
        progress.push((done, of));
        Ok(())
    }));
    assert_eq!(progress, (0..=tiling.count()).map(|done| (done, tiling.count())).collect::<Vec<_>>());
    (tiling.count(), made.expect("it runs"))
}

/// Colours that change from pixel to pixel.
fn coloured(width: usize, height: usize) -> Picture {
    let values = decant_graph::op::awkward(3 * width * height, 3).into_iter().map(|v| (v * 0.3 + 0.5).clamp(0.0, 1.0)).collect();
    Picture { width, height, values }
}

#[test]
fn pictures_become_what_spandrel_makes_of_them() {
    let golden = Golden::open("upscale");
    for device in devices() {
        for name in golden.cases() {
            let mut upscaler = known(&name, &*device);
            let (_, made) = larger(&mut upscaler, &*device, &picture(&golden, &format!("{name}.picture")), u64::MAX);
            let expected = picture(&golden, &format!("{name}.larger"));
            assert_eq!((made.width, made.height), (expected.width, expected.height), "{name}");
            let error = rms(&expected.values, &made.values);
            println!("{name} on {}: rms {error:.1e}", device.name());
            assert!(error <= TOLERANCE, "{name} on {}: rms {error:.1e}", device.name());
        }
    }
}

#[test]
fn tiles_give_the_picture_of_one_piece() {
    for (name, width, height) in [("compact-x4", 150, 90), ("rrdb-x2", 131, 75)] {
        let (mut upscaler, small) = (known(name, &Cpu), coloured(width, height));
        let (one, whole) = larger(&mut upscaler, &Cpu, &small, u64::MAX);
        let less = upscaler.tiling(&Cpu, [width, height], u64::MAX).expect("it fits").peak() / 4 * 3;
        let (several, tiled) = larger(&mut upscaler, &Cpu, &small, less);
        assert!(one == 1 && several > 1, "{name}: {one} and {several} tiles");
        let difference = largest_difference(&whole.values, &tiled.values);
        assert!(difference <= 1e-3, "{name} in {several} tiles differs by {difference:.1e}");
    }
}

#[test]
fn a_network_is_told_by_its_tensors() {
    for (name, network, says) in [
        ("rrdb-x4", Network::Rrdb { features: 4, blocks: 1, doublings: 2, unit: 1 }, "RRDBNet (ESRGAN), 1 blocks of 4 channels, ×4"),
        ("rrdb-x2", Network::Rrdb { features: 4, blocks: 1, doublings: 2, unit: 2 }, "RRDBNet (ESRGAN), 1 blocks of 4 channels, ×2"),
        ("compact-x4", Network::Compact { features: 8, convolutions: 3, scale: 4 }, "SRVGGNetCompact, 3 convolutions of 8 channels, ×4"),
        ("compact-x2", Network::Compact { features: 6, convolutions: 2, scale: 2 }, "SRVGGNetCompact, 2 convolutions of 6 channels, ×2"),
    ] {
        let upscaler = known(name, &Cpu);
        assert_eq!((upscaler.network(), upscaler.network().to_string().as_str()), (&network, says));
    }
}

/// A known upscaler as a safetensors file of f32, its tensors renamed, or left out.
fn renamed(name: &str, rename: impl Fn(&str) -> Option<String>) -> Rc<dyn Files> {
    let files = Folder::open(file(name)).expect("it is there");
    let checkpoint =
        block_on(Checkpoint::open_file(&files, &block_on(files.names()).expect("it lists").expect("one")[0])).expect("it opens");
    let numbers = |name: &str| block_on(checkpoint.read(&files, name)).expect("it reads");
    let renamed = checkpoint.tensors().iter().filter_map(|(name, info)| Some((rename(name)?, info.shape.clone(), numbers(name))));
    let renamed: Vec<(String, Vec<usize>, Vec<u8>)> =
        renamed.map(|(name, shape, numbers)| (name, shape, numbers.iter().flat_map(|v| v.to_le_bytes()).collect())).collect();
    let views = renamed.iter().map(|(name, shape, bytes)| (name, TensorView::new(Dtype::F32, shape.clone(), bytes).expect("it fits")));
    Rc::new(Memory::new("a test", [("u.safetensors", safetensors::serialize(views, None).expect("it is written"))]))
}

#[test]
fn the_names_between_the_first_and_the_last_are_read_too() {
    let trunk = |name: &str| {
        let name = name.replace("conv_body", "trunk_conv").replace("body.", "RRDB_trunk.").replace("rdb", "RDB");
        Some(name.replace("conv_up", "upconv").replace("conv_hr", "HRconv"))
    };
    let (golden, mut upscaler) = (Golden::open("upscale"), open("trunk", renamed("rrdb-x2", trunk), &Cpu).expect("it is known"));
    let (_, made) = larger(&mut upscaler, &Cpu, &picture(&golden, "rrdb-x2.picture"), u64::MAX);
    assert!(rms(&golden.get("rrdb-x2.larger"), &made.values) <= TOLERANCE);
}

#[test]
fn the_runner_is_asked_before_each_tile() {
    let (mut upscaler, small) = (known("compact-x2", &Cpu), coloured(20, 20));
    let tiling = upscaler.tiling(&Cpu, [20, 20], u64::MAX).expect("it fits");
    let ended = block_on(upscaler.run(&small, &tiling, async |_, _| Err(Error::Cancelled)));
    assert!(matches!(ended, Err(Error::Cancelled)), "{ended:?}");
}

#[test]
fn what_is_no_upscaler_or_does_not_fit_is_refused() {
    let sentence = |files: Rc<dyn Files>| open("x", files, &Cpu).err().expect("it is refused").to_string();
    let lacking = sentence(renamed("rrdb-x2", |name| (name != "body.0.rdb2.conv3.bias" && name != "conv_hr.weight").then(|| name.into())));
    assert!(lacking.starts_with("upscaler: ") && lacking.contains("conv_hr.weight is missing"), "{lacking}");
    let more = sentence(renamed("compact-x2", |name| Some(if name == "body.6.bias" { "head.bias".into() } else { name.into() })));
    assert!(more.contains("head.bias"), "{more}");
    let unfit = sentence(renamed("compact-x2", |name| Some(name.replace("body.6.", "body.8."))));
    assert!(unfit.contains("has no convolution body.5.weight"), "{unfit}");
    let digits = Folder::open(folder("models/digits/unet")).expect("it is there");
    let foreign = sentence(Rc::new(digits));
    assert!(foreign.contains("no upscaler that Decant knows"), "{foreign}");
    let short = known("compact-x4", &Cpu).tiling(&Cpu, [100, 100], 1000).err().expect("1000 bytes are few").to_string();
    assert!(short.contains("even one tile of 100×100 would take "), "{short}");
    let huge = known("compact-x4", &Cpu).tiling(&Cpu, [5000, 10], u64::MAX).err().expect("it is too large").to_string();
    assert_eq!(
        huge,
        "upscaler compact-x4: 5000×10 would become 20000×40 pixels, 16384 along each side are the most; give a smaller picture"
    );
}

#[test]
fn damaged_files_are_refused_wherever_they_end() {
    for name in ["rrdb-x4", "compact-x2"] {
        let bytes = std::fs::read(file(name)).expect("it is there");
        for end in [0, 1, 9, 100, bytes.len() / 2, bytes.len() - 1] {
            let files = Memory::new("a test", [("u.pth", bytes[..end].to_vec())]);
            assert!(open("x", Rc::new(files), &Cpu).is_err(), "{name} cut after {end} bytes");
        }
    }
}
