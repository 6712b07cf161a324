//! Runs that are pulled by the gradient of a loss on the predicted picture.

mod common;

use common::{Case, block_on, cases, check, config};
use decant_solver::prediction::from_alpha;
use decant_solver::{Error, LossAt, Run, SAMPLERS, Sampler, SchedulerConfig, Step, sample, schedule};

/// A model that sees noise in a smooth function of what it is shown, whatever it is to predict, and a loss that wants every number to be `wanted`.
struct Pulled {
    kind: &'static str,
    wanted: f32,
    every: usize,
    steps: Vec<usize>,
    sigma: Box<dyn Fn(f32) -> f32>,
}

impl Run for Pulled {
    type Error = Error;

    async fn predict(&mut self, x: &[f32], timestep: f32) -> Result<Vec<f32>, Error> {
        let alpha = 1.0 / ((self.sigma)(timestep).powi(2) + 1.0);
        let eps: Vec<f32> = x.iter().map(|x| 0.8 * x + 0.1 * (3.0 * x).sin()).collect();
        let x0 = from_alpha("epsilon".parse()?, x, &eps, alpha).x0;
        Ok(match self.kind {
            "epsilon" => eps,
            "sample" => x0,
            _ => eps.iter().zip(&x0).map(|(eps, x0)| alpha.sqrt() * eps - (1.0 - alpha).sqrt() * x0).collect(),
        })
    }

    async fn loss_gradient(&mut self, at: LossAt<'_>) -> Result<Option<Vec<f32>>, Error> {
        self.steps.push(at.step);
        // Of the mean of (x0 - wanted)² over the numbers, a hundred times; weak where sigma is large.
        let gradient = |x0: &f32| (x0 - self.wanted) * 0.05 / (at.sigma * at.sigma + 1.0);
        Ok(at.step.is_multiple_of(self.every).then(|| at.x0.iter().map(gradient).collect()))
    }

    fn noise(&mut self, n: usize) -> Vec<f32> {
        (0..n).map(|i| (i as f32).cos()).collect()
    }

    async fn observe(&mut self, _: Step<'_>) -> Result<(), Error> {
        Ok(())
    }
}

fn predicting(kind: &str) -> SchedulerConfig {
    SchedulerConfig { prediction_type: kind.parse().expect("a kind"), ..SchedulerConfig::default() }
}

fn run(sampler: Sampler, kind: &'static str, every: usize) -> (Vec<f32>, Vec<usize>) {
    let (config, noise) = (predicting(kind), [0.3, -1.2, 0.8, 2.0]);
    let plan = schedule(sampler, &config, 8).expect("a schedule");
    let sigma = move |t: f32| plan.sigmas[plan.timesteps.iter().position(|at| *at == t).expect("a timestep of the schedule")];
    let mut pulled = Pulled { kind, wanted: 0.5, every, steps: vec![], sigma: Box::new(sigma) };
    let latents = block_on(sample(sampler, &mut pulled, &noise, &config, 8)).0.expect("it runs");
    (latents, pulled.steps)
}

fn furthest(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn whatever_the_model_predicts_the_pull_is_the_same() {
    // PNDM extrapolates raw outputs, which are not the same for a model of another kind.
    for row in SAMPLERS.iter().filter(|row| row.sampler != Sampler::Pndm) {
        let (eps, _) = run(row.sampler, "epsilon", 2);
        for kind in ["v_prediction", "sample"] {
            let (other, _) = run(row.sampler, kind, 2);
            assert!(furthest(&eps, &other) < 2e-3, "{}: {kind} {other:?}, epsilon {eps:?}", row.id);
        }
    }
}

/// What diffusers' classes make of latents that were moved in their own scale before each second step.
struct Notebook<'a> {
    case: &'a Case,
    every: usize,
    worst: f64,
}

impl Run for Notebook<'_> {
    type Error = Error;

    async fn predict(&mut self, x: &[f32], timestep: f32) -> Result<Vec<f32>, Error> {
        let [a, b] = ["a", "b"].map(|key| self.case.get(key).parse::<f64>().expect("a number"));
        Ok(x.iter().map(|x| (a * f64::from(*x) + b * f64::from(timestep) / 1000.0).tanh() as f32).collect())
    }

    async fn loss_gradient(&mut self, at: LossAt<'_>) -> Result<Option<Vec<f32>>, Error> {
        let gradient = |x0: &f32| 0.05 * (x0 - 0.5) / (at.sigma * at.sigma + 1.0);
        Ok(at.step.is_multiple_of(self.every).then(|| at.x0.iter().map(gradient).collect()))
    }

    fn noise(&mut self, n: usize) -> Vec<f32> {
        vec![0.0; n]
    }

    async fn observe(&mut self, step: Step<'_>) -> Result<(), Error> {
        let want = self.case.golden(&format!("latents{}", step.index)).expect("a golden for each call");
        self.worst = self.worst.max(check(self.case, want, step.next, 2e-5));
        Ok(())
    }
}

#[test]
fn a_pulled_loop_is_the_notebooks() {
    let cases = cases(include_str!("../../../tests/golden/solver_pulled.txt"));
    let (noise, mut worst) = (&cases[0].goldens[0].values, 0.0f64);
    for case in &cases[1..] {
        let sampler = Sampler::from_id(case.get("sampler")).expect("a sampler");
        let mut run = Notebook { case, every: case.number("every"), worst: 0.0 };
        block_on(sample(sampler, &mut run, noise, &config(case), case.number("steps"))).0.expect("it runs");
        worst = worst.max(run.worst);
    }
    println!("largest relative difference from diffusers over {} pulled loops (bound 2e-5): {worst:.1e}", cases.len() - 1);
}

#[test]
fn steps_are_counted_not_calls() {
    for row in SAMPLERS.iter().filter(|row| row.calls == 2) {
        let (_, steps) = run(row.sampler, "epsilon", 1);
        assert_eq!(steps, (0..steps.len()).collect::<Vec<_>>(), "{}", row.id);
    }
}
