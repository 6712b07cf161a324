//! Every sampler against its reference: all latents of whole loops, new noise included.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Case, Toy, block_on, cases, check, configured, options, stable_diffusion};
use decant_solver::{Options, SAMPLERS, Sampler, SchedulerConfig, Step, sample, schedule};

/// Relative to the largest value of the latents. What differs is rounding: torch's float32 roots, logarithms and exponentials are up to an ulp off,
/// and where the model's curve is steep the next calls enlarge that.
fn bound(_: &Case) -> f64 {
    1e-5
}

#[test]
fn latents_are_the_references() {
    let mut worst: Vec<(&str, f64, String)> = SAMPLERS.iter().map(|row| (row.id, 0.0, String::new())).collect();
    let mut wrong = Vec::new();
    let files = [
        include_str!("../../../tests/golden/solver_samplers.txt"),
        include_str!("../../../tests/golden/solver_begin.txt"),
        include_str!("../../../tests/golden/solver_descent.txt"),
    ];
    let all: Vec<Case> = files.into_iter().flat_map(|text| cases(text).into_iter().skip(1)).collect();
    for case in &all {
        let sampler = Sampler::from_id(case.get("sampler")).unwrap();
        // A bare case has no key at all: every default is the reference's class's own.
        let bare = case.keys.iter().any(|(key, _)| key == "bare");
        let config = configured(if bare { SchedulerConfig::default() } else { stable_diffusion() }, case);
        let off = compare(case, sampler, &config, options(case));
        if off.is_nan() || off > bound(case) {
            wrong.push(format!("{off:e} {}", case.line));
        }
        let row = worst.iter_mut().find(|(id, ..)| *id == sampler.row().id).unwrap();
        if off > row.1 {
            (row.1, row.2) = (off, case.line.clone());
        }
    }
    for (id, off, line) in &worst {
        println!("{id}: {off:.1e} from {} ({line})", Sampler::from_id(id).unwrap().row().reference);
        assert!(*off > 0.0, "{id} has no case, or one that rounds like ours");
    }
    assert!(wrong.is_empty(), "above the bound:\n{}", wrong.join("\n"));
}

/// The largest relative difference of a loop's latents.
fn compare(case: &Case, sampler: Sampler, config: &SchedulerConfig, options: Options) -> f64 {
    let mut worst = 0.0f64;
    let mut want = case.goldens.iter().filter(|golden| golden.name == "x");
    let mut compared = 0;
    let model = |x: &[f32], t: f32| x.iter().map(|&x| (0.9 * f64::from(x) - 0.7 * f64::from(t) / 1000.0).tanh() as f32).collect();
    let observer = |step: Step<'_>| {
        let off = check(case, want.next().expect("as many calls as the reference"), step.next, f64::INFINITY);
        worst = if off > worst || off.is_nan() { off } else { worst };
        compared += 1;
        Ok(())
    };
    let mut run = Toy::new(model, observer);
    let noise = run.generator.randn(4);
    run.drawn = case.golden("drawn").map(|drawn| drawn.values.iter().copied().collect()).unwrap_or_default();
    let noise = match options.begin {
        None => noise,
        Some(begin) => schedule(sampler, config, options.clone()).unwrap().add_noise(begin, &[0.5; 4], &noise).unwrap(),
    };
    let (latents, _) = block_on(sample(sampler, &mut run, &noise, config, options));
    latents.unwrap_or_else(|error| panic!("{}: {error}", case.line));
    assert_eq!(compared, case.goldens.iter().filter(|golden| golden.name == "x").count(), "{}", case.line);
    worst
}
