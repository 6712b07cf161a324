//! Whole sampling loops: against diffusers, and what must hold for every row of `SAMPLERS`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Case, Toy, block_on, cases, check, config};
use decant_solver::{Error, Generator, Run, SAMPLERS, Sampler, SchedulerConfig, Step, TimestepSpacing, sample, schedule};
use std::pin::Pin;
use std::task::{Context, Poll};

/// Relative to the answer's largest value. What differs is rounding:
/// 20 % of torch 2.15's float32 square roots are an ulp off (measured), here they are exact.
/// That adds up with the steps: 1.1e-5 was measured after 500.
/// And Euler's latents at zero terminal SNR shrink from sigma 4096 to 20 in one step, so that an ulp of what was becomes 200 of what is.
fn bound(case: &Case) -> f64 {
    let shrinks = case.get("sampler") == "euler" && config(case).rescale_betas_zero_snr;
    if shrinks || case.number("steps") > 50 { 3e-5 } else { 1e-5 }
}

#[test]
fn loops_are_diffusers() {
    let cases = cases(include_str!("../../../tests/golden/solver_loop.txt"));
    let noise = &cases[0].answers[0].values;
    let mut worst = [0.0f64; 2];
    for case in &cases[1..] {
        let number = |key: &str| -> f64 { case.get(key).parse().expect("a number") };
        let (a, b) = (number("a"), number("b"));
        let sampler = Sampler::from_id(case.get("sampler")).expect("a sampler");
        let bound = bound(case);
        let mut compared = 0;
        let mut run = Toy {
            model: |x: &[f32], t: f32| x.iter().map(|&x| (a * f64::from(x) + b * f64::from(t) / 1000.0).tanh() as f32).collect(),
            observer: |step: Step<'_>| {
                for (name, got) in [("latents", step.latents), ("denoised", step.denoised)] {
                    if let Some(want) = case.answer(&format!("{name}{}", step.index)) {
                        let difference = check(case, want, got, bound);
                        let long = usize::from(bound > 1e-5);
                        worst[long] = worst[long].max(difference);
                        compared += 1;
                    }
                }
                Ok(())
            },
            calls: 0,
        };
        let (latents, _) = block_on(sample(sampler, &mut run, noise, &config(case), case.number("steps")));
        assert_eq!(compared, case.answers.len().max(2), "{}", case.asked);
        let last = case.answers.iter().rfind(|answer| answer.name.starts_with("latents")).expect("latents");
        check(case, last, &latents.unwrap(), bound);
    }
    println!("largest relative difference from diffusers over {} loops (bound 1e-5, bound 3e-5): {worst:?}", cases.len() - 1);
}

#[test]
fn every_sampler_has_one_row() {
    for row in SAMPLERS {
        assert_eq!(Sampler::from_id(row.id).unwrap(), row.sampler);
        assert_eq!(row.sampler.row().id, row.id);
        match row.sampler {
            Sampler::Ddim | Sampler::Euler => {} // a new variant stops here: give it a row, then count it below
        }
    }
    assert_eq!(SAMPLERS.len(), 2);
    let error = Sampler::from_id("heun").unwrap_err().to_string();
    assert_eq!(error, "no sampler is called \"heun\", expected one of ddim, euler; choose one of these");
}

#[test]
fn cancel_stops_at_exactly_that_step() {
    let stop = Error::Sampler { got: "cancel".into(), expected: String::new() };
    for row in SAMPLERS {
        for at in 0..6 {
            let mut seen = Vec::new();
            let mut run = Toy {
                model: |x: &[f32], _| x.to_vec(),
                observer: |step: Step<'_>| {
                    seen.push((step.index, step.total));
                    if step.index == at { Err(stop.clone()) } else { Ok(()) }
                },
                calls: 0,
            };
            let (result, _) = block_on(sample(row.sampler, &mut run, &[1.0; 4], &SchedulerConfig::default(), 6));
            assert_eq!(result, Err(stop.clone()), "{}", row.id);
            assert_eq!(run.calls, at + 1, "{}: model calls", row.id);
            assert_eq!(seen, (0..=at).map(|i| (i, 6)).collect::<Vec<_>>(), "{}", row.id);
        }
    }
}

/// An observer that is not ready twice after each step: the sampler waits, and its answer does not change.
#[test]
fn pause_waits_and_changes_nothing() {
    struct Pausing;
    struct NotYet(usize);
    impl Future for NotYet {
        type Output = Result<(), Error>;
        fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
            if self.0 == 0 {
                return Poll::Ready(Ok(()));
            }
            self.0 -= 1;
            Poll::Pending
        }
    }
    impl Run for Pausing {
        type Error = Error;
        async fn predict(&mut self, x: &[f32], _: f32) -> Result<Vec<f32>, Error> {
            Ok(x.to_vec())
        }
        async fn observe(&mut self, _: Step<'_>) -> Result<(), Error> {
            NotYet(2).await
        }
    }
    for row in SAMPLERS {
        let (config, noise) = (SchedulerConfig::default(), Generator::new(1).randn(8));
        let mut straight = Toy { model: |x: &[f32], _| x.to_vec(), observer: |_: Step<'_>| Ok(()), calls: 0 };
        let (paused, polls) = block_on(sample(row.sampler, &mut Pausing, &noise, &config, 5));
        let (through, _) = block_on(sample(row.sampler, &mut straight, &noise, &config, 5));
        assert_eq!(polls, 1 + 2 * 5, "{}", row.id);
        assert_eq!(paused, through, "{}", row.id);
    }
}

#[test]
fn a_prediction_of_the_wrong_length_is_refused() {
    for row in SAMPLERS {
        let mut run = Toy { model: |_: &[f32], _| vec![0.0; 3], observer: |_: Step<'_>| Ok(()), calls: 0 };
        let (result, _) = block_on(sample(row.sampler, &mut run, &[1.0; 4], &SchedulerConfig::default(), 6));
        assert!(matches!(result, Err(Error::Length { expected: 4, got: 3, .. })), "{}: {result:?}", row.id);
    }
}

/// What a step shows must fit together: the first input is the scaled noise, steps go down in noise, the last is the answer.
#[test]
fn steps_tell_one_story() {
    for row in SAMPLERS {
        let (config, noise) = (SchedulerConfig::default(), Generator::new(2).randn(8));
        let plan = schedule(row.sampler, &config, 7).unwrap();
        let mut last = Vec::new();
        let mut run = Toy {
            model: |x: &[f32], t: f32| x.iter().map(|x| (x - t / 1000.0).sin()).collect(),
            observer: |step: Step<'_>| {
                assert_eq!(step.timestep, plan.timesteps[step.index]);
                assert_eq!(step.sigma, plan.sigmas[step.index]);
                let said: Vec<f32> = step.input.iter().map(|x| (x - step.timestep / 1000.0).sin()).collect();
                assert_eq!(step.prediction, said);
                assert_eq!(step.denoised.len(), 8);
                last = step.latents.to_vec();
                Ok(())
            },
            calls: 0,
        };
        let (latents, _) = block_on(sample(row.sampler, &mut run, &noise, &config, 7));
        assert_eq!(latents.unwrap(), last, "{}", row.id);
    }
}

/// For Gaussian data the best prediction of the noise is known, and so is the equation's solution:
/// `(x - mean) / sqrt(spread² + sigma²)` stays what it is. Both samplers are of first order: twice the steps, half the error.
#[test]
fn samplers_converge_with_their_order() {
    for row in SAMPLERS {
        let errors: Vec<f64> = [25, 50, 100, 200].into_iter().map(|steps| gaussian_error(row.sampler, steps)).collect();
        let orders: Vec<f64> = errors.windows(2).map(|pair| (pair[0] / pair[1]).log2()).collect();
        println!("{}: errors {errors:?}, orders {orders:?}", row.id);
        let last = orders[orders.len() - 1];
        assert!((0.9..1.15).contains(&last), "{} should be of order 1, is of order {last}: {errors:?}", row.id);
    }
}

/// The error at timestep 0, in standard deviations of the data, of sampling N(0.5, 0.3²) from timestep `1000 - 1000 / steps`.
fn gaussian_error(sampler: Sampler, steps: usize) -> f64 {
    let (mean, spread) = (0.5f64, 0.3f64);
    let spacing = Some(TimestepSpacing::Leading);
    let config = SchedulerConfig { timestep_spacing: spacing, clip_sample: false, ..Default::default() };
    let plan = schedule(sampler, &config, steps).unwrap();
    let model = |x: &[f32], t: f32| {
        let alpha = f64::from(plan.alphas_cumprod[t as usize]);
        let gain = (1.0 - alpha).sqrt() / (alpha * spread * spread + 1.0 - alpha);
        x.iter().map(|&x| (gain * (f64::from(x) - alpha.sqrt() * mean)) as f32).collect()
    };
    let constant = |x: f64, sigma: f32| (x - mean) / (spread * spread + f64::from(sigma).powi(2)).sqrt();
    // Latents in Euler's scale, whatever the sampler's.
    let unscaled = |x: f32, sigma: f32| match sampler {
        Sampler::Ddim => f64::from(x) * (1.0 + f64::from(sigma).powi(2)).sqrt(),
        Sampler::Euler => f64::from(x),
    };
    let start = 1.3f32;
    let mut error = f64::NAN;
    let mut run = Toy {
        model,
        observer: |step: Step<'_>| {
            if step.index + 2 == step.total {
                let exact = constant(unscaled(start * plan.init_noise_sigma, plan.sigmas[0]), plan.sigmas[0]);
                let sigma = plan.sigmas[step.index + 1];
                error = (constant(unscaled(step.latents[0], sigma), sigma) - exact).abs();
            }
            Ok(())
        },
        calls: 0,
    };
    block_on(sample(sampler, &mut run, &[start], &config, steps)).0.unwrap();
    error
}
