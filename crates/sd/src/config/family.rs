//! What a folder's configurations are called: the generation that they are of, and in which way.

use super::UNetConfig;
use crate::families::{Distilled, Generation, SD1};
use decant_solver::{PredictionType, SchedulerConfig, TimestepSpacing};

/// The kind of model in a few words, and how it was distilled for a few steps.
pub(super) fn named(unet: &UNetConfig, scheduler: &SchedulerConfig) -> (String, Option<Distilled>) {
    let (width, channels) = (unet.cross_attention_dim, &unet.block_out_channels[..]);
    let (known, turbo) = match Generation::of_text(width) {
        Some(generation) if generation.channels == channels => of_schedule(generation, scheduler),
        Some(generation) if *generation == SD1 && channels == [320, 640, 1280] => {
            (format!("{}, distilled to three levels", generation.title), None)
        }
        _ => {
            let known = format!("a latent diffusion model of Stable Diffusion's architecture (channels {channels:?}, text width {width})");
            return (known, None);
        }
    };
    let lcm = unet.time_cond_proj_dim.map(|_| Distilled::Lcm);
    let consistency = if lcm.is_some() { ", latent consistency model" } else { "" };
    let inpainting = if unet.in_channels > unet.out_channels { ", for inpainting" } else { "" };
    (format!("{known}{consistency}{inpainting}"), turbo.or(lcm))
}

/// Families of the same networks differ in their schedule: some predict v, and a trailing schedule is how the Turbo models are saved.
fn of_schedule(generation: &Generation, scheduler: &SchedulerConfig) -> (String, Option<Distilled>) {
    if scheduler.prediction_type == PredictionType::VPrediction && generation.families().any(|row| row.predicts_v()) {
        return (format!("{}, v prediction", generation.title), None);
    }
    let trailing = scheduler.timestep_spacing == Some(TimestepSpacing::Trailing);
    match generation.families().find(|row| trailing && row.distilled == Some(Distilled::Turbo)) {
        Some(row) => (row.title.into(), row.distilled),
        None => (generation.title.into(), None),
    }
}
