//! One network after another on the device: weights uploaded when they are wanted, buffers made and given back as the plan says.

use crate::component::{Component, Progress};
use crate::error::Error;
use crate::files::Files;
use crate::pipeline::Pipeline;
use crate::pipeline::plan::{Plan, Resident};
use crate::request::Decoder;
use decant_graph::{ENCODINGS, Executable, Program};
use std::rc::Rc;

/// A network's program, for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Network {
    /// A text encoder, by its number.
    Text(usize),
    Unet,
    Decoder,
    Encoder,
    Tiny,
}

impl Network {
    fn program(self, plan: &Plan) -> Option<&Rc<Program>> {
        let programs = &plan.programs;
        match self {
            Network::Text(at) => programs.texts.get(at),
            Network::Unet => Some(&programs.unet),
            Network::Decoder => Some(&programs.decoder),
            Network::Encoder => programs.encoder.as_ref(),
            Network::Tiny => programs.tiny.as_ref(),
        }
    }

    /// Whether its weights stay on the device when it does not run.
    fn stays(self, resident: Resident) -> bool {
        match resident {
            Resident::Everything | Resident::Weights => true,
            Resident::Denoiser => matches!(self, Network::Unet | Network::Tiny),
            Resident::Nothing => false,
        }
    }
}

impl Pipeline {
    fn component(&mut self, network: Network) -> Option<&mut Component> {
        match network {
            Network::Text(at) => self.texts.get_mut(at).map(|text| &mut text.component),
            Network::Unet => Some(&mut self.unet),
            Network::Decoder | Network::Encoder => Some(&mut self.vae),
            Network::Tiny => self.tiny.as_mut().map(|tiny| &mut tiny.component),
        }
    }

    fn files_of(&self, network: Network) -> Rc<dyn Files> {
        match (network, &self.tiny, &self.vae_files) {
            (Network::Tiny, Some(tiny), _) => tiny.files.clone(),
            (Network::Decoder | Network::Encoder, _, Some(files)) => files.clone(),
            _ => self.files.clone(),
        }
    }

    /// The networks that a plan has programs for, in the order in which they run.
    fn order(&self, plan: &Plan) -> Vec<Network> {
        let texts = (0..self.texts.len()).map(Network::Text);
        let rest = [Network::Encoder, Network::Unet, Network::Decoder, Network::Tiny];
        texts.chain(rest).filter(|network| network.program(plan).is_some()).collect()
    }

    /// Brings the weights that stay between pictures, and gives back those that do not.
    pub(crate) async fn load_by(&mut self, plan: &Plan, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        self.evict(plan);
        let stay: Vec<Network> = self.order(plan).into_iter().filter(|network| network.stays(plan.placement.resident)).collect();
        let mut total = 0;
        for &network in &stay {
            if let (Some(component), Some(program)) = (self.component(network), network.program(plan)) {
                total += component.file_bytes(program);
            }
        }
        let mut bytes = 0;
        for network in stay {
            let mut tick = |component, read| {
                bytes += read;
                progress(Progress { component, bytes, total });
            };
            let program = network.program(plan).cloned().ok_or(Error::NotReady)?;
            self.upload(network, &program, plan, &mut tick).await?;
        }
        Ok(())
    }

    /// Gives back what another plan left ready, and the weights that do not stay under this one.
    pub(crate) fn evict(&mut self, plan: &Plan) {
        self.ready.clear();
        for network in self.order(plan).into_iter().filter(|network| !network.stays(plan.placement.resident)) {
            self.clear(network);
        }
    }

    /// Brings a program's weights, as far as they are not there.
    async fn upload(
        &mut self,
        network: Network,
        program: &Program,
        plan: &Plan,
        tick: &mut dyn FnMut(&'static str, u64),
    ) -> Result<(), Error> {
        let files = self.files_of(network);
        let name = self.component(network).ok_or(Error::NotReady)?.name();
        let loras = self.loras.stack(name, plan.shape.loras);
        let component = self.component(network).ok_or(Error::NotReady)?;
        component.upload(&*files, program, &mut |read| tick(name, read)).await?;
        component.upload_added(program, &loras).await
    }

    /// A network made ready to run.
    pub(crate) async fn acquire(&mut self, network: Network, plan: &Plan) -> Result<Box<dyn Executable>, Error> {
        if let Some(ready) = self.ready.remove(&network) {
            return Ok(ready);
        }
        let program = network.program(plan).cloned().ok_or(Error::NotReady)?;
        self.prepare(network, &program, plan).await
    }

    /// Any program of a network made ready to run.
    pub(crate) async fn prepare(&mut self, network: Network, program: &Rc<Program>, plan: &Plan) -> Result<Box<dyn Executable>, Error> {
        let made = match self.prepared(network, program, plan).await {
            // The driver has less room than it said. Where anything else stays, that makes room; it is read again when it is wanted.
            Err(Error::Graph(decant_graph::Error::Device(_))) if plan.placement.resident != Resident::Nothing => {
                self.evict_all(plan);
                self.prepared(network, program, plan).await
            }
            made => made,
        };
        made.map_err(|error| self.out_of_memory(error, plan))
    }

    async fn prepared(&mut self, network: Network, program: &Rc<Program>, plan: &Plan) -> Result<Box<dyn Executable>, Error> {
        self.upload(network, program, plan, &mut |_, _| {}).await?;
        self.component(network).ok_or(Error::NotReady)?.ready(program).await
    }

    /// Gives back all that can be loaded again: what is ready for the next picture, and every weight. A program that is running keeps its own.
    fn evict_all(&mut self, plan: &Plan) {
        self.ready.clear();
        for network in self.order(plan) {
            self.clear(network);
        }
    }

    /// A network that has run: it is kept for the next picture, or goes.
    pub(crate) fn release(&mut self, network: Network, ready: Box<dyn Executable>, plan: &Plan) {
        if plan.placement.resident == Resident::Everything && network != Network::Encoder {
            self.ready.insert(network, ready);
        } else {
            self.discard(network, ready, plan);
        }
    }

    /// A network that has run and whose program nobody wants again.
    pub(crate) fn discard(&mut self, network: Network, ready: Box<dyn Executable>, plan: &Plan) {
        drop(ready);
        if !network.stays(plan.placement.resident) {
            self.clear(network);
        }
    }

    fn clear(&mut self, network: Network) {
        if let Some(component) = self.component(network) {
            component.clear();
        }
    }

    /// What the driver says when it has no room, as the sentence for a picture that does not fit.
    fn out_of_memory(&self, error: Error, plan: &Plan) -> Error {
        match error {
            Error::Graph(decant_graph::Error::Device(reason)) => self.does_not_fit(plan, Some(reason)),
            other => other,
        }
    }

    /// The refusal of a picture, and what may help.
    pub(crate) fn does_not_fit(&self, plan: &Plan, reason: Option<String>) -> Error {
        let factor = self.factor();
        let [height, width] = plan.shape.size.map(|side| side * factor);
        let memory = &plan.memory;
        let smallest =
            ENCODINGS.iter().min_by_key(|row| row.encoding.bytes(1 << 20)).filter(|row| plan.shape.encoding != Some(row.encoding));
        let weights = smallest.map(|row| format!("weights kept as {}", row.name));
        let tiny = (plan.shape.decoder == Decoder::Model).then(|| "a TAESD as the decoder".to_string());
        let ways: Vec<String> = std::iter::once("a smaller picture".to_string()).chain(weights).chain(tiny).collect();
        let advice = match &ways[..] {
            [one] => format!("ask for {one}"),
            [first @ .., last] => format!("ask for {}, or {last}", first.join(", ")),
            [] => String::new(),
        };
        Error::Memory { width, height, need: memory.peak(), most: memory.most, device: self.device.name(), reason, advice }
    }
}
