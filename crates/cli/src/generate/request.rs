//! The flags as a request: what was given overrides where it starts from, what was left out stays as it is there.
//!
//! Each group of flags (`arguments/*.rs`) applies itself; here are only those that belong to no group.

use crate::Failure;
use crate::arguments::Generate;
use decant_record::Found;
use decant_sd::request::{Decoder, Preview, Request};

/// What is asked for.
pub(super) fn request(options: &Generate, found: Option<&Found>) -> Result<Request, Failure> {
    let mut request = found.map(|found| found.record.settings.clone()).unwrap_or_default();
    plain(options, &mut request);
    options.text.apply(&mut request);
    options.images.apply(&mut request)?;
    options.lora.apply(&mut request);
    options.sampling.apply(&mut request)?;
    options.records.apply(&mut request);
    if options.trace.is_some() && request.preview == Preview::None {
        request.preview = Preview::Auto;
    }
    request.attention = options.attention;
    Ok(request)
}

fn plain(options: &Generate, request: &mut Request) {
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
