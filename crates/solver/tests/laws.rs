//! What must hold for data whose solution is known: N(0.5, 0.3²).
//!
//! The best prediction of x0 is then a formula, `(x - mean) / sqrt(spread² + sigma²)` stays what it is along the equation's solutions
//! (x in Euler's scale), and what the stochastic samplers leave is distributed as the data is.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Toy, block_on};
use decant_solver::{
    Generator, Options, PredictionType, SAMPLERS, Sampler, Scale, Schedule, SchedulerConfig, Sigmas, Step, sample, schedule,
};
use std::cell::Cell;

const MEAN: f64 = 0.5;
const SPREAD: f64 = 0.3;

/// Deterministic, without bounds, along a curve from sigma 10 to 0.1 where the sampler can follow one.
fn setting(sampler: Sampler, steps: usize, eta: f64) -> (SchedulerConfig, Options) {
    let config = SchedulerConfig {
        prediction_type: PredictionType::Sample,
        timestep_spacing: Some(decant_solver::TimestepSpacing::Leading),
        clip_sample: Some(false),
        sigma_min: Some(0.1),
        sigma_max: Some(10.0),
        skip_prk_steps: true,
        original_inference_steps: 1000,
        ..Default::default()
    };
    let sigmas = if sampler.row().follows_sigmas() { Sigmas::Exponential } else { Sigmas::Config };
    // Errors are measured to the end, which must not come early.
    (config, Options { sigmas, eta: Some(eta), enough: 0.0, ..Options::steps(steps) })
}

/// The model: x0 as it is best predicted of `input`, what the model is shown at noise level `sigma`.
fn best(input: &[f32], sigma: f32) -> Vec<f32> {
    let square = f64::from(sigma).powi(2);
    let gain = SPREAD * SPREAD / (SPREAD * SPREAD + square);
    let x0 = |x: f32| MEAN + gain * (f64::from(x) * (1.0 + square).sqrt() - MEAN);
    input.iter().map(|&x| x0(x) as f32).collect()
}

/// What stays the same along a solution.
fn constant(plan: &Schedule, x: f32, sigma: f32) -> f64 {
    let square = f64::from(sigma).powi(2);
    let exploded = if plan.scale == Scale::Preserving { f64::from(x) * (1.0 + square).sqrt() } else { f64::from(x) };
    (exploded - MEAN) / (SPREAD * SPREAD + square).sqrt()
}

/// How far off the solution a sampler is where its last step starts, in standard deviations of the data.
fn error(sampler: Sampler, steps: usize) -> f64 {
    let (config, options) = setting(sampler, steps, 0.0);
    let plan = schedule(sampler, &config, options.clone()).unwrap();
    let at =
        if sampler.row().follows_sigmas() { plan.timesteps.len() - 1 } else { plan.timesteps.iter().position(|t| *t <= 200.0).unwrap() };
    let (index, mut error) = (Cell::new(0), f64::NAN);
    let model = |x: &[f32], _: f32| best(x, plan.sigmas[index.get()]);
    let start = 1.3f32;
    let observer = |step: Step<'_>| {
        index.set(step.index + 1);
        if step.index + 1 == at {
            let exact = constant(&plan, start * plan.init_noise_sigma, plan.sigmas[0]);
            error = (constant(&plan, step.next[0], plan.sigmas[at]) - exact).abs();
        }
        Ok(())
    };
    block_on(sample(sampler, &mut Toy::new(model, observer), &[start], &config, options)).0.unwrap();
    error
}

/// Twice the steps, 2^order times less error: for every row that can be deterministic.
#[test]
fn samplers_converge_with_their_order() {
    for row in SAMPLERS {
        // Their noise cannot be left out.
        if matches!(row.sampler, Sampler::Ddpm | Sampler::EulerA | Sampler::Dpm2A | Sampler::Dpmpp2mSde | Sampler::Lcm) {
            continue;
        }
        // It solves another equation where the predicted noise changes its size, as here.
        if row.sampler == Sampler::Adam {
            continue;
        }
        let errors: Vec<f64> = [20, 40, 100, 200].map(|n| error(row.sampler, n)).into();
        let orders: Vec<f64> =
            errors.windows(2).zip([2.0f64, 2.5, 2.0]).map(|(pair, finer)| (pair[0] / pair[1]).ln() / finer.ln()).collect();
        println!("{}: errors {errors:.7?}, orders {orders:.2?}", row.id);
        let (order, fine) = (row.order as f64, errors[2] < 2e-5);
        // Of the first few steps of lower order a high one keeps some; below 2e-5 rounding is as large as the error.
        let measured = if fine { orders[0] } else { orders[2] };
        assert!((order - 0.45..order + 0.3).contains(&measured), "{} should be of order {order}, is of {orders:?}: {errors:?}", row.id);
    }
}

/// Where there is only one picture, the predicted noise never changes, and every way down it ends at that picture: early, or at the end.
#[test]
fn descents_find_the_only_picture() {
    let picture = [0.5f32, -1.0, 2.0, 0.0, 0.25];
    for (id, enough) in [("sgd", 0.0), ("momentum", 0.0), ("adam", 0.0), ("sgd", 0.3), ("momentum", 0.3), ("adam", 0.3)] {
        let sampler = Sampler::from_id(id).unwrap();
        let config = SchedulerConfig { prediction_type: PredictionType::Sample, ..Default::default() };
        let options = Options { enough, ..Options::steps(20) };
        let mut calls = 0;
        let observer = |_: Step<'_>| {
            calls += 1;
            Ok(())
        };
        let mut run = Toy::new(|_: &[f32], _: f32| picture.to_vec(), observer);
        let noise = run.generator.randn(5);
        let x = block_on(sample(sampler, &mut run, &noise, &config, options)).0.unwrap();
        assert!(x.iter().zip(picture).all(|(x, picture)| (x - picture).abs() < 1e-4), "{id}: {x:?}");
        assert_eq!(calls < 20, enough > 0.0, "{id} ended after {calls} calls");
    }
}

/// Gradient descent with this learning rate is Euler's method.
#[test]
fn gradient_descent_is_euler() {
    let config = SchedulerConfig::default();
    let options = Options { sigmas: Sigmas::Exponential, enough: 0.0, ..Options::steps(12) };
    let ends = [Sampler::Sgd, Sampler::Euler].map(|sampler| {
        let model = |x: &[f32], t: f32| x.iter().map(|x| (x - t / 1000.0).sin()).collect();
        let mut run = Toy::new(model, |_: Step<'_>| Ok(()));
        let noise = run.generator.randn(8);
        block_on(sample(sampler, &mut run, &noise, &config, options.clone())).0.unwrap()
    });
    assert!(ends[0].iter().zip(&ends[1]).all(|(sgd, euler)| (sgd - euler).abs() < 1e-5), "{ends:?}");
}

/// Mean and spread of what stochastic samplers leave, of 4,000 pictures of one pixel.
#[test]
fn stochastic_samplers_leave_the_datas_distribution() {
    const N: usize = 4000;
    for row in SAMPLERS.iter().filter(|row| row.stochastic && !matches!(row.sampler, Sampler::Lcm | Sampler::Tcd)) {
        let (config, options) = setting(row.sampler, 100, 1.0);
        let plan = schedule(row.sampler, &config, options.clone()).unwrap();
        let index = Cell::new(0);
        let model = |x: &[f32], _: f32| best(x, plan.sigmas[index.get()]);
        let observer = |step: Step<'_>| {
            index.set(step.index + 1);
            Ok(())
        };
        let mut run = Toy::new(model, observer);
        run.generator = Generator::new(3);
        let noise = run.generator.randn(N);
        let x = block_on(sample(row.sampler, &mut run, &noise, &config, options)).0.unwrap();
        let mean = x.iter().map(|&x| f64::from(x)).sum::<f64>() / N as f64;
        let spread = (x.iter().map(|&x| (f64::from(x) - mean).powi(2)).sum::<f64>() / N as f64).sqrt();
        println!("{}: mean {mean:.4}, spread {spread:.4}", row.id);
        // Four standard errors of the mean; the spread lacks what the last steps' average takes away.
        assert!((mean - MEAN).abs() < 4.0 * SPREAD / (N as f64).sqrt(), "{}: mean {mean}", row.id);
        assert!((0.9 * SPREAD..1.05 * SPREAD).contains(&spread), "{}: spread {spread}", row.id);
    }
}
