//! Whole sampling loops: against diffusers, and what must hold for every row of `SAMPLERS`.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Case, Toy, block_on, cases, check, config};
use decant_solver::{Error, FinalSigmas, Generator, Options, Run, SAMPLERS, Sampler, SchedulerConfig, Sigmas, Step, sample, schedule};
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

/// So many steps, none of them left out.
fn whole(steps: usize) -> Options {
    Options { enough: 0.0, ..Options::steps(steps) }
}

#[test]
fn loops_are_diffusers() {
    let cases = cases(include_str!("../../../tests/golden/solver_loop.txt"));
    let noise = &cases[0].goldens[0].values;
    let mut worst = [0.0f64; 2];
    for case in &cases[1..] {
        let number = |key: &str| -> f64 { case.get(key).parse().expect("a number") };
        let (a, b) = (number("a"), number("b"));
        let sampler = Sampler::from_id(case.get("sampler")).expect("a sampler");
        let bound = bound(case);
        let mut compared = 0;
        let mut run = Toy::new(
            |x: &[f32], t: f32| x.iter().map(|&x| (a * f64::from(x) + b * f64::from(t) / 1000.0).tanh() as f32).collect(),
            |step: Step<'_>| {
                for (name, got) in [("latents", step.next), ("denoised", step.denoised)] {
                    if let Some(want) = case.golden(&format!("{name}{}", step.index)) {
                        let difference = check(case, want, got, bound);
                        let long = usize::from(bound > 1e-5);
                        worst[long] = worst[long].max(difference);
                        compared += 1;
                    }
                }
                Ok(())
            },
        );
        let (latents, _) = block_on(sample(sampler, &mut run, noise, &config(case), case.number("steps")));
        assert_eq!(compared, case.goldens.len().max(2), "{}", case.line);
        let last = case.goldens.iter().rfind(|golden| golden.name.starts_with("latents")).expect("latents");
        check(case, last, &latents.unwrap(), bound);
    }
    println!("largest relative difference from diffusers over {} loops (bound 1e-5, bound 3e-5): {worst:?}", cases.len() - 1);
}

#[test]
fn every_sampler_has_one_row() {
    for row in SAMPLERS {
        assert_eq!(Sampler::from_id(row.id).unwrap(), row.sampler);
        assert_eq!(row.sampler.row().id, row.id);
        assert!(!row.name.is_empty() && !row.reference.is_empty(), "{} has no name, or no reference", row.id);
        assert!((1..=4).contains(&row.order) && (1..=2).contains(&row.calls), "{}", row.id);
        assert!(row.docs.ends_with('.') && row.docs.contains('('), "{} says no source: {}", row.id, row.docs);
    }
    let mut ids: Vec<_> = SAMPLERS.iter().map(|row| row.id).collect();
    let all = ["ddim", "ddpm", "pndm", "lms", "euler", "euler_a", "heun", "dpm2", "dpm2_a", "dpmpp_2m", "dpmpp_2m_sde", "dpmpp_2s"];
    assert_eq!(ids, [&all[..], &["dpmpp_sde", "dpmpp_3m_sde", "unipc", "deis", "lcm", "tcd", "sgd", "momentum", "adam"]].concat());
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), SAMPLERS.len());
}

#[test]
fn the_readme_and_help_name_every_sampler() {
    let readme = include_str!("../../../README.md");
    let docs = include_str!("../../../docs/samplers.md");
    for row in SAMPLERS {
        let listed = [",", ";"].iter().any(|end| readme.contains(&format!(" {}{end}", row.name)));
        assert!(listed, "the README does not list {}", row.name);
        assert!(docs.contains(&format!("`{}`", row.id)), "docs/samplers.md does not list {}", row.id);
        let summary = row.summary();
        assert!(summary.starts_with(row.docs) && summary.contains(&format!("Order {}", row.order)), "{summary}");
    }
}

#[test]
fn unknown_samplers_are_refused_with_the_nearest() {
    let refusal = |id: &str| Sampler::from_id(id).unwrap_err().to_string();
    let cases = [
        ("eular", "did you mean euler?"),
        ("Euler a", "did you mean euler_a?"),
        ("DPM++ 2M", "did you mean dpmpp_2m?"),
        ("DPM++ 2M SDE", "did you mean dpmpp_2m_sde?"),
        ("uni_pc", "did you mean unipc?"),
        ("ddpmm", "did you mean ddpm?"),
        ("dpm", "did you mean ddpm or dpm2?"),
        ("magic", "choose one of these"),
        ("", "choose one of these"),
    ];
    for (id, hint) in cases {
        let error = refusal(id);
        assert!(error.starts_with(&format!("no sampler is called {id:?}, expected one of ddim, ddpm,")), "{error}");
        assert!(error.ends_with(hint), "{error}");
    }
    assert!(refusal(&"x".repeat(100_000)).ends_with("choose one of these"));
}

#[test]
fn cancel_stops_at_exactly_that_step() {
    let stop = Error::Noise { expected: 1, got: 0 };
    for row in SAMPLERS {
        let calls = schedule(row.sampler, &SchedulerConfig::default(), 6).unwrap().timesteps.len();
        for at in 0..calls {
            let mut seen = Vec::new();
            let mut run = Toy::new(
                |x: &[f32], _| x.to_vec(),
                |step: Step<'_>| {
                    seen.push((step.index, step.total));
                    if step.index == at { Err(stop.clone()) } else { Ok(()) }
                },
            );
            let (result, _) = block_on(sample(row.sampler, &mut run, &[1.0; 4], &SchedulerConfig::default(), whole(6)));
            assert_eq!(result, Err(stop.clone()), "{}", row.id);
            assert_eq!(run.calls, at + 1, "{}: model calls", row.id);
            assert_eq!(seen, (0..=at).map(|i| (i, calls)).collect::<Vec<_>>(), "{}", row.id);
        }
    }
}

/// Every step can be the first, and what is left is made as always; the second call of a step cannot, since it goes on from the first.
#[test]
fn a_run_begins_at_every_step() {
    let config = SchedulerConfig::default();
    for row in SAMPLERS {
        let calls = schedule(row.sampler, &config, 6).unwrap().timesteps.len();
        for begin in 0..calls {
            let mut seen = Vec::new();
            let mut run = Toy::new(
                |x: &[f32], _| x.to_vec(),
                |step: Step<'_>| {
                    seen.push(step.index);
                    Ok(())
                },
            );
            let options = Options { begin: Some(begin), ..whole(6) };
            let (result, _) = block_on(sample(row.sampler, &mut run, &[1.0; 4], &config, options));
            if begin.is_multiple_of(row.calls) {
                assert_eq!(result.unwrap().len(), 4, "{} from {begin}", row.id);
                assert_eq!(seen, (begin..calls).collect::<Vec<_>>(), "{}", row.id);
            } else {
                assert!(matches!(result, Err(Error::Choice { choice: "begin", .. })), "{} from {begin}: {result:?}", row.id);
            }
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
        fn noise(&mut self, n: usize) -> Vec<f32> {
            vec![0.5; n]
        }
        async fn observe(&mut self, _: Step<'_>) -> Result<(), Error> {
            NotYet(2).await
        }
    }
    for row in SAMPLERS {
        let (config, noise) = (SchedulerConfig::default(), Generator::new(1).randn(8));
        let mut straight = Toy::new(|x: &[f32], _| x.to_vec(), |_: Step<'_>| Ok(()));
        straight.drawn = vec![0.5; 1000].into();
        let calls = schedule(row.sampler, &config, 5).unwrap().timesteps.len();
        let (paused, polls) = block_on(sample(row.sampler, &mut Pausing, &noise, &config, whole(5)));
        let (through, _) = block_on(sample(row.sampler, &mut straight, &noise, &config, whole(5)));
        assert_eq!(polls, 1 + 2 * calls, "{}", row.id);
        assert_eq!(paused, through, "{}", row.id);
    }
}

/// Sigmas of a run's own end where they end, whatever the configuration says of its own: in numbers, or in a sentence.
#[test]
fn sigmas_that_end_anywhere_are_followed_or_refused() {
    let fall = |last: f32| Sigmas::List((0..20).map(|i| 14.0 * 0.75f32.powi(i)).chain([last]).collect());
    for row in SAMPLERS.iter().filter(|row| row.follows_sigmas()) {
        for final_sigmas_type in [FinalSigmas::Zero, FinalSigmas::SigmaMin] {
            for (sigmas, lower_order_final) in pairs(&[Sigmas::Ays, fall(0.0), fall(0.01)], &[None, Some(true), Some(false)]) {
                for solver_order in [1, 2, 3] {
                    let config = SchedulerConfig { final_sigmas_type, lower_order_final, solver_order, ..Default::default() };
                    let options = Options { sigmas: sigmas.clone(), enough: 0.0, ..Options::steps(20) };
                    let mut run = Toy::new(|x: &[f32], _| x.iter().map(|x| 0.9 * x).collect(), |_: Step<'_>| Ok(()));
                    let (result, _) = block_on(sample(row.sampler, &mut run, &[1.0, -0.5, 0.25, 0.0], &config, options));
                    let what = format!("{} to {sigmas}, {config:?}", row.id);
                    match result {
                        Ok(latents) => assert!(latents.iter().all(|x| x.is_finite()), "{what}: {latents:?}"),
                        Err(error) => assert!(matches!(error, Error::Unsupported { .. }), "{what}: {error}"),
                    }
                }
            }
        }
    }
}

fn pairs<A: Clone, B: Copy>(ones: &[A], others: &[B]) -> Vec<(A, B)> {
    ones.iter().flat_map(|one| others.iter().map(|other| (one.clone(), *other))).collect()
}

/// What a mask leaves is put back without noise where a run ends, also where that is before its last call.
#[test]
fn a_run_that_ends_early_keeps_as_at_its_end() {
    struct Keeping(Vec<usize>, usize);
    impl Run for Keeping {
        type Error = Error;
        async fn predict(&mut self, x: &[f32], _: f32) -> Result<Vec<f32>, Error> {
            Ok(vec![0.01; x.len()]) // hardly any noise
        }
        fn noise(&mut self, n: usize) -> Vec<f32> {
            vec![0.5; n]
        }
        fn after_step(&mut self, index: usize, latents: Vec<f32>) -> Vec<f32> {
            self.0.push(index);
            latents
        }
        async fn observe(&mut self, step: Step<'_>) -> Result<(), Error> {
            self.1 = step.index;
            Ok(())
        }
    }
    let mut early = 0;
    for row in SAMPLERS {
        let mut run = Keeping(vec![], 0);
        let calls = schedule(row.sampler, &SchedulerConfig::default(), 6).unwrap().timesteps.len();
        block_on(sample(row.sampler, &mut run, &[1.0; 4], &SchedulerConfig::default(), 6)).0.unwrap();
        assert_eq!(run.0.last(), Some(&(calls - 1)), "{}", row.id);
        early += usize::from(run.1 < calls - 1);
    }
    assert_eq!(early, 3, "sgd, momentum and adam end before");
}

#[test]
fn a_prediction_of_the_wrong_length_is_refused() {
    for row in SAMPLERS {
        let mut run = Toy::new(|_: &[f32], _| vec![0.0; 3], |_: Step<'_>| Ok(()));
        let (result, _) = block_on(sample(row.sampler, &mut run, &[1.0; 4], &SchedulerConfig::default(), whole(6)));
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
        let mut run = Toy::new(
            |x: &[f32], t: f32| x.iter().map(|x| (x - t / 1000.0).sin()).collect(),
            |step: Step<'_>| {
                assert_eq!(step.timestep, plan.timesteps[step.index]);
                assert_eq!(step.sigma, plan.sigmas[step.index]);
                assert!(step.index == 0 || step.latents == last, "{}: a step takes up where the last one ended", row.id);
                assert_eq!(step.model_input, step.latents.iter().map(|x| x / step.scale).collect::<Vec<f32>>());
                let answer: Vec<f32> = step.model_input.iter().map(|x| (x - step.timestep / 1000.0).sin()).collect();
                assert_eq!(step.prediction, answer);
                assert_eq!(step.denoised.len(), 8);
                last = step.next.to_vec();
                Ok(())
            },
        );
        let (latents, _) = block_on(sample(row.sampler, &mut run, &noise, &config, 7));
        assert_eq!(latents.unwrap(), last, "{}", row.id);
    }
}
