//! A sampler's side of a run: what the model predicts of its latents, and new noise, each awaited where it is needed.
//!
//! A sampler is an `async fn` that reads as its paper does: it has its loop and its memory, and knows no model and no observer.
//! What it awaits here is answered by [`super::sample`], which between two answers may wait as long as it likes, or drop the sampler:
//! so it can be paused, cancelled and begun in the middle without a line of its own. There is no executor behind it:
//! the sampler is asked to go on once for each answer, in the same thread, and nothing else wakes it.

use super::denoiser::Denoiser;
use crate::prediction::Parts;
use crate::setup::Setup;
use crate::{Options, SamplerRow, Schedule, SchedulerConfig};
use std::cell::RefCell;
use std::future::poll_fn;
use std::mem::take;
use std::ops::Range;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A sampler on its way, to its last latents.
pub(super) type Sampling = Pin<Box<dyn Future<Output = Vec<f32>>>>;

/// What a sampler is run with.
pub(super) struct Steps {
    pub schedule: Schedule,
    pub denoiser: Denoiser,
    pub row: &'static SamplerRow,
    pub config: SchedulerConfig,
    pub options: Options,
    pub exchange: Rc<RefCell<Exchange>>,
}

/// What the model's output at a call comes to.
pub(super) struct Prediction {
    /// The picture without noise, bounded as the configuration says.
    pub x0: Vec<f32>,
    /// The unit noise, of the unbounded picture.
    pub eps: Vec<f32>,
    /// The raw output: eps, v or x0.
    pub output: Vec<f32>,
    /// With CFG++, the raw output whose noise the step adds back.
    pub renoise: Option<Vec<f32>>,
}

impl Steps {
    /// The steps to take; the first is not 0 where the run begins in the middle.
    pub fn steps(&self) -> Range<usize> {
        self.options.begin.unwrap_or(0) / self.row.calls..self.schedule.timesteps.len().div_ceil(self.row.calls)
    }

    /// The noise level of a call, and what comes after it in the schedule.
    pub fn sigmas(&self, call: usize) -> (f32, f32) {
        (self.schedule.sigmas[call], self.schedule.sigmas[call + 1])
    }

    /// What the sampler was built from.
    pub fn setup(&self) -> Setup<'_> {
        self.row.setup(&self.config, &self.options)
    }

    /// What the model says of `x` at a call of the schedule: scaled for it, its answer read as what it predicts, bounded.
    ///
    /// `x` is also what the last call's step came to. Before the model is asked, the observer is shown that step and awaited;
    /// what a mask keeps is put back into `x`, so a step goes on from what `x` then is.
    pub async fn denoised(&self, call: usize, x: &mut Vec<f32>) -> Prediction {
        let wanted = Yielded::ModelCall { call, x: take(x) };
        let ModelOutput { x: masked, output, renoise } = self.wait_for(wanted, |exchange| exchange.output.take()).await;
        *x = masked;
        let Parts { x0, eps } = self.parts(call, x, &output);
        Prediction { x0: self.show(self.denoiser.bound.apply(x0)), eps, output, renoise }
    }

    /// New standard normals, as many as latents.
    pub async fn noise(&self) -> Vec<f32> {
        self.wait_for(Yielded::Noise, |exchange| exchange.noise.take()).await
    }

    /// A raw output at a call's noise level as x0 and eps, not bounded.
    pub fn parts(&self, call: usize, x: &[f32], output: &[f32]) -> Parts {
        self.denoiser.parts(&self.schedule, call, x, output)
    }

    /// Has the observer see another picture than [`Steps::denoised`] found.
    pub fn show(&self, x0: Vec<f32>) -> Vec<f32> {
        self.exchange.borrow_mut().denoised.clone_from(&x0);
        x0
    }

    /// Yields to the loop with what is wanted, and waits until `taken` finds it in the exchange.
    async fn wait_for<T>(&self, wanted: Yielded, taken: fn(&mut Exchange) -> Option<T>) -> T {
        self.exchange.borrow_mut().wanted = Some(wanted);
        poll_fn(|_| taken(&mut self.exchange.borrow_mut()).map_or(Poll::Pending, Poll::Ready)).await
    }
}

/// What lies between a sampler and the loop that runs it.
#[derive(Default)]
pub(super) struct Exchange {
    wanted: Option<Yielded>,
    pub output: Option<ModelOutput>,
    pub noise: Option<Vec<f32>>,
    /// x0 at the last call, for the observer.
    pub denoised: Vec<f32>,
}

/// What a sampler yields with: what it waits for.
pub(super) enum Yielded {
    /// The model's output at this call; `x` are the latents that the last one came to.
    ModelCall { call: usize, x: Vec<f32> },
    /// New noise.
    Noise,
    /// No more: these are its last latents.
    Done(Vec<f32>),
}

/// The model's raw outputs, and the latents that they are about.
pub(super) struct ModelOutput {
    pub x: Vec<f32>,
    pub output: Vec<f32>,
    pub renoise: Option<Vec<f32>>,
}

/// Lets the sampler go on until it yields.
pub(super) fn next(sampler: &mut Sampling, exchange: &RefCell<Exchange>) -> Yielded {
    match sampler.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(x) => Yielded::Done(x),
        Poll::Pending => exchange.borrow_mut().wanted.take().expect("a sampler awaits its Steps alone, which yield with what they want"),
    }
}
