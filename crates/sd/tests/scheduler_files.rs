//! What every class, key and pipeline makes of a `scheduler_config.json`, against diffusers: the last latents of loops on a model that is a
//! formula, for each line of `tests/golden/scheduler_files.txt`; and what diffusers refuses is refused here.

use decant_sd::config::Scheduler;
use decant_solver::{Error, Generator, Options, Run, Sampler, Step, sample};
use pollster::block_on;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, VecDeque};

/// Relative to the largest value of the latents; rounding of torch's float32 roots and exponentials, enlarged by the calls after it.
const NEAR: f64 = 2e-5;

/// What is followed though diffusers refuses it: how its message begins, and what the case then has. Predictions that some of its classes have no
/// line for; an `algorithm_type` that it means to follow and stumbles over, or that only the file's own class cannot follow; a timestep that it
/// takes from the logarithm of 0; a last step whose length is infinite.
const FOLLOWED: [(&str, &str); 7] = [
    ("prediction_type not implemented yet", "\"sample\""),
    ("prediction_type given as sample", "\"sample\""),
    ("`final_sigmas_type` zero is not supported for `algorithm_type` deis", "\"deis\""),
    ("`final_sigmas_type` zero is not supported", " dpmpp_2m_sde 7 "),
    ("`final_sigmas_type` zero is not supported", " deis 7 "),
    ("NaN", "\"squaredcos_cap_v2\""),
    ("NaN", "\"bh1\""),
];

/// The model of `tests/make_goldens_solver.py`, noise from a generator or from a list.
struct Formula {
    generator: Generator,
    drawn: VecDeque<f32>,
}

impl Run for Formula {
    type Error = Error;

    async fn predict(&mut self, x: &[f32], t: f32) -> Result<Vec<f32>, Error> {
        Ok(x.iter().map(|&x| (0.9 * f64::from(x) - 0.7 * f64::from(t) / 1000.0).tanh() as f32).collect())
    }

    fn noise(&mut self, n: usize) -> Vec<f32> {
        if self.drawn.is_empty() { self.generator.randn(n) } else { self.drawn.drain(..n).collect() }
    }

    async fn observe(&mut self, _: Step<'_>) -> Result<(), Error> {
        Ok(())
    }
}

/// The scheduler file of a line, as its pipeline takes it.
fn scheduler(pipeline: &str, all: &str, own: &str) -> Result<Scheduler, decant_sd::Error> {
    let object = |text| serde_json::from_str::<Map<String, Value>>(text).expect("an object");
    let mut file = object(all);
    file.extend(object(own));
    let json = serde_json::to_vec(&file).expect("it was just read");
    Ok(Scheduler::parse("scheduler/scheduler_config.json", &json)?.corrected(&format!("{pipeline}Pipeline")))
}

/// The last latents that a sampler comes to, as the golden's loop runs.
fn latents(scheduler: &Scheduler, sampler: Sampler, steps: usize, drawn: &[f32]) -> Result<Vec<f32>, Error> {
    let mut run = Formula { generator: Generator::new(7), drawn: drawn.iter().copied().collect() };
    let noise = run.generator.randn(4);
    block_on(sample(sampler, &mut run, &noise, scheduler.followed_by(sampler), Options::steps(steps)))
}

fn numbers(bits: &str) -> Vec<f32> {
    bits.split(' ').map(|word| f32::from_bits(u32::from_str_radix(word, 16).expect("8 hex digits"))).collect()
}

/// The largest difference relative to the largest value.
fn off(got: &[f32], want: &[f32]) -> f64 {
    let size = want.iter().fold(1e-30, |size, x| f64::from(x.abs()).max(size));
    got.iter()
        .zip(want)
        .map(|(got, want)| f64::from(got - want).abs() / size)
        .fold(0.0, |worst, x| if x > worst || x.is_nan() { x } else { worst })
}

#[test]
fn every_file_gives_what_diffusers_makes_of_it() {
    let golden = include_str!("../../../tests/golden/scheduler_files.txt");
    let all = golden.lines().find_map(|line| line.strip_prefix("# all: ")).expect("what every file says");
    let (mut wrong, mut worst) = (vec![], BTreeMap::<&str, f64>::new());
    for line in golden.lines().filter(|line| !line.starts_with('#')) {
        let mut fields = line.split('\t');
        let [pipeline, id, steps, own, golden] = [(); 5].map(|()| fields.next().expect("five fields"));
        let (sampler, steps) = (Sampler::from_id(id).expect("one of ours"), steps.parse().expect("a number"));
        let drawn = fields.next().map(numbers).unwrap_or_default();
        let got = scheduler(pipeline, all, own)
            .map_err(|error| error.to_string())
            .and_then(|scheduler| latents(&scheduler, sampler, steps, &drawn).map_err(|error| error.to_string()));
        let case = format!("{pipeline} {id} {steps} {own}");
        match (got, golden.strip_prefix("refused: ")) {
            (Err(_), Some(_)) => {}
            (Ok(_), Some(why)) if FOLLOWED.iter().any(|(start, key)| why.starts_with(start) && case.contains(key)) => {}
            (Err(error), None) => wrong.push(format!("{case}: {error}")),
            (Ok(got), Some(why)) => wrong.push(format!("{case}: {got:?}, but diffusers refuses: {why}")),
            (Ok(got), None) => {
                let off = off(&got, &numbers(golden));
                // With zero terminal SNR a run starts at a sigma of 4096, whose rounding is that much larger.
                let near = if own.contains("rescale_betas_zero_snr") { 5.0 * NEAR } else { NEAR };
                if off.is_nan() || off > near {
                    wrong.push(format!("{case}: {off:e}"));
                }
                let row = worst.entry(sampler.row().id).or_default();
                *row = row.max(off);
            }
        }
    }
    worst.iter().for_each(|(id, off)| println!("{id}: {off:.1e}"));
    assert_eq!(worst.len(), 17, "every sampler that has a judge in diffusers");
    assert!(wrong.is_empty(), "{} are not as diffusers has them:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_stochastic_is_said_so() {
    let file = r#"{"_class_name": "DPMSolverMultistepScheduler", "algorithm_type": "sde-dpmsolver++"}"#;
    let scheduler = scheduler("StableDiffusion", "{}", file).expect("diffusers reads it");
    assert_eq!(scheduler.sampler(), Sampler::Dpmpp2mSde);
    assert_eq!(scheduler.meant(Sampler::Dpmpp2m), Sampler::Dpmpp2mSde);
    assert_eq!(scheduler.meant(Sampler::Dpmpp2s), Sampler::Dpmpp2s);
    let unknown = self::scheduler("StableDiffusion", "{}", r#"{"algorithm_type": "dpmsolver+++"}"#).expect_err("no such algorithm");
    assert!(unknown.to_string().contains("algorithm_type is \"dpmsolver+++\"; expected one of dpmsolver, dpmsolver++"), "{unknown}");
}
