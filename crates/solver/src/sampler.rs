//! The samplers, the loop that answers them, and what it needs from outside.
//!
//! A sampler is a file in `sampler/`: its row, its schedule, and an `async fn` of about twenty lines from the first latents to the last.
//! It knows no model, no prompt and no guidance: where it awaits what the model says of its latents (`sampler/steps.rs`), [`sample`] shows
//! the last call to [`Run::observe`] and awaits [`Run::predict`], so pause, single-step and cancel are the observer's affair.
//!
//! To add one: a file with its `ROW`, a variant of [`Sampler`] (`sampler/row.rs`), a place in [`SAMPLERS`] (`sampler/table.rs`).
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
mod denoiser;
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
mod outside;
mod pndm;
mod steps;
mod row;
mod table;
mod tcd;
mod unipc;

pub(crate) use denoiser::{Denoiser, Letters};
pub use row::{Sampler, SamplerRow};
pub use table::SAMPLERS;

use crate::{Error, Options, Schedule, SchedulerConfig};
use outside::Outside;
use std::cell::RefCell;
use std::rc::Rc;
use steps::{Exchange, Prediction, Sampling, Steps, Yielded};

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

    /// The gradient of a loss on the predicted picture where this step is pulled by one; `None`: not this one. As long as `at.x0`, by latents in
    /// k-diffusion's scale, `x0 + sigma eps`.
    ///
    /// Before the step is taken, the latents become `x - sigma² gradient` in that scale, with the same noise predicted: fast.ai's lesson 9A,
    /// “guidance by a loss”. A sampler of latents of variance one gets `sigma² gradient / sqrt(sigma² + 1)` taken off its own. It is asked at
    /// the first model call of each step whose sigma is finite.
    async fn loss_gradient(&mut self, at: LossAt<'_>) -> Result<Option<Vec<f32>>, Self::Error> {
        let _ = at;
        Ok(None)
    }

    /// `n` new standard normals, from the generator that drew the first noise. Only stochastic samplers ask.
    fn noise(&mut self, n: usize) -> Vec<f32>;

    /// May change the latents after model call `index` before they are shown and the next call is made, as an inpainting puts back what
    /// its mask leaves; by default they stay. What a run ends with, it keeps as after the schedule's last call, also where it ends before that.
    /// As long as `latents`.
    fn after_step(&mut self, index: usize, latents: Vec<f32>) -> Vec<f32> {
        let _ = index;
        latents
    }

    /// Awaited after each model call: `Ok` = go on, `Err` = stop, not yet ready = paused.
    async fn observe(&mut self, step: Step<'_>) -> Result<(), Self::Error>;
}

/// Where a step may be pulled by a loss.
#[derive(Clone, Copy, Debug)]
pub struct LossAt<'a> {
    /// Which step, from 0; not which model call.
    pub step: usize,
    /// What the model was told.
    pub timestep: f32,
    /// The noise level.
    pub sigma: f32,
    /// The picture without noise, as predicted, not bounded.
    pub x0: &'a [f32],
    /// What the model was shown: latents of variance one.
    pub model_input: &'a [f32],
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
    /// What `latents` were divided by for the model: 1, or sqrt(sigma² + 1) (diffusers' `scale_model_input`; 1 / c_in in k-diffusion).
    pub scale: f32,
    /// The latents before the step, in this sampler's scale.
    pub latents: &'a [f32],
    /// What the model was shown: `latents / scale`.
    pub model_input: &'a [f32],
    /// The model's raw output (eps, v or x0), after guidance.
    pub prediction: &'a [f32],
    /// The picture without noise, as predicted: x0.
    pub denoised: &'a [f32],
    /// The latents after the step, in this sampler's scale: the next step's `latents`. It is diffusers' `prev_sample`, which is named after
    /// the timestep that comes before in training; here everything is named in the order of the run.
    pub next: &'a [f32],
}

/// A sampler, ready to run.
pub(crate) struct Built {
    pub schedule: Schedule,
    denoiser: Denoiser,
    start: Box<dyn FnOnce(Steps, Vec<f32>) -> Sampling>,
}

impl Built {
    /// `sampler` takes the latents of its first call to the last ones.
    fn new<F: Future<Output = Vec<f32>> + 'static>(
        schedule: Schedule,
        denoiser: Denoiser,
        sampler: impl FnOnce(Steps, Vec<f32>) -> F + 'static,
    ) -> Result<Self, Error> {
        Ok(Self { schedule, denoiser, start: Box::new(|steps, x| Box::pin(sampler(steps, x))) })
    }
}

fn build(sampler: Sampler, config: &SchedulerConfig, options: &Options) -> Result<Built, Error> {
    let row = sampler.row();
    row.check(options)?;
    let built = (row.build)(&row.setup(config, options))?;
    let (calls, begin) = (built.schedule.timesteps.len(), options.begin.unwrap_or(0));
    if begin < calls && begin.is_multiple_of(row.calls) {
        return Ok(built);
    }
    let (got, last) = (begin.to_string(), calls - 1);
    let expected = match row.calls {
        1 => format!("0 to {last}, one of its model calls"),
        calls => format!("0 to {last} by {calls}, the first model call of a step"),
    };
    Err(Error::Choice { sampler: row.id, choice: "begin", got, expected, hint: "begin earlier, or take more steps" })
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
    let Built { schedule, denoiser, start } = build(sampler, config, &options)?;
    let scale = if options.begin.is_some() { 1.0 } else { schedule.init_noise_sigma };
    let mut outside = Outside::new(run, sampler.row().calls, denoiser.kind, schedule.clone(), &options);
    let exchange = Rc::new(RefCell::new(Exchange::default()));
    let steps = Steps { row: sampler.row(), config: config.clone(), options, schedule, denoiser, exchange: exchange.clone() };
    let mut sampler = start(steps, noise.iter().map(|x| x * scale).collect());
    loop {
        match steps::next(&mut sampler, &exchange) {
            Yielded::ModelCall { call, x } => {
                let x = outside.observed(x, &exchange).await?;
                let output = outside.called(call, x).await?;
                exchange.borrow_mut().output = Some(output);
            }
            Yielded::Noise => exchange.borrow_mut().noise = Some(outside.noise(noise.len())?),
            Yielded::Done(x) => return outside.finished(x, &exchange).await,
        }
    }
}
