//! What a run is made with: an opened model, the plan for it, and what of it is on the device. A network is acquired, run, and released.

use super::model::Model;
use super::model::networks::Network;
use super::plan::{Plan, Resident};
use super::residency::Residency;
use super::run::conditioning::LastTexts;
use crate::error::{Error, out_of_memory};
use crate::preview::Projection;
use decant_graph::{Executable, Program};
use std::rc::Rc;

/// A model on a device, as one plan says: what a run is made with.
pub(crate) struct OnDevice<'p> {
    pub model: &'p Model,
    pub plan: &'p Plan,
    pub residency: &'p mut Residency,
    pub computed: &'p mut Computed,
}

impl OnDevice<'_> {
    /// A network made ready to run.
    pub async fn acquire(&mut self, network: Network) -> Result<Box<dyn Executable>, Error> {
        if let Some(ready) = self.residency.take_ready(network) {
            return Ok(ready);
        }
        self.prepare(network, self.plan.program(network).ok_or(Error::NotReady)?).await
    }

    /// Any program of a network made ready to run.
    pub async fn prepare(&mut self, network: Network, program: &Rc<Program>) -> Result<Box<dyn Executable>, Error> {
        let (model, plan) = (self.model, self.plan);
        let made = match self.residency.ready((model, plan), network, program).await {
            // The driver has less room than it said. What else is there makes room; it is read again when it is wanted.
            Err(Error::Graph(decant_graph::Error::OutOfMemory(_))) => {
                self.residency.evict_all();
                self.residency.ready((model, plan), network, program).await
            }
            made => made,
        };
        made.map_err(|error| match error {
            Error::Graph(decant_graph::Error::OutOfMemory(reason)) => {
                self.residency.evict_all(); // also what was uploaded without room for it
                plan.does_not_fit(model, self.residency.device(), Some(out_of_memory(&reason)))
            }
            other => other,
        })
    }

    /// A network that has run: it is kept for the next picture, or goes.
    pub fn release(&mut self, network: Network, ready: Box<dyn Executable>) {
        if self.plan.placement.resident == Resident::Everything && network != Network::Encoder {
            self.residency.leave_ready(network, ready);
        } else {
            self.discard(network, ready);
        }
    }

    /// A network that has run and whose program nobody wants again.
    pub fn discard(&mut self, network: Network, ready: Box<dyn Executable>) {
        drop(ready);
        if !self.plan.keeps(network) {
            self.residency.clear(self.model, network);
        }
    }
}

/// What a run computes that later ones may use.
#[derive(Default)]
pub(crate) struct Computed {
    /// The last run's words, and what the text encoders made of them.
    pub conditioning: Option<LastTexts>,
    /// The straight line from latents to colours.
    pub projection: Option<Projection>,
}
