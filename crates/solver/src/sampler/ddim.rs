//! DDIM: denoising diffusion implicit models.

use super::{Built, Letters, Prediction, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::Class;
use crate::prediction::mix;
use crate::setup::Setup;
use crate::timesteps::{visiting, whole};

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Ddim,
    id: "ddim",
    name: "DDIM",
    reference: "DDIMScheduler",
    docs: "Predict the picture, then add back the same noise at the next lower level; eta says how much of it is new (Song et al. 2020, arXiv:2010.02502, equations 12 and 16).",
    cfgpp: true,
    class: Class { eta: Some(0.0), ..Class::DISCRETE },
    build,
    ..SamplerRow::PLAIN
};

/// As in diffusers a step's end is always `num_train_timesteps / steps` timesteps on,
/// which with linspace or trailing spacing is not quite where the next step starts.
fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (bound, eta) = (setup.bound()?, setup.eta()? as f32);
    let timesteps = whole(setup)?;
    let schedule = visiting(setup, &timesteps, setup.final_alpha(), bound)?;
    let stride = setup.config.num_train_timesteps / timesteps.len();
    let ends = timesteps.iter().map(|&t| schedule.alpha(t.checked_sub(stride))).collect();
    Built::new(schedule, setup.denoiser(Letters::Alpha, bound), move |run, x| ddim(run, x, ends, eta))
}

async fn ddim(run: Steps, mut x: Vec<f32>, ends: Vec<f32>, eta: f32) -> Vec<f32> {
    for i in run.steps() {
        let (alpha, alpha_next) = (run.schedule.alpha_at(i), ends[i]);
        let Prediction { x0, mut eps, renoise, .. } = run.denoised(i, &mut x).await;
        if let Some(output) = renoise {
            eps = run.parts(i, &x, &output).eps;
        }
        let variance = (1.0 - alpha_next) / (1.0 - alpha) * (1.0 - alpha / alpha_next);
        let deviation = eta * variance.max(0.0).sqrt(); // set_alpha_to_one false can leave less noise before than after
        let direction = (1.0 - alpha_next - deviation * deviation).max(0.0).sqrt();
        x = mix([(alpha_next.sqrt(), &x0), (direction, &eps)]);
        if eta > 0.0 {
            x = mix([(1.0, &x), (deviation, &run.noise().await)]);
        }
    }
    x
}
