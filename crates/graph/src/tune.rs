//! Which of its candidates a GPU is best at, measured on the spot; and which compute wrongly there.
//!
//! Each class of work has a small case with edges, on which a candidate must agree with the CPU's f64, and one of Stable Diffusion's own
//! sizes, several times over, so that a clock in steps of 100 µs (as browsers have it) tells them apart.

use crate::bench;
use crate::check::Reference;
use crate::kernel_choice::F16;
use crate::op::{Case, OPS, SAME, is_f16};
use crate::{Caps, Device, Encoding, Error, KernelChoice};
use std::cmp::Ordering;

/// One class of work: [`crate::op::Op::class`] gives its name.
pub struct ClassRow {
    /// The class, whose first word is the operation.
    pub class: &'static str,
    /// Small and with edges: what a candidate must compute rightly.
    pub edges: fn() -> Case,
    /// What it is timed with.
    pub timed: fn() -> Case,
}

/// Every class that is tuned, the one that matters most first: time may run out.
pub const CLASSES: &[ClassRow] = &[
    ClassRow { class: "conv2d many", edges: conv_edges, timed: || conv(32, 640, 2) },
    ClassRow { class: "linear many", edges: linear_edges, timed: || linear(4096, 320, 8) },
    ClassRow { class: "attention 40", edges: || attention(70, 77, 2, 40, 1), timed: || attention(2048, 2048, 8, 40, 1) },
    ClassRow { class: "conv2d few", edges: conv_edges, timed: || conv(16, 640, 4) },
    ClassRow { class: "linear few", edges: linear_edges, timed: || linear(256, 1280, 8) },
    ClassRow { class: "attention 80", edges: || attention(70, 77, 2, 80, 1), timed: || attention(1024, 1024, 8, 80, 1) },
    ClassRow { class: "attention 64", edges: || attention(70, 77, 2, 64, 1), timed: || attention(1024, 1024, 10, 64, 1) },
    ClassRow { class: "attention 160", edges: || attention(70, 77, 2, 160, 1), timed: || attention(256, 256, 8, 160, 8) },
    ClassRow { class: "linear thin", edges: || linear_of(2, 72, 600, 1), timed: || linear(2, 1280, 16) },
];

/// Candidates of a class that are tried, and of those that compute in halves.
const MOST: usize = 4;
/// Another than the first of the operation's own order is taken where it is faster by so much.
const WORTH: f64 = 0.95;

/// One candidate of one class.
#[derive(Debug, Clone, PartialEq)]
pub struct Tried {
    /// The class of work.
    pub class: &'static str,
    /// The candidate.
    pub name: &'static str,
    /// What its numbers are off by, relative, root mean square.
    pub error: f64,
    /// Seconds of the timed case; none where it computes wrongly.
    pub seconds: Option<f64>,
    /// Arithmetic operations of the timed case.
    pub flops: u64,
}

/// What was measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tuned {
    /// What comes of it.
    pub choice: KernelChoice,
    /// All that was tried, in order.
    pub tried: Vec<Tried>,
    /// Classes for which there was no time.
    pub untried: Vec<&'static str>,
}

/// Tries each class's first candidates on that device, and gives it what was found. `now` gives seconds on any clock that only goes forward;
/// past `budget` of them no further class is begun. `on_class` hears what is tried.
///
/// # Errors
/// [`Error`] where the device is lost or has no room; what was chosen before stays.
pub async fn tune(device: &dyn Device, budget: f64, now: &dyn Fn() -> f64, on_class: &mut dyn FnMut(&str)) -> Result<Tuned, Error> {
    let before = device.kernel_choice();
    let tuned = try_all(device, budget, now, on_class).await;
    device.choose_kernels(tuned.as_ref().map_or(before, |tuned| tuned.choice.clone()));
    tuned
}

async fn try_all(device: &dyn Device, budget: f64, now: &dyn Fn() -> f64, on_class: &mut dyn FnMut(&str)) -> Result<Tuned, Error> {
    let (start, mut tuned) = (now(), Tuned::default());
    for row in CLASSES {
        if now() - start > budget {
            tuned.untried.push(row.class);
            continue;
        }
        on_class(row.class);
        let tried = try_class(row, device, now).await?;
        for one in tried.iter().filter(|one| one.seconds.is_none()) {
            tuned.choice.wrong.insert((row.class.into(), one.name.into()));
        }
        let (halves, whole): (Vec<Tried>, Vec<Tried>) = tried.iter().cloned().partition(|one| is_f16(one.name));
        if let Some(best) = best(&whole) {
            tuned.choice.tuned.insert(row.class.into(), best.name.into());
            let faster = halves.iter().filter(|one| one.seconds.is_some_and(|seconds| Some(seconds) < best.seconds.map(|s| WORTH * s)));
            let faster = faster.min_by(|a, b| a.seconds.partial_cmp(&b.seconds).unwrap_or(Ordering::Equal));
            tuned.choice.tuned.extend(faster.map(|one| (format!("{}{F16}", row.class), one.name.into())));
        }
        tuned.tried.extend(tried);
    }
    Ok(tuned)
}

async fn try_class(row: &ClassRow, device: &dyn Device, now: &dyn Fn() -> f64) -> Result<Vec<Tried>, Error> {
    let (reference, timed) = (Reference::new(&(row.edges)())?, (row.timed)());
    let mut tried = vec![];
    for name in tried_candidates(&timed, &device.caps())? {
        device.choose_kernels(KernelChoice::forced(name));
        let (error, _, measured) = bench::try_one(device, (&timed, &reference), tolerance(row.class, name), now).await?;
        let (seconds, flops) = (measured.map(|m| m.fastest), measured.map_or(0, |m| m.flops));
        tried.push(Tried { class: row.class, name, error, seconds, flops });
    }
    Ok(tried)
}

/// Names of all ways to do a case's first step with such capabilities, the best first.
fn candidates(case: &Case, caps: &Caps) -> Result<Vec<&'static str>, Error> {
    Ok(case.program()?.ways(0, caps).into_iter().filter(|way| way.fits).map(|way| way.name).collect())
}

/// The first of them in whole floats, and in halves.
fn tried_candidates(case: &Case, caps: &Caps) -> Result<Vec<&'static str>, Error> {
    let (halves, whole): (Vec<&str>, Vec<&str>) = candidates(case, caps)?.into_iter().partition(|name| is_f16(name));
    Ok(whole.into_iter().take(MOST).chain(halves.into_iter().take(MOST)).collect())
}

fn tolerance(class: &str, candidate: &str) -> f64 {
    OPS.iter().find(|op| class.split(' ').next() == Some(op.name)).map_or(0.0, |op| op.tolerance_of(candidate))
}

/// The fastest that is right; the first, unless another is clearly faster.
fn best(tried: &[Tried]) -> Option<&Tried> {
    let right = || tried.iter().filter_map(|one| Some((one, one.seconds?)));
    let first = right().next()?;
    let fastest = right().min_by(|a, b| a.1.total_cmp(&b.1))?;
    Some(if fastest.1 < WORTH * first.1 { fastest.0 } else { first.0 })
}

fn linear_edges() -> Case {
    linear_of(70, 72, 600, 1)
}

/// `[rows, side]` through the same layer, so many times.
fn linear(rows: usize, side: usize, times: usize) -> Case {
    linear_of(rows, side, side, times)
}

fn linear_of(rows: usize, outputs: usize, inputs: usize, times: usize) -> Case {
    Case::new(format!("{times} times {rows}x{outputs}x{inputs}"))
        .weight("fc.weight", &[outputs, inputs], Encoding::F16)
        .input("x", &[1, rows, inputs])
        .build(move |graph, inputs| (0..times).fold(inputs[0], |x, _| x.linear(graph.weights().at("fc"))))
}

fn conv_edges() -> Case {
    conv_of([9, 7], 64, 72, 1)
}

/// A picture of `side` × `side` places through the same layer, so many times.
fn conv(side: usize, channels: usize, times: usize) -> Case {
    conv_of([side, side], channels, channels, times)
}

fn conv_of([height, width]: [usize; 2], inputs: usize, outputs: usize, times: usize) -> Case {
    Case::new(format!("{times} times {height}x{width}, {inputs} to {outputs} channels"))
        .weight("conv.weight", &[outputs, inputs, 3, 3], Encoding::F16)
        .input("x", &[1, height, width, inputs])
        .build(move |graph, inputs| (0..times).fold(inputs[0], |x, _| x.conv2d(graph.weights().at("conv"), SAME)))
}

/// Queries over keys, so many times: each time with what came of the time before as queries.
fn attention(tokens: usize, keys: usize, heads: usize, d: usize, times: usize) -> Case {
    Case::new(format!("{times} times {tokens} tokens, {keys} keys, {heads} heads of {d}"))
        .input("q", &[1, tokens, heads * d])
        .input("k", &[1, keys, heads * d])
        .input("v", &[1, keys, heads * d])
        .build(move |_, i| (0..times).fold(i[0], |q, _| q.attention(i[1], i[2], heads, false)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_what_its_cases_are_and_has_a_choice() {
        for [software, f16] in [[false, false], [true, false], [false, true]] {
            let caps = Caps { software, f16, ..Caps::default() };
            for row in CLASSES {
                let (edges, timed) = ((row.edges)(), (row.timed)());
                let program = timed.program().expect("a case is sound");
                for at in 0..program.steps.len() {
                    assert_eq!(program.class(at).as_deref(), Some(row.class), "{}", timed.name);
                }
                let known = candidates(&edges, &caps).expect("it is");
                let tried = tried_candidates(&timed, &caps).expect("it is");
                assert!(tried.len() > 1, "{}: nothing to choose from", row.class);
                assert!(tried.iter().all(|name| known.contains(name)), "{}: {tried:?} of {known:?}", row.class);
                assert!(tried.iter().all(|name| tolerance(row.class, name) > 0.0));
            }
        }
    }

    #[test]
    fn the_first_stays_unless_another_is_clearly_faster() {
        let one = |name, seconds| Tried { class: "linear many", name, error: 0.0, seconds, flops: 1 };
        let taken = |tried: [Tried; 2]| best(&tried).map(|one| one.name);
        assert_eq!(taken([one("tall", Some(1.0)), one("square", Some(0.97))]), Some("tall"));
        assert_eq!(taken([one("tall", Some(1.0)), one("square", Some(0.5))]), Some("square"));
        assert_eq!(taken([one("tall", None), one("square", Some(0.5))]), Some("square"));
        assert_eq!(taken([one("tall", None), one("square", None)]), None);
    }
}
