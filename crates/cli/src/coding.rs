//! `decant encode` and `decant decode`: a picture's latents and back, and what that costs.

use crate::arguments::{Decode, Encode, Model};
use crate::output::written_as;
use crate::{Failure, device, generate, output, picture, reading, source};
use decant_sd::latents::Latents;
use decant_sd::picture::Picture;
use decant_sd::pipeline::{Pipeline, RoundTrip};
use pollster::block_on;
use std::path::Path;

/// The longest file of latents that is read: those of 16384 × 16384 pixels as doubles, and some.
const LONGEST: u64 = 1 << 30;

/// A file of latents.
pub(crate) fn read(path: &Path) -> Result<Latents, Failure> {
    let bytes = reading::file(path, LONGEST, "latents").map_err(|problem| format!("{}: {problem}", path.display()))?;
    Ok(Latents::read(&path.display().to_string(), &bytes)?)
}

/// Writes latents in the format that the file's name ends in.
pub(crate) fn write(path: &Path, latents: &Latents) -> Result<(), Failure> {
    let npy = path.extension().is_some_and(|end| end.eq_ignore_ascii_case("npy"));
    output::write(path, &if npy { latents.to_npy() } else { latents.to_safetensors() })
}

pub(crate) fn encode(options: &Encode) -> Result<(), Failure> {
    written_as(&options.out, &["safetensors", "npy"])?;
    let pictures = [options.channels.as_deref(), options.decoded.as_deref()].into_iter().flatten();
    pictures.clone().try_for_each(|path| written_as(path, &["png"]))?;
    let written: Vec<&Path> = pictures.chain([options.out.as_path()]).collect();
    output::check(&written, &[&options.picture, Path::new(options.model.place())])?;
    let original = picture::read(&options.picture, picture::Large::Refused)?;
    let mut pipeline = open(&options.model)?;
    let trip = block_on(pipeline.round_trip(&original, options.seed))?;
    source::confirm()?;
    let RoundTrip { latents, after: decoded, .. } = &trip;
    write(&options.out, latents)?;
    if let Some(path) = &options.channels {
        output::write(path, &beside(&latents.channels(), pipeline.factor()).png()?)?;
    }
    if let Some(path) = &options.decoded {
        output::write(path, &decoded.png()?)?;
    }
    say!("{}", report(&trip));
    Ok(())
}

pub(crate) fn decode(options: &Decode) -> Result<(), Failure> {
    let written: Vec<&Path> = [Some(options.out.as_path()), options.channels.as_deref()].into_iter().flatten().collect();
    written.iter().try_for_each(|path| written_as(path, &["png"]))?;
    output::check(&written, &[&options.latents, Path::new(options.model.place())])?;
    let latents = read(&options.latents)?;
    let mut pipeline = open(&options.model)?;
    let picture = block_on(pipeline.decode(&latents))?;
    source::confirm()?;
    output::write(&options.out, &picture.png()?)?;
    if let Some(path) = &options.channels {
        output::write(path, &beside(&latents.channels(), pipeline.factor()).png()?)?;
    }
    Ok(())
}

/// The model, of which only the autoencoder's weights will be read.
fn open(model: &Model) -> Result<Pipeline, Failure> {
    let options = generate::options(model.weights.as_deref(), &model.opening)?;
    Ok(block_on(Pipeline::open(source::open(model.place())?, device::choose(&model.processing)?, options))?)
}

/// How many numbers, and how near the round trip comes.
fn report(trip: &RoundTrip) -> String {
    let RoundTrip { before, latents, .. } = trip;
    let ([channels, height, width], pixels, places) = (latents.shape, before.values.len(), latents.values.len());
    format!(
        "{}×{} pixels, {pixels} numbers; latents {channels}×{height}×{width}, {places} numbers: {:.0} times fewer; round trip {:.1} dB PSNR",
        before.width,
        before.height,
        trip.ratio(),
        trip.psnr()
    )
}

/// Pictures of one size side by side, each pixel a square.
fn beside(pictures: &[Picture], zoom: usize) -> Picture {
    let (width, height) = (pictures[0].width * zoom, pictures[0].height * zoom);
    let all = width * pictures.len();
    let value = |plane: usize, i: usize| {
        let (y, x) = (i / all, i % all);
        let picture = &pictures[x / width];
        picture.values[(plane * picture.height + y / zoom) * picture.width + x % width / zoom]
    };
    let values = (0..3).flat_map(|plane| (0..all * height).map(move |i| value(plane, i))).collect();
    Picture { width: all, height, values }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_lie_side_by_side() {
        let grey = |value: f32| Picture { width: 1, height: 2, values: [value, value + 0.5].repeat(3) };
        let both = beside(&[grey(0.0), grey(0.25)], 2);
        assert_eq!((both.width, both.height), (4, 4));
        assert_eq!(both.values[..4], [0.0, 0.0, 0.25, 0.25]);
        assert_eq!(both.values[16 + 8..16 + 12], [0.5, 0.5, 0.75, 0.75]);
    }
}
