//! Latents of a run on its way, kept as they pass.

use decant_sd::Error;
use decant_sd::latents::Latents;
use decant_sd::pipeline::Event;
use decant_solver::Schedule;

/// Keeps the latents after one model call.
#[derive(Default)]
pub(crate) struct Passing {
    after: Option<usize>,
    schedule: Option<Schedule>,
    /// What was kept.
    pub latents: Option<Latents>,
}

impl Passing {
    /// Those after so many model calls; none where nobody asks.
    pub fn after(calls: Option<usize>) -> Passing {
        Passing { after: calls, ..Passing::default() }
    }

    /// Hears an event.
    pub fn note(&mut self, event: &Event<'_>) -> Result<(), Error> {
        let Some(after) = self.after else { return Ok(()) };
        match event {
            Event::Start { schedule, begin, .. } => {
                let calls = schedule.timesteps.len();
                if !(begin + 1..=calls).contains(&after) {
                    let (what, problem) =
                        (format!("--save-latents-after {after}"), format!("the run's model calls are {} to {calls}", begin + 1));
                    return Err(Error::Start { what, problem, advice: "ask for one of these".into() });
                }
                self.schedule = Some((*schedule).clone());
            }
            Event::Step { step, shape, .. } if step.index + 1 == after => {
                self.latents = self.schedule.as_ref().map(|schedule| Latents::after(schedule, step.index, *shape, step.latents));
            }
            _ => {}
        }
        Ok(())
    }
}
