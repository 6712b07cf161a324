//! What of a model is on the device: weights that stay, programs that are ready, and giving them back as a plan says.

use super::model::Model;
use super::model::networks::Network;
use super::plan::Plan;
use crate::component::{Component, DeviceWeights, Progress};
use crate::error::Error;
use crate::lora::Stack;
use decant_graph::{Device, Executable, Program};
use std::collections::{BTreeMap, BTreeSet};
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

    /// Loads the weights that stay between pictures, and gives back those that do not; after an error, all of them.
    pub async fn load(&mut self, model: &Model, plan: &Plan, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        self.evict(model, plan);
        let loaded = self.upload_resident(model, plan, progress).await;
        if loaded.is_err() {
            self.evict_all();
        }
        loaded
    }

    async fn upload_resident(&mut self, model: &Model, plan: &Plan, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        let stay: Vec<Network> = plan.networks().filter(|network| plan.keeps(*network)).collect();
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

    /// Gives back what is ready, and all weights but those that stay under this plan: what another plan left, and what a run that was
    /// cancelled or failed did not come to give back.
    pub fn evict(&mut self, model: &Model, plan: &Plan) {
        self.ready.clear();
        for (name, weights) in &mut self.weights {
            let stays = |network: &Network| plan.keeps(*network) && model.component(*network).is_some_and(|of| of.name() == *name);
            let programs = plan.networks().filter(stays).filter_map(|network| plan.program(network));
            let kept: BTreeSet<&str> = programs.flat_map(|program| &program.weights).map(|weight| weight.name.as_str()).collect();
            weights.keep(&kept);
        }
    }

    /// Gives back all that can be loaded again: what is ready for the next picture, and every weight. A program that is running keeps its own.
    pub fn evict_all(&mut self) {
        self.ready.clear();
        for weights in self.weights.values_mut() {
            weights.clear();
        }
    }

    /// A network that was left ready, which is then the caller's.
    pub fn take_ready(&mut self, network: Network) -> Option<Box<dyn Executable>> {
        self.ready.remove(&network)
    }

    /// Leaves a network ready for the next picture.
    pub fn leave_ready(&mut self, network: Network, ready: Box<dyn Executable>) {
        self.ready.insert(network, ready);
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
    pub fn retain_loras(&mut self, loras: &Stack) {
        if let Some(weights) = self.weights.get_mut(loras.network) {
            weights.retain_added(loras);
        }
    }

    /// Gives back a network's weights, which are read again when they are wanted.
    pub fn clear(&mut self, model: &Model, network: Network) {
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

    /// A program of a network made ready, its weights uploaded where they are not there.
    pub async fn ready(&mut self, model: (&Model, &Plan), network: Network, program: &Rc<Program>) -> Result<Box<dyn Executable>, Error> {
        self.upload(model, network, program, &mut |_, _| {}).await?;
        self.weights(model.0.component(network).ok_or(Error::NotReady)?).ready(program).await
    }
}
