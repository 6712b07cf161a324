//! What of a model is on the device: weights that stay, programs that are ready, and giving them back as a plan says.

use super::model::Model;
use super::model::networks::Network;
use super::plan::{Plan, Resident};
use super::run::Computed;
use crate::component::{Component, DeviceWeights, Progress};
use crate::error::Error;
use crate::lora::Stack;
use decant_graph::{Device, Executable, Program};
use std::collections::BTreeMap;
use std::rc::Rc;

/// All that is on the device.
pub(crate) struct Residency {
    device: Rc<dyn Device>,
    /// Programs that stay ready for the next picture.
    ready: BTreeMap<Network, Box<dyn Executable>>,
    /// By their networks' names.
    weights: BTreeMap<&'static str, DeviceWeights>,
}

impl Residency {
    /// Nothing yet.
    pub fn new(device: Rc<dyn Device>) -> Residency {
        Residency { device, ready: BTreeMap::new(), weights: BTreeMap::new() }
    }

    /// What it is about.
    pub fn device(&self) -> &dyn Device {
        &*self.device
    }

    fn weights(&mut self, component: &Component) -> &mut DeviceWeights {
        self.weights.entry(component.name()).or_insert_with(|| DeviceWeights::new(&*self.device))
    }

    /// Loads the weights that stay between pictures, and gives back those that do not.
    pub async fn load(&mut self, model: &Model, plan: &Plan, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        self.evict(model, plan);
        let stay: Vec<Network> = plan.networks().filter(|network| plan.placement.resident.holds(*network)).collect();
        let file_bytes = |network: &Network| Some(model.component(*network)?.file_bytes(plan.program(*network)?));
        let (mut bytes, total) = (0, stay.iter().filter_map(file_bytes).sum());
        for network in stay {
            let mut tick = |component, read| {
                bytes += read;
                progress(Progress { component, bytes, total });
            };
            let program = plan.program(network).ok_or(Error::NotReady)?;
            self.upload((model, plan), network, program, &mut tick).await?;
        }
        Ok(())
    }

    /// Gives back what another plan left ready, and the weights that do not stay under this one.
    pub fn evict(&mut self, model: &Model, plan: &Plan) {
        self.ready.clear();
        for network in plan.networks().filter(|network| !plan.placement.resident.holds(*network)) {
            self.clear(model, network);
        }
    }

    /// Gives back all of a plan that can be loaded again: what is ready for the next picture, and every weight. A program that is running
    /// keeps its own.
    fn evict_all(&mut self, model: &Model, plan: &Plan) {
        self.ready.clear();
        for network in plan.networks() {
            self.clear(model, network);
        }
    }

    /// Nothing is ready any more; weights stay.
    pub fn evict_ready(&mut self) {
        self.ready.clear();
    }

    /// Gives back a network's weights, which are others from now on.
    pub fn forget(&mut self, name: &'static str) {
        self.ready.clear();
        self.weights.remove(name);
    }

    /// Gives back the matrices of LoRAs that these do not have.
    pub fn keep_loras(&mut self, loras: &Stack) {
        if let Some(weights) = self.weights.get_mut(loras.network) {
            weights.keep_added(loras);
        }
    }

    fn clear(&mut self, model: &Model, network: Network) {
        if let Some(weights) = model.component(network).and_then(|component| self.weights.get_mut(component.name())) {
            weights.clear();
        }
    }

    /// Uploads a program's weights, as far as they are not there.
    async fn upload(
        &mut self,
        (model, plan): (&Model, &Plan),
        network: Network,
        program: &Program,
        tick: &mut dyn FnMut(&'static str, u64),
    ) -> Result<(), Error> {
        let component = model.component(network).ok_or(Error::NotReady)?;
        let (files, loras) = (model.files_of(network), model.loras.stack(component.name(), plan.shape.loras));
        let weights = self.weights(component);
        weights.upload(component, files, program, &mut |read| tick(component.name(), read)).await?;
        weights.upload_added(program, &loras).await
    }

    async fn ready(&mut self, model: (&Model, &Plan), network: Network, program: &Rc<Program>) -> Result<Box<dyn Executable>, Error> {
        self.upload(model, network, program, &mut |_, _| {}).await?;
        self.weights(model.0.component(network).ok_or(Error::NotReady)?).ready(program).await
    }
}

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
        if let Some(ready) = self.residency.ready.remove(&network) {
            return Ok(ready);
        }
        self.prepare(network, self.plan.program(network).ok_or(Error::NotReady)?).await
    }

    /// Any program of a network made ready to run.
    pub async fn prepare(&mut self, network: Network, program: &Rc<Program>) -> Result<Box<dyn Executable>, Error> {
        let (model, plan) = (self.model, self.plan);
        let made = match self.residency.ready((model, plan), network, program).await {
            // The driver has less room than it said. Where anything else stays, that makes room; it is read again when it is wanted.
            Err(Error::Graph(decant_graph::Error::Device(_))) if plan.placement.resident != Resident::Nothing => {
                self.residency.evict_all(model, plan);
                self.residency.ready((model, plan), network, program).await
            }
            made => made,
        };
        made.map_err(|error| match error {
            Error::Graph(decant_graph::Error::Device(reason)) => plan.does_not_fit(model, self.residency.device(), Some(reason)),
            other => other,
        })
    }

    /// A network that has run: it is kept for the next picture, or goes.
    pub fn release(&mut self, network: Network, ready: Box<dyn Executable>) {
        if self.plan.placement.resident == Resident::Everything && network != Network::Encoder {
            self.residency.ready.insert(network, ready);
        } else {
            self.discard(network, ready);
        }
    }

    /// A network that has run and whose program nobody wants again.
    pub fn discard(&mut self, network: Network, ready: Box<dyn Executable>) {
        drop(ready);
        if !self.plan.placement.resident.holds(network) {
            self.residency.clear(self.model, network);
        }
    }
}
