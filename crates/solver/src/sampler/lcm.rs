//! LCM: latent consistency models, which predict the picture from anywhere, and are noised again.

use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::Error;
use crate::class::Class;
use crate::prediction::mix;
use crate::setup::Setup;
use crate::timesteps::visiting;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::Lcm,
    id: "lcm",
    name: "LCM",
    reference: "LCMScheduler",
    docs: "For models distilled to it: predict the picture, noise it to the next level, again (Luo et al. 2023, arXiv:2310.04378, algorithm 3).",
    stochastic: true,
    class: Class::DISTILLED,
    build,
    ..SamplerRow::PLAIN
};

/// Standard deviation of the data in the boundary condition.
const SIGMA_DATA: f32 = 0.5;

/// The timesteps that the model was distilled on, as evenly as their number allows.
pub(super) fn distilled(setup: &Setup<'_>) -> Result<Vec<usize>, Error> {
    let (steps, most) = (setup.steps()?, setup.config.original_inference_steps);
    if most == 0 || most > setup.config.num_train_timesteps {
        return Err(Error::Value {
            key: "original_inference_steps",
            got: most.to_string(),
            expected: format!("1 to {} (num_train_timesteps)", setup.config.num_train_timesteps),
            hint: "correct it in the model's scheduler configuration",
        });
    }
    let strength = setup.options.strength;
    if !(0.0..=1.0).contains(&strength) {
        let (got, expected, hint) = (strength.to_string(), "0 to 1".into(), "choose a number in that range");
        return Err(Error::Choice { sampler: setup.sampler, choice: "strength", got, expected, hint });
    }
    let used = (most as f64 * strength) as usize;
    if steps > used {
        let key = if used == most { "original_inference_steps" } else { "original_inference_steps, as many of them as strength leaves" };
        return Err(Error::Steps { got: steps, most: used, key });
    }
    let stride = setup.config.num_train_timesteps / most;
    let chosen = (0..steps).map(|i| (i as f64 * (used as f64 / steps as f64)).floor() as usize);
    Ok(chosen.map(|index| (used - index) * stride - 1).collect())
}

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let bound = setup.bound()?;
    let schedule = visiting(setup, &distilled(setup)?, setup.final_alpha(), bound)?;
    Built::new(schedule, setup.denoiser(Letters::Alpha, bound), lcm)
}

async fn lcm(run: Steps, mut x: Vec<f32>) -> Vec<f32> {
    for i in run.steps() {
        let x0 = run.denoised(i, &mut x).await.x0;
        // The boundary condition: at timestep 0 the answer is what was asked about.
        let t = run.schedule.timesteps[i] * run.config.timestep_scaling;
        let square = t * t + SIGMA_DATA * SIGMA_DATA;
        x = run.show(mix([(t / square.sqrt(), &x0), (SIGMA_DATA * SIGMA_DATA / square, &x)]));
        if i + 1 < run.steps().end {
            let next = run.schedule.alpha_at(i + 1);
            x = mix([(next.sqrt(), &x), ((1.0 - next).sqrt(), &run.noise().await)]);
        }
    }
    x
}
