//! Latents of a run on its way, kept as they pass.

use decant_sd::Error;
use decant_sd::error::{Sentence, Value};
use decant_sd::latents::Latents;
use decant_sd::pipeline::Event;
use decant_solver::Schedule;

/// Keeps the latents after one model call.
#[derive(Default)]
pub(crate) struct Passing {
    after: Option<usize>,
    schedule: Option<Schedule>,
    latents: Option<Latents>,
}

impl Passing {
    /// Those after so many model calls; none where nobody asks.
    pub fn after(calls: Option<usize>) -> Passing {
        Passing { after: calls, ..Passing::default() }
    }

    /// What was kept; `last` where nobody asked for others.
    ///
    /// # Errors
    /// A sentence where the run ended before.
    pub fn kept<'a>(&'a self, last: &'a Latents) -> Result<&'a Latents, Error> {
        match (self.after, &self.latents) {
            (None, _) => Ok(last),
            (Some(_), Some(latents)) => Ok(latents),
            (Some(after), None) => Err(Error::Start {
                what: asked(after),
                problem: Sentence::english("the sampler ended the run before that model call"),
                advice: Sentence::english("ask for an earlier one; without it, the last latents are written"),
            }),
        }
    }

    /// Hears an event.
    pub fn note(&mut self, event: &Event<'_>) -> Result<(), Error> {
        let Some(after) = self.after else { return Ok(()) };
        match event {
            Event::Start { schedule, begin, .. } => {
                let calls = schedule.timesteps.len();
                if !(begin + 1..=calls).contains(&after) {
                    let problem = Sentence::english(format!("the run's model calls are {} to {calls}", begin + 1));
                    return Err(Error::Start { what: asked(after), problem, advice: Sentence::english("ask for one of these") });
                }
                self.schedule = Some((*schedule).clone());
            }
            Event::Step { step, shape, .. } if step.index + 1 == after => {
                self.latents = self.schedule.as_ref().map(|schedule| Latents::after(schedule, step.index, *shape, step.next));
            }
            _ => {}
        }
        Ok(())
    }
}

/// The flag, as it was given. Only the command has it, and that speaks English.
fn asked(after: usize) -> Value {
    Value::Text(format!("--save-latents-after {after}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use decant_sd::latents::Level;

    #[test]
    fn latents_that_never_passed_are_not_the_last_ones() {
        let last = Latents { shape: [4, 1, 1], values: vec![0.0; 4], level: Level::Clean };
        assert_eq!(Passing::after(None).kept(&last).expect("nobody asked for others"), &last);
        let error = Passing::after(Some(9)).kept(&last).expect_err("the run ended before").to_string();
        assert!(error.starts_with("--save-latents-after 9: the sampler ended the run before"), "{error}");
    }
}
