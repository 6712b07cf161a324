//! `decant encode` and `decant decode`: a picture's latents and back, and what that costs.

use crate::arguments::{Decode, Encode};
use crate::output::written_as;
use crate::picture::{Large, PictureFile};
use crate::{Failure, latents, model, output, picture, source};
use decant_sd::picture::Picture;
use decant_sd::pipeline::RoundTrip;
use pollster::block_on;
use std::path::Path;

pub(crate) fn encode(options: &Encode) -> Result<(), Failure> {
    written_as(&options.out, &["safetensors", "npy"])?;
    let pictures = [options.channels.as_deref(), options.decoded.as_deref()].into_iter().flatten();
    pictures.clone().try_for_each(|path| written_as(path, &["png"]))?;
    let written: Vec<&Path> = pictures.chain([options.out.as_path()]).collect();
    output::check(&written, &[&options.picture, Path::new(options.model.place())])?;
    let file = picture::bytes(&options.picture)?;
    let original = PictureFile::open(&options.picture, &file, Large::Refused)?.picture()?;
    let mut pipeline = model::open(&options.model)?;
    let trip = block_on(pipeline.round_trip(&original, options.seed))?;
    source::confirm()?;
    let RoundTrip { latents, after: decoded, .. } = &trip;
    latents::write(&options.out, latents)?;
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
    let latents = latents::read(&options.latents)?;
    let mut pipeline = model::open(&options.model)?;
    let picture = block_on(pipeline.decode(&latents))?;
    source::confirm()?;
    output::write(&options.out, &picture.png()?)?;
    if let Some(path) = &options.channels {
        output::write(path, &beside(&latents.channels(), pipeline.factor()).png()?)?;
    }
    Ok(())
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
