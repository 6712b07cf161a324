//! The flags as a request: what was given overrides where it starts from, what was left out stays as it is there.
//!
//! Each group of flags (`arguments/*.rs`) applies itself; here are only those that belong to no group.

use crate::Failure;
use crate::arguments::Generate;
use decant_record::Found;
use decant_sd::request::{Decoder, Group, Preview, Request};

/// What is asked for.
pub(super) fn request(options: &Generate, found: Option<&Found>) -> Result<Request, Failure> {
    let mut request = options.records.start(found)?;
    common(options, &mut request);
    options.text.apply(&mut request);
    options.images.apply(&mut request)?;
    options.losses.apply(&mut request)?;
    options.plain.apply(&mut request)?;
    options.lora.apply(&mut request);
    options.sampling.apply(&mut request)?;
    options.records.apply(&mut request);
    if options.trace.is_some() && request.preview == Preview::None {
        request.preview = Preview::Auto;
    }
    request.attention = options.attention;
    request.check_words()?;
    options.images.check_passing(&request)?;
    if found.is_some() {
        has_its_picture(&request)?;
    }
    Ok(request)
}

/// A record of a picture that was made from another one says how, but does not hold that one.
fn has_its_picture(request: &Request) -> Result<(), Failure> {
    let given: Vec<&str> = request.given().filter(|row| row.group == Group::Start).filter_map(|row| row.flag.name()).collect();
    if given.is_empty() || request.images.picture.is_some() || request.images.latents.is_some() {
        return Ok(());
    }
    let less = given.join(",");
    Err(format!(
        "the settings are of a picture that was made from another one; give that by --init-image, or leave it out by --without {less}"
    )
    .into())
}

fn common(options: &Generate, request: &mut Request) {
    options.prompt.iter().for_each(|prompt| request.prompt.clone_from(prompt));
    options.negative.iter().for_each(|negative| request.negative.clone_from(negative));
    request.seed = options.seed.unwrap_or(request.seed);
    request.steps = options.steps.or(request.steps);
    request.guidance = options.guidance.or(request.guidance);
    request.width = options.width.or(request.width);
    request.height = options.height.or(request.height);
    if options.tiny {
        request.decoder = Decoder::Tiny;
    }
}
