//! UniPC: a predictor whose step is corrected with the prediction at its end, which costs no further call.

use super::level::{Level, levels};
use super::{Built, Letters, Sampler, SamplerRow, Steps};
use crate::class::{Class, ReadsSpacing};
use crate::prediction::{mix, zip};
use crate::setup::Setup;
use crate::sigma_rule::SigmaRule;
use crate::sigmas::noise_levels;
use crate::{Error, SolverType};
use std::collections::VecDeque;
use std::mem::replace;

pub(super) const ROW: SamplerRow = SamplerRow {
    sampler: Sampler::UniPc,
    id: "unipc",
    name: "UniPC",
    reference: "UniPCMultistepScheduler",
    docs: "Predict a step from the last predictions, and correct it with the one at its end (Zhao et al. 2023, arXiv:2302.04867, algorithms 1 and 2).",
    order: 3,
    class: Class { reads_spacing: ReadsSpacing::AlongTimesteps, highest_order: Some(3), ..Class::EULER },
    build,
    ..SamplerRow::PLAIN
};

fn build(setup: &Setup<'_>) -> Result<Built, Error> {
    let (bound, most) = (setup.threshold()?, setup.order(setup.config.solver_order)?);
    let schedule = noise_levels(setup, SigmaRule::PRESERVING)?.schedule;
    if !setup.lower_order_final() && most > 1 && schedule.sigmas.ends_with(&[0.0]) {
        let reason = "the last step would divide by an infinite length";
        let hint = "choose final_sigmas_type sigma_min, or sigmas that end above 0";
        return Err(setup.unsupported("lower_order_final", "false".into(), reason, hint));
    }
    Built::new(schedule, setup.denoiser(Letters::Lambda, bound), move |run, x| unipc(run, x, most))
}

async fn unipc(run: Steps, mut x: Vec<f32>, most: usize) -> Vec<f32> {
    let (lower, uncorrected) = (run.setup().lower_order_final(), &run.config.disable_corrector);
    let form = Form { x0: run.config.predict_x0, bh1: run.setup().solver_is(SolverType::Bh1) };
    let levels = levels(&run.schedule.sigmas);
    let mut past: VecDeque<Vec<f32>> = VecDeque::new();
    // The last step: where it started, and of what order it was.
    let mut last: Option<(Vec<f32>, usize)> = None;
    for i in run.steps() {
        let predicted = run.denoised(i, &mut x).await;
        let output = if form.x0 { predicted.x0 } else { predicted.eps };
        if let Some((start, order)) = last.take_if(|_| !uncorrected.contains(&(i - 1))) {
            x = form.step(&start, &past, Some(&output), &levels[..=i], order);
        }
        past.push_front(output);
        past.truncate(most);
        let order = past.len().min(if lower { run.steps().end - i } else { most });
        let next = form.step(&x, &past, None, &levels[..=i + 1], order);
        last = Some((replace(&mut x, next), order));
    }
    x
}

/// In which variable the equation is solved, and the paper's B(h).
#[derive(Clone, Copy)]
struct Form {
    x0: bool,
    bh1: bool,
}

impl Form {
    /// Equations 3 and 9: one step to the last of `levels`, `past` being the model's outputs before it, the newest first.
    /// With the output at its end it is the corrector, without it the predictor.
    fn step(self, x: &[f32], past: &VecDeque<Vec<f32>>, end: Option<&Vec<f32>>, levels: &[Level], order: usize) -> Vec<f32> {
        let to = levels.len() - 1;
        let (next, now) = (levels[to], levels[to - 1]);
        let h = next.lambda - now.lambda;
        let hh = if self.x0 { -h } else { h };
        let b_h = if self.bh1 { hh } else { hh.exp_m1() };
        let r = |back: usize| (levels[to - 1 - back].lambda - now.lambda) / h;
        let m0 = past[0].as_slice();
        let mut differences: Vec<Vec<f32>> = (1..order).map(|back| zip(&past[back], m0, |m, m0| (m - m0) / r(back))).collect();
        let mut rks: Vec<f32> = (1..order).map(r).collect();
        if let Some(end) = end {
            differences.push(zip(end, m0, |m, m0| m - m0));
            rks.push(1.0);
        }
        let weights = match rks.len() {
            0 => vec![],
            1 => vec![0.5], // diffusers' choice for both, which needs no solving
            _ => weights(&rks, hh, b_h),
        };
        let (c, scale) = if self.x0 { (next.sigma / now.sigma, next.alpha) } else { (next.alpha / now.alpha, next.sigma) };
        let mut moved = mix([(c, x), (-scale * hh.exp_m1(), m0)]);
        for (weight, difference) in weights.into_iter().zip(&differences) {
            moved = mix([(1.0, &moved), (-scale * b_h * weight, difference)]);
        }
        moved
    }
}

/// Theorem 3.1: the weights that make all terms up to the order agree, `sum_m r_m^(k-1) a_m = phi_(k+1)(hh) k! / B(h)`.
fn weights(rks: &[f32], hh: f32, b_h: f32) -> Vec<f32> {
    let n = rks.len();
    let (mut phi, mut factorial) = (hh.exp_m1() / hh - 1.0, 1.0);
    let mut rows: Vec<Vec<f64>> = Vec::new();
    for k in 1..=n {
        let right = f64::from(phi * factorial / b_h);
        rows.push(rks.iter().map(|r| f64::from(*r).powi(k as i32 - 1)).chain([right]).collect());
        factorial *= (k + 1) as f32;
        phi = phi / hh - 1.0 / factorial;
    }
    eliminate(rows)
}

/// Gauss and Jordan, on rows that carry their right side; the nodes differ, so no pivot is 0.
fn eliminate(mut rows: Vec<Vec<f64>>) -> Vec<f32> {
    let n = rows.len();
    for i in 0..n {
        let pivot = (i..n).max_by(|&a, &b| rows[a][i].abs().total_cmp(&rows[b][i].abs())).unwrap_or(i);
        rows.swap(i, pivot);
        let row: Vec<f64> = rows[i].iter().map(|value| value / rows[i][i]).collect();
        for (j, other) in rows.iter_mut().enumerate() {
            let factor = if j == i { 0.0 } else { other[i] };
            other.iter_mut().zip(&row).for_each(|(value, above)| *value -= factor * above);
        }
        rows[i] = row;
    }
    rows.iter().map(|row| row[n] as f32).collect()
}
