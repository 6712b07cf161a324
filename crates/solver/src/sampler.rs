//! The samplers: one loop for all, and what it needs from outside.
//!
//! A sampler is a file in `sampler/`: its row, its schedule, and a step of about twenty lines from what the model said to the next latents.
//! It knows no model, no prompt and no guidance: [`sample`] awaits [`Run::predict`] before each step,
//! shows the step and waits for [`Run::observe`], so pause, single-step and cancel are the observer's affair.
//!
//! To add one: a file with its `ROW`, a variant of [`Sampler`], a place in [`SAMPLERS`] (`sampler/table.rs`).
//!
//! ```
//! use decant_solver::{Error, Generator, Run, Sampler, SchedulerConfig, Step, sample};
//!
//! struct Grey(Generator); // a model that always sees the picture 0.5, and an observer that prints
//! impl Run for Grey {
//!     type Error = Error;
//!     async fn predict(&mut self, x: &[f32], _timestep: f32) -> Result<Vec<f32>, Error> {
//!         Ok(vec![0.5; x.len()])
//!     }
//!     fn noise(&mut self, n: usize) -> Vec<f32> {
//!         self.0.randn(n)
//!     }
//!     async fn observe(&mut self, step: Step<'_>) -> Result<(), Error> {
//!         println!("call {} of {}: sigma {}", step.index + 1, step.total, step.sigma);
//!         Ok(())
//!     }
//! }
//!
//! let config = SchedulerConfig { prediction_type: "sample".parse()?, ..Default::default() };
//! let mut generator = Generator::new(1);
//! let noise = generator.randn(16);
//! # fn block_on<T>(task: impl Future<Output = T>) -> T {
//! #     let mut context = std::task::Context::from_waker(std::task::Waker::noop());
//! #     match std::pin::pin!(task).poll(&mut context) {
//! #         std::task::Poll::Ready(value) => value,
//! #         std::task::Poll::Pending => unreachable!("nothing here waits"),
//! #     }
//! # }
//! let latents = block_on(sample(Sampler::EulerA, &mut Grey(generator), &noise, &config, 10))?;
//! assert!(latents.iter().all(|x| (x - 0.5).abs() < 1e-5));
//! # Ok::<(), Error>(())
//! ```

mod ddim;
mod ddpm;
mod deis;
mod descent;
mod dpm2;
mod dpm2_a;
mod dpmpp_2m;
mod dpmpp_2s;
mod dpmpp_3m_sde;
mod dpmpp_sde;
mod euler;
mod euler_a;
mod heun;
mod lcm;
mod level;
mod lms;
mod pndm;
mod table;
mod tcd;
mod unipc;

pub use table::{SAMPLERS, Sampler, SamplerRow};

use crate::class::Setup;
use crate::{Error, Options, Schedule, SchedulerConfig};

/// What a sampler needs from outside: the model's prediction, new noise, and somebody to show each step to.
#[expect(async_fn_in_trait, reason = "one thread, in the browser: nobody needs the futures to be Send")]
pub trait Run {
    /// What can go wrong outside; the solver's own errors must fit in.
    type Error: From<Error>;

    /// The model's raw output after guidance (eps, v or x0, as the configuration says)
    /// for `x`, already scaled for the model, at `timestep`. As long as `x`.
    async fn predict(&mut self, x: &[f32], timestep: f32) -> Result<Vec<f32>, Self::Error>;

    /// The raw output whose noise is added back in the step from the last [`Run::predict`]: with CFG++ the one without the prompt.
    /// None: that prediction itself. Only asked with [`Options::cfgpp`]; as long as `x`.
    fn renoise(&self) -> Option<Vec<f32>> {
        None
    }

    /// `n` new standard normals, from the generator that drew the first noise. Only stochastic samplers ask.
    fn noise(&mut self, n: usize) -> Vec<f32>;

    /// May change the latents after model call `index` before they are shown and the next call is made, as an inpainting puts back what
    /// its mask leaves; by default they stay. As long as `latents`.
    fn keep(&mut self, index: usize, latents: Vec<f32>) -> Vec<f32> {
        let _ = index;
        latents
    }

    /// Awaited after each model call: `Ok` = go on, `Err` = stop, not yet ready = paused.
    async fn observe(&mut self, step: Step<'_>) -> Result<(), Self::Error>;
}

/// One model call and the step taken from it; samplers of two calls a step show both, as diffusers does.
#[derive(Clone, Copy, Debug)]
pub struct Step<'a> {
    /// Which call, from 0.
    pub index: usize,
    /// Of how many.
    pub total: usize,
    /// What the model was told.
    pub timestep: f32,
    /// The noise level of what the model was shown.
    pub sigma: f32,
    /// The latents before the step, in this sampler's scale.
    pub before: &'a [f32],
    /// What the model was shown: those latents, scaled for the model.
    pub input: &'a [f32],
    /// What the model said, after guidance.
    pub prediction: &'a [f32],
    /// The picture without noise, as predicted: x0.
    pub denoised: &'a [f32],
    /// The latents after the step, in this sampler's scale (as diffusers' `prev_sample`).
    pub latents: &'a [f32],
}

/// A sampler, ready to run.
pub(crate) struct Built {
    pub schedule: Schedule,
    pub step: Box<dyn FnMut(Call<'_>) -> Stepped>,
}

impl Built {
    fn new(schedule: Schedule, step: impl FnMut(Call<'_>) -> Stepped + 'static) -> Result<Self, Error> {
        Ok(Self { schedule, step: Box::new(step) })
    }
}

/// What a step is taken from.
pub(crate) struct Call<'a> {
    /// Which model call.
    pub index: usize,
    /// The latents, in the sampler's scale.
    pub x: &'a [f32],
    /// What the model said.
    pub prediction: &'a [f32],
    /// What it said of the noise that is added back.
    pub renoise: &'a [f32],
    /// Set where this step is the last, earlier than the schedule says.
    pub done: &'a mut bool,
    /// Draws new noise, as long as the latents.
    pub noise: &'a mut dyn FnMut() -> Vec<f32>,
}

/// What a step comes to.
pub(crate) struct Stepped {
    pub latents: Vec<f32>,
    pub denoised: Vec<f32>,
}

fn build(sampler: Sampler, config: &SchedulerConfig, options: &Options) -> Result<Built, Error> {
    let row = sampler.row();
    options.checked(row)?;
    let built = (row.build)(&Setup { row, config, options })?;
    match (options.begin, built.schedule.timesteps.len()) {
        (Some(begin), calls) if begin >= calls => Err(Error::Choice {
            sampler: row.id,
            choice: "begin",
            got: begin.to_string(),
            expected: format!("0 to {}, one of its model calls", calls - 1),
            hint: "begin earlier, or take more steps",
        }),
        _ => Ok(built),
    }
}

/// The timesteps and noise levels that [`sample`] would visit. `options` can be just a number of steps.
pub fn schedule(sampler: Sampler, config: &SchedulerConfig, options: impl Into<Options>) -> Result<Schedule, Error> {
    Ok(build(sampler, config, &options.into())?.schedule)
}

/// Samples from unit-variance `noise` to final latents, or from latents on the way ([`Options::begin`]).
/// `options` can be just a number of steps.
pub async fn sample<R: Run>(
    sampler: Sampler,
    run: &mut R,
    noise: &[f32],
    config: &SchedulerConfig,
    options: impl Into<Options>,
) -> Result<Vec<f32>, R::Error> {
    let options = options.into();
    let Built { schedule, mut step } = build(sampler, config, &options)?;
    let scale = if options.begin.is_some() { 1.0 } else { schedule.init_noise_sigma };
    let mut x: Vec<f32> = noise.iter().map(|x| x * scale).collect();
    let total = schedule.timesteps.len();
    for index in options.begin.unwrap_or(0)..total {
        let (timestep, sigma) = (schedule.timesteps[index], schedule.sigmas[index]);
        let input = schedule.input(index, &x);
        let prediction = predict(run, &input, timestep).await?;
        let renoise = if options.cfgpp { run.renoise() } else { None };
        let said = [&prediction, renoise.as_ref().unwrap_or(&prediction)];
        if said[1].len() != x.len() {
            return Err(Error::Length { timestep, expected: x.len(), got: said[1].len() }.into());
        }
        let (call, at) = (index + 1, (total, timestep));
        finite("the model's prediction", call, at, said[0]).and_then(|()| finite("the model's prediction", call, at, said[1]))?;
        let (Stepped { latents, denoised }, done) = stepped(run, &mut *step, index, &x, said)?;
        finite("the latents", call, at, &latents)?;
        let (before, latents) = (x, run.keep(index, latents));
        x = latents;
        let (before, input, prediction, denoised, latents) = (&before[..], &input[..], &prediction[..], &denoised[..], &x[..]);
        run.observe(Step { index, total, timestep, sigma, before, input, prediction, denoised, latents }).await?;
        if done {
            break;
        }
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

/// Refuses what is no number: every later step, and the picture, would be none either.
fn finite(what: &'static str, call: usize, (total, timestep): (usize, f32), values: &[f32]) -> Result<(), Error> {
    match values.iter().filter(|value| !value.is_finite()).count() {
        0 => Ok(()),
        bad => Err(Error::NotFinite { what, call, total, timestep, bad: (bad, values.len()) }),
    }
}

/// One step and whether it is the last, if the noise drawn for it fits the latents.
fn stepped<R: Run>(
    run: &mut R,
    step: &mut dyn FnMut(Call<'_>) -> Stepped,
    index: usize,
    x: &[f32],
    [prediction, renoise]: [&Vec<f32>; 2],
) -> Result<(Stepped, bool), R::Error> {
    let (mut wrong, mut done) = (None, false);
    let mut noise = || {
        let mut noise = run.noise(x.len());
        if noise.len() != x.len() {
            wrong = Some(Error::Noise { expected: x.len(), got: noise.len() });
            noise.resize(x.len(), 0.0);
        }
        noise
    };
    let stepped = step(Call { index, x, prediction, renoise, done: &mut done, noise: &mut noise });
    wrong.map_or(Ok((stepped, done)), |error| Err(error.into()))
}
