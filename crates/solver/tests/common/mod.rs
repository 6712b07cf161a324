//! What the integration tests share: a reader for golden files, a model, and an executor that needs nothing.
#![allow(dead_code, reason = "each test binary uses its part")]

use decant_solver::{Error, Generator, Options, Run, SchedulerConfig, Step};
use std::collections::VecDeque;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// A case and its values in a golden file (format: `tests/make_goldens_solver.py`).
pub struct Case {
    pub line: String,
    pub keys: Vec<(String, String)>,
    pub goldens: Vec<Golden>,
}

/// `values` are all, or the first 32, the last 32, and every (length / 16)-th.
pub struct Golden {
    pub name: String,
    pub length: usize,
    pub sum: f64,
    pub values: Vec<f32>,
}

impl Case {
    pub fn get(&self, key: &str) -> &str {
        let found = self.keys.iter().find(|(name, _)| name == key);
        &found.unwrap_or_else(|| panic!("no {key} in {}", self.line)).1
    }

    pub fn number(&self, key: &str) -> usize {
        self.get(key).parse().expect("a number")
    }

    pub fn golden(&self, name: &str) -> Option<&Golden> {
        self.goldens.iter().find(|golden| golden.name == name)
    }
}

/// Reads a golden file; goldens before the first case belong to an empty one.
pub fn cases(text: &str) -> Vec<Case> {
    let mut cases = vec![Case { line: "(file)".into(), keys: Vec::new(), goldens: Vec::new() }];
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(keys) = line.strip_prefix("case ") {
            let pair = |word: &str| word.split_once('=').map(|(key, value)| (key.to_owned(), value.to_owned()));
            let keys = keys.split_whitespace().map(|word| pair(word).expect("key=value")).collect();
            cases.push(Case { line: line.to_owned(), keys, goldens: Vec::new() });
        } else {
            cases.last_mut().expect("one").goldens.push(golden(line));
        }
    }
    cases
}

fn golden(line: &str) -> Golden {
    let (head, bits) = line.split_once(':').expect("name length sum: bits");
    let head: Vec<&str> = head.split_whitespace().collect();
    let hex = |word: &str| f32::from_bits(u32::from_str_radix(word, 16).expect("8 hex digits"));
    let values: Vec<f32> = bits.split_whitespace().map(hex).collect();
    let (length, sum) = match head[1..] {
        [length, sum] => (length.parse().expect("a length"), f64::from_bits(u64::from_str_radix(sum, 16).expect("16 hex digits"))),
        _ => (values.len(), values.iter().map(|&x| f64::from(x)).sum()),
    };
    Golden { name: head[0].to_owned(), length, sum, values }
}

/// What every case of `solver_samplers.txt` has beside its own keys: Stable Diffusion's betas.
pub fn stable_diffusion() -> SchedulerConfig {
    SchedulerConfig {
        beta_start: Some(0.00085),
        beta_end: Some(0.012),
        beta_schedule: Some(decant_solver::BetaSchedule::ScaledLinear),
        set_alpha_to_one: Some(false),
        clip_sample: Some(false),
        ..SchedulerConfig::default()
    }
}

/// The configuration that a case's keys spell out.
pub fn config(case: &Case) -> SchedulerConfig {
    configured(SchedulerConfig::default(), case)
}

/// The same, where keys that are not spelled out come from `c`.
pub fn configured(mut c: SchedulerConfig, case: &Case) -> SchedulerConfig {
    for (key, value) in &case.keys {
        match key.as_str() {
            "sampler" | "steps" | "a" | "b" | "every" | "eta" | "begin" | "sigmas" | "s_churn" | "order" | "bare" | "strength" => {}
            "trained_betas" => c.trained_betas = Some(value.split(',').map(parse).collect()),
            "disable_corrector" => c.disable_corrector = value.split(',').map(parse).collect(),
            "num_train_timesteps" => c.num_train_timesteps = parse(value),
            "beta_start" => c.beta_start = Some(parse(value)),
            "beta_end" => c.beta_end = Some(parse(value)),
            "beta_schedule" => c.beta_schedule = Some(parse(value)),
            "rescale_betas_zero_snr" => c.rescale_betas_zero_snr = parse(value),
            "prediction_type" => c.prediction_type = parse(value),
            "timestep_spacing" => c.timestep_spacing = Some(parse(value)),
            "steps_offset" => c.steps_offset = parse(value),
            "set_alpha_to_one" => c.set_alpha_to_one = Some(parse(value)),
            "clip_sample" => c.clip_sample = Some(parse(value)),
            "clip_sample_range" => c.clip_sample_range = parse(value),
            "thresholding" => c.thresholding = parse(value),
            "dynamic_thresholding_ratio" => c.dynamic_thresholding_ratio = parse(value),
            "sample_max_value" => c.sample_max_value = parse(value),
            "variance_type" => c.variance_type = Some(parse(value)),
            "skip_prk_steps" => c.skip_prk_steps = parse(value),
            "interpolation_type" => c.interpolation_type = parse(value),
            "use_karras_sigmas" => c.use_karras_sigmas = parse(value),
            "use_exponential_sigmas" => c.use_exponential_sigmas = parse(value),
            "use_beta_sigmas" => c.use_beta_sigmas = parse(value),
            "use_lu_lambdas" => c.use_lu_lambdas = parse(value),
            "sigma_min" => c.sigma_min = Some(parse(value)),
            "sigma_max" => c.sigma_max = Some(parse(value)),
            "final_sigmas_type" => c.final_sigmas_type = parse(value),
            "timestep_type" => c.timestep_type = parse(value),
            "lambda_min_clipped" => c.lambda_min_clipped = parse(value),
            "algorithm_type" => c.algorithm_type = Some(parse(value)),
            "solver_order" => c.solver_order = parse(value),
            "solver_type" => c.solver_type = Some(parse(value)),
            "lower_order_final" => c.lower_order_final = Some(parse(value)),
            "euler_at_final" => c.euler_at_final = parse(value),
            "predict_x0" => c.predict_x0 = parse(value),
            "original_inference_steps" => c.original_inference_steps = parse(value),
            "timestep_scaling" => c.timestep_scaling = parse(value),
            other => panic!("the test does not know the key {other}"),
        }
    }
    c
}

/// What the run chose.
pub fn options(case: &Case) -> Options {
    let mut options = Options::steps(case.number("steps"));
    for (key, value) in &case.keys {
        match key.as_str() {
            "eta" => options.eta = Some(parse(value)),
            "begin" => options.begin = Some(parse(value)),
            "sigmas" => options.sigmas = parse(value),
            "order" => options.order = Some(parse(value)),
            "s_churn" => options.s_churn = parse(value),
            "strength" => options.strength = parse(value),
            _ => {}
        }
    }
    options
}

fn parse<T: std::str::FromStr<Err: std::fmt::Debug>>(value: &str) -> T {
    value.parse().unwrap_or_else(|error| panic!("{value}: {error:?}"))
}

/// The largest absolute difference between a golden and what we got, its sum included (per value).
pub fn difference(got: &[f32], want: &Golden) -> f64 {
    assert_eq!(got.len(), want.length, "the length of {}", want.name);
    let sum: f64 = got.iter().map(|&x| f64::from(x)).sum();
    let start = (sum - want.sum).abs() / got.len().max(1) as f64;
    let pairs = sampled(got).into_iter().zip(&want.values);
    let differences = pairs.map(|(got, &want)| (f64::from(got) - f64::from(want)).abs());
    // NaN must not pass: f64::max would drop it.
    differences.fold(start, |worst, x| if x > worst || x.is_nan() { x } else { worst })
}

/// The values that a golden file holds.
fn sampled(values: &[f32]) -> Vec<f32> {
    let n = values.len();
    if n <= 64 {
        return values.to_vec();
    }
    let ends = values[..32].iter().chain(&values[n - 32..]);
    ends.chain(values.iter().step_by(n / 16)).copied().collect()
}

/// The largest absolute value of a golden, at least 1e-30.
pub fn size(want: &Golden) -> f64 {
    want.values.iter().fold(1e-30, |size, x| f64::from(x.abs()).max(size))
}

/// The difference from a golden relative to its largest value, which must not be above `bound`.
pub fn check(case: &Case, want: &Golden, got: &[f32], bound: f64) -> f64 {
    let relative = difference(got, want) / size(want);
    assert!(
        relative <= bound,
        "{}\n{}: relative difference {relative:e} is above {bound:e}\nexpected {:?}\ngot      {:?}",
        case.line,
        want.name,
        want.values,
        sampled(got),
    );
    relative
}

/// A model that is a formula, an observer that is a closure, and noise from a generator or from a list.
pub struct Toy<M, O> {
    pub model: M,
    pub observer: O,
    pub calls: usize,
    pub generator: Generator,
    pub drawn: VecDeque<f32>,
}

impl<M, O> Toy<M, O> {
    pub fn new(model: M, observer: O) -> Self {
        Self { model, observer, calls: 0, generator: Generator::new(7), drawn: VecDeque::new() }
    }
}

impl<M, O> Run for Toy<M, O>
where
    M: FnMut(&[f32], f32) -> Vec<f32>,
    O: FnMut(Step<'_>) -> Result<(), Error>,
{
    type Error = Error;

    async fn predict(&mut self, x: &[f32], timestep: f32) -> Result<Vec<f32>, Error> {
        self.calls += 1;
        Ok((self.model)(x, timestep))
    }

    fn noise(&mut self, n: usize) -> Vec<f32> {
        if self.drawn.is_empty() { self.generator.randn(n) } else { self.drawn.drain(..n).collect() }
    }

    async fn observe(&mut self, step: Step<'_>) -> Result<(), Error> {
        (self.observer)(step)
    }
}

/// Runs a future to its end, and counts how often it was polled.
pub fn block_on<T>(future: impl Future<Output = T>) -> (T, usize) {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    let mut polls = 0;
    loop {
        polls += 1;
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return (value, polls);
        }
    }
}
