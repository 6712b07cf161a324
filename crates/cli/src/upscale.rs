//! `decant upscale` and `decant generate --upscale`: a picture through an upscaler, tile by tile.

use crate::arguments::Upscale;
use crate::picture::{Large, PictureFile};
use crate::{Failure, device, interrupt, output, picture, progress, source};
use decant_graph::{Device, Encoding};
use decant_record::Enlarged;
use decant_sd::error::bytes;
use decant_sd::picture::Picture;
use decant_sd::upscale::Upscaler;
use pollster::block_on;
use std::path::Path;

pub(crate) fn run(options: &Upscale) -> Result<(), Failure> {
    output::check(&[&options.out], &[&options.picture, Path::new(&options.with)])?;
    output::written_as(&options.out, &["png"])?;
    let file = picture::bytes(&options.picture)?;
    let small = PictureFile::open(&options.picture, &file, Large::Refused)?.picture()?;
    let device = device::choose(&options.processing)?;
    let weights = options.weights.as_deref().and_then(Encoding::named);
    let mut upscaler = open(&options.with, &*device, weights)?;
    let _run = interrupt::Run::begin();
    let larger = enlarge(&mut upscaler, &*device, &small, options.budget.unwrap_or(u64::MAX).min(device.memory()), options.quiet)?;
    source::confirm()?;
    output::write(&options.out, &decant_record::enlarged_png(Some(&file), &larger, enlarged(&upscaler))?)
}

/// An upscaler's headers, under its file's name.
pub(crate) fn open(place: &str, device: &dyn Device, weights: Option<Encoding>) -> Result<Upscaler, Failure> {
    let name = source::name(place);
    Ok(block_on(Upscaler::open(name, source::open_as(place, "upscaler's file")?, device, weights))?)
}

/// What a record says of it.
pub(crate) fn enlarged(upscaler: &Upscaler) -> Enlarged {
    Enlarged { by: upscaler.name().into(), times: upscaler.scale() }
}

/// The picture, larger, with a bar of tiles; within so many bytes.
pub(crate) fn enlarge(upscaler: &mut Upscaler, device: &dyn Device, small: &Picture, most: u64, quiet: bool) -> Result<Picture, Failure> {
    let tiling = upscaler.tiling(device, [small.width, small.height], most)?;
    let bar = progress::bar(quiet, "{prefix:13} {bar:40} {pos} of {len} tiles, {eta} left");
    bar.set_prefix("enlarging");
    let (started, of) = (std::time::Instant::now(), tiling.count());
    let larger = block_on(upscaler.run(small, &tiling, async |done, of| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
        if interrupt::asked() { Err(decant_sd::Error::Cancelled) } else { Ok(()) }
    }));
    bar.finish_and_clear();
    let larger = larger?;
    if !quiet {
        eprintln!(
            "{}, {}: {}×{} to {}×{} in {of} {}, {:.1} s on {}, {} of memory predicted",
            upscaler.name(),
            upscaler.network(),
            small.width,
            small.height,
            larger.width,
            larger.height,
            if of == 1 { "tile" } else { "tiles" },
            started.elapsed().as_secs_f64(),
            device.name(),
            bytes(tiling.peak())
        );
    }
    Ok(larger)
}
