//! The samplers, side by side: from noise to latents, one model call after another.
//!
//! Each is about twenty lines: ask the model, split what it said into x0 and eps ([`crate::prediction`]), go one step on.
//! A sampler knows no model, no prompt and no guidance: it awaits [`Run::predict`].
//! It shows each step and waits for [`Run::observe`], so pause, single-step and cancel are the observer's affair.
//!
//! To add one: a function here, a variant of [`Sampler`] (the compiler then points at the match), a row in [`SAMPLERS`],
//! its schedule in `schedule.rs`.
//!
//! ```
//! use decant_solver::{Error, Generator, Run, Sampler, SchedulerConfig, Step, sample};
//!
//! struct Grey; // a model that always sees the picture 0.5, and an observer that prints
//! impl Run for Grey {
//!     type Error = Error;
//!     async fn predict(&mut self, x: &[f32], _timestep: f32) -> Result<Vec<f32>, Error> {
//!         Ok(vec![0.5; x.len()])
//!     }
//!     async fn observe(&mut self, step: Step<'_>) -> Result<(), Error> {
//!         println!("step {} of {}: sigma {}", step.index + 1, step.total, step.sigma);
//!         Ok(())
//!     }
//! }
//!
//! let config = SchedulerConfig { prediction_type: "sample".parse()?, ..Default::default() };
//! let noise = Generator::new(1).randn(16);
//! # fn block_on<T>(task: impl Future<Output = T>) -> T {
//! #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! #     match std::pin::pin!(task).poll(&mut context) {
//! #         std::task::Poll::Ready(value) => value,
//! #         std::task::Poll::Pending => unreachable!("nothing here waits"),
//! #     }
//! # }
//! let latents = block_on(sample(Sampler::Euler, &mut Grey, &noise, &config, 10))?;
//! assert!(latents.iter().all(|x| (x - 0.5).abs() < 1e-5));
//! # Ok::<(), Error>(())
//! ```

use crate::prediction::{Parts, bounded, from_alpha, from_sigma};
use crate::{Error, Schedule, SchedulerConfig, schedule as schedules};

/// What a sampler needs from outside: the model's prediction, and somebody to show each step to.
#[expect(async_fn_in_trait, reason = "one thread, in the browser: nobody needs the futures to be Send")]
pub trait Run {
    /// What can go wrong outside; the solver's own errors must fit in.
    type Error: From<Error>;

    /// The model's raw output after guidance (eps, v or x0, as the configuration says)
    /// for `x`, already scaled for the model, at `timestep`. As long as `x`.
    async fn predict(&mut self, x: &[f32], timestep: f32) -> Result<Vec<f32>, Self::Error>;

    /// Awaited after each step: `Ok` = go on, `Err` = stop, not yet ready = paused.
    async fn observe(&mut self, step: Step<'_>) -> Result<(), Self::Error>;
}

/// One step, just taken.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Which step, from 0.
    pub index: usize,
    /// Of how many.
    pub total: usize,
    /// What the model was told.
    pub timestep: f32,
    /// The noise level where the step started.
    pub sigma: f32,
    /// What the model was shown: the latents before the step, scaled for the model.
    pub input: &'a [f32],
    /// What the model said, after guidance.
    pub prediction: &'a [f32],
    /// The picture without noise, as predicted: x0.
    pub denoised: &'a [f32],
    /// The latents after the step, in this sampler's scale (as diffusers' `prev_sample`).
    pub latents: &'a [f32],
}

/// A way to solve the equation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sampler {
    /// Denoising diffusion implicit models, deterministic (eta 0).
    Ddim,
    /// Euler's method on the probability flow ODE.
    Euler,
}

/// Everything there is to say about a sampler.
#[derive(Debug)]
pub struct SamplerRow {
    /// The sampler.
    pub sampler: Sampler,
    /// Its name in files, addresses and command lines.
    pub id: &'static str,
    /// Its name in menus.
    pub name: &'static str,
    /// The diffusers class that the tests compare with.
    pub judge: &'static str,
    /// What it does, and where that was published.
    pub docs: &'static str,
    /// Its noise schedule.
    schedule: fn(&SchedulerConfig, usize) -> Result<Schedule, Error>,
}

/// All samplers; menus, help and tests are made from this table.
pub const SAMPLERS: &[SamplerRow] = &[
    SamplerRow {
        sampler: Sampler::Ddim,
        id: "ddim",
        name: "DDIM",
        judge: "DDIMScheduler",
        docs: "Predict the picture, then add back the same noise at the next lower level (Song et al. 2020, arXiv:2010.02502, equation 12, eta 0).",
        schedule: schedules::ddim,
    },
    SamplerRow {
        sampler: Sampler::Euler,
        id: "euler",
        name: "Euler",
        judge: "EulerDiscreteScheduler",
        docs: "Follow the slope dx/dsigma to the next noise level in a straight line (Karras et al. 2022, arXiv:2206.00364, algorithm 2 without churn and correction).",
        schedule: schedules::euler,
    },
];

impl Sampler {
    /// The sampler called `id`.
    pub fn from_id(id: &str) -> Result<Self, Error> {
        SAMPLERS.iter().find(|row| row.id == id).map(|row| row.sampler).ok_or_else(|| Error::Sampler {
            got: format!("{id:?}"),
            expected: SAMPLERS.iter().map(|row| row.id).collect::<Vec<_>>().join(", "),
        })
    }

    /// This sampler's row in [`SAMPLERS`].
    pub fn row(self) -> &'static SamplerRow {
        SAMPLERS.iter().find(|row| row.sampler == self).expect("a test looks for every sampler's row")
    }
}

/// The timesteps and noise levels that [`sample`] would visit.
pub fn schedule(sampler: Sampler, config: &SchedulerConfig, steps: usize) -> Result<Schedule, Error> {
    (sampler.row().schedule)(config, steps)
}

/// Samples from unit-variance `noise` to final latents, in `steps` steps.
pub async fn sample<R: Run>(
    sampler: Sampler,
    run: &mut R,
    noise: &[f32],
    config: &SchedulerConfig,
    steps: usize,
) -> Result<Vec<f32>, R::Error> {
    let schedule = &schedule(sampler, config, steps)?;
    let x = noise.iter().map(|x| x * schedule.init_noise_sigma).collect();
    let plan = Plan { config, schedule };
    match sampler {
        Sampler::Ddim => ddim(run, x, plan).await,
        Sampler::Euler => euler(run, x, plan).await,
    }
}

/// What was asked for, and what follows from it.
struct Plan<'a> {
    config: &'a SchedulerConfig,
    schedule: &'a Schedule,
}

/// DDIM with eta 0 (Song et al., <https://arxiv.org/abs/2010.02502>, equation 12).
async fn ddim<R: Run>(run: &mut R, mut x: Vec<f32>, plan: Plan<'_>) -> Result<Vec<f32>, R::Error> {
    let Plan { config, schedule } = plan;
    for (index, &timestep) in schedule.timesteps.iter().enumerate() {
        let (alpha, alpha_next) = schedule.ddim_alphas(index);
        let prediction = predict(run, &x, timestep).await?;
        let Parts { x0, eps } = from_alpha(config.prediction_type, &x, &prediction, alpha);
        let denoised = bounded(config, x0);
        let (a, b) = (alpha_next.sqrt(), (1.0 - alpha_next).sqrt());
        let latents: Vec<f32> = denoised.iter().zip(&eps).map(|(x0, eps)| a * x0 + b * eps).collect();
        let step = Step {
            index,
            total: schedule.timesteps.len(),
            timestep,
            sigma: schedule.sigmas[index],
            input: &x,
            prediction: &prediction,
            denoised: &denoised,
            latents: &latents,
        };
        run.observe(step).await?;
        x = latents;
    }
    Ok(x)
}

/// Euler's method on dx/dsigma = eps (Karras et al., <https://arxiv.org/abs/2206.00364>, algorithm 2, `S_churn` 0, first order).
async fn euler<R: Run>(run: &mut R, mut x: Vec<f32>, plan: Plan<'_>) -> Result<Vec<f32>, R::Error> {
    let Plan { config, schedule } = plan;
    for (index, &timestep) in schedule.timesteps.iter().enumerate() {
        let (sigma, sigma_next) = (schedule.sigmas[index], schedule.sigmas[index + 1]);
        let scale = (sigma * sigma + 1.0).sqrt();
        let input: Vec<f32> = x.iter().map(|x| x / scale).collect();
        let prediction = predict(run, &input, timestep).await?;
        let Parts { x0, eps } = from_sigma(config.prediction_type, &x, &prediction, sigma);
        let latents: Vec<f32> = x.iter().zip(&eps).map(|(x, eps)| x + eps * (sigma_next - sigma)).collect();
        let step = Step {
            index,
            total: schedule.timesteps.len(),
            timestep,
            sigma,
            input: &input,
            prediction: &prediction,
            denoised: &x0,
            latents: &latents,
        };
        run.observe(step).await?;
        x = latents;
    }
    Ok(x)
}

/// The model's prediction, if it fits the latents.
async fn predict<R: Run>(run: &mut R, x: &[f32], timestep: f32) -> Result<Vec<f32>, R::Error> {
    let prediction = run.predict(x, timestep).await?;
    if prediction.len() == x.len() {
        return Ok(prediction);
    }
    Err(Error::Length { timestep, expected: x.len(), got: prediction.len() }.into())
}
