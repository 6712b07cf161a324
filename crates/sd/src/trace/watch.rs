//! How long the parts of a run take. It has no clock: whoever holds it says what time it is.

use serde::Serialize;

/// Milliseconds of a run's parts and of all of them; names are `Timings`' in `web/api/decant.d.ts`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Timings {
    /// Until the first step.
    pub text: f64,
    /// Of all steps.
    pub steps: f64,
    /// After the last one.
    pub picture: f64,
    /// Of all, without pauses.
    pub total: f64,
}

/// Measures a run; every time is in milliseconds of one clock.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct StopWatch {
    since: f64,
    text: f64,
    steps: f64,
}

impl StopWatch {
    /// For a run that begins now.
    pub fn new(now: f64) -> StopWatch {
        StopWatch { since: now, ..StopWatch::default() }
    }

    /// Sampling begins; once more with a second pass.
    pub fn start(&mut self, now: f64) {
        self.text += self.lap(now);
    }

    /// A step was taken: how long it took.
    pub fn step(&mut self, now: f64) -> f64 {
        let lap = self.lap(now);
        self.steps += lap;
        lap
    }

    /// What passed since the last word was a pause, and counts for no part.
    pub fn resume(&mut self, now: f64) {
        self.since = now;
    }

    /// The picture is there.
    pub fn finish(mut self, now: f64) -> Timings {
        let picture = self.lap(now);
        Timings { text: self.text, steps: self.steps, picture, total: self.text + self.steps + picture }
    }

    fn lap(&mut self, now: f64) -> f64 {
        now - std::mem::replace(&mut self.since, now)
    }
}
