//! One network after another on the device: weights brought when they are wanted, buffers made and given back as the plan says.

use super::Pipeline;
use super::plan::{Keep, Planned};
use crate::component::{Component, Progress};
use crate::error::Error;
use crate::files::Files;
use crate::request::Decoder;
use decant_graph::{ENCODINGS, Executable, Program};
use std::rc::Rc;

/// A network's program, for one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Network {
    /// A text encoder, by its number.
    Text(usize),
    Unet,
    Decoder,
    Encoder,
    Tiny,
}

impl Network {
    fn program(self, planned: &Planned) -> Option<&Rc<Program>> {
        let programs = &planned.programs;
        match self {
            Network::Text(at) => programs.texts.get(at),
            Network::Unet => Some(&programs.unet),
            Network::Decoder => Some(&programs.decoder),
            Network::Encoder => programs.encoder.as_ref(),
            Network::Tiny => programs.tiny.as_ref(),
        }
    }

    /// Whether its weights stay on the device when it does not run.
    fn stays(self, keep: Keep) -> bool {
        match keep {
            Keep::Everything | Keep::Weights => true,
            Keep::Denoiser => matches!(self, Network::Unet | Network::Tiny),
            Keep::Nothing => false,
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
    fn order(&self, planned: &Planned) -> Vec<Network> {
        let texts = (0..self.texts.len()).map(Network::Text);
        let rest = [Network::Encoder, Network::Unet, Network::Decoder, Network::Tiny];
        texts.chain(rest).filter(|network| network.program(planned).is_some()).collect()
    }

    /// Brings the weights that stay between pictures, and gives back those that do not.
    pub(super) async fn settle(&mut self, planned: &Planned, progress: &mut dyn FnMut(Progress)) -> Result<(), Error> {
        self.let_go(planned);
        let stay: Vec<Network> = self.order(planned).into_iter().filter(|network| network.stays(planned.plan.keep)).collect();
        let mut total = 0;
        for &network in &stay {
            if let (Some(component), Some(program)) = (self.component(network), network.program(planned)) {
                total += component.file_bytes(program);
            }
        }
        let mut bytes = 0;
        for network in stay {
            let mut tick = |component, read| {
                bytes += read;
                progress(Progress { component, bytes, total });
            };
            let program = network.program(planned).cloned().ok_or(Error::NotReady)?;
            self.bring(network, &program, planned, &mut tick).await?;
        }
        Ok(())
    }

    /// Gives back what another plan left ready, and the weights that do not stay under this one.
    pub(super) fn let_go(&mut self, planned: &Planned) {
        self.ready.clear();
        for network in self.order(planned).into_iter().filter(|network| !network.stays(planned.plan.keep)) {
            self.clear(network);
        }
    }

    /// Brings a program's weights, as far as they are not there.
    async fn bring(
        &mut self,
        network: Network,
        program: &Program,
        planned: &Planned,
        tick: &mut dyn FnMut(&'static str, u64),
    ) -> Result<(), Error> {
        let files = self.files_of(network);
        let name = self.component(network).ok_or(Error::NotReady)?.name();
        let loras = self.loras.stack(name, planned.wish.loras);
        let component = self.component(network).ok_or(Error::NotReady)?;
        component.upload(&*files, program, &mut |read| tick(name, read)).await?;
        component.upload_added(program, &loras).await
    }

    /// A network made ready to run.
    pub(super) async fn take(&mut self, network: Network, planned: &Planned) -> Result<Box<dyn Executable>, Error> {
        if let Some(ready) = self.ready.remove(&network) {
            return Ok(ready);
        }
        let program = network.program(planned).cloned().ok_or(Error::NotReady)?;
        self.prepare(network, &program, planned).await
    }

    /// Any program of a network made ready to run.
    pub(super) async fn prepare(
        &mut self,
        network: Network,
        program: &Rc<Program>,
        planned: &Planned,
    ) -> Result<Box<dyn Executable>, Error> {
        let made = match self.brought(network, program, planned).await {
            // The driver has less room than it said. Where anything else stays, that makes room; it is read again when it is wanted.
            Err(Error::Graph(decant_graph::Error::Device(_))) if planned.plan.keep != Keep::Nothing => {
                self.make_room(planned);
                self.brought(network, program, planned).await
            }
            made => made,
        };
        made.map_err(|error| self.out_of_memory(error, planned))
    }

    async fn brought(&mut self, network: Network, program: &Rc<Program>, planned: &Planned) -> Result<Box<dyn Executable>, Error> {
        self.bring(network, program, planned, &mut |_, _| {}).await?;
        self.component(network).ok_or(Error::NotReady)?.ready(program).await
    }

    /// Gives back all that can be brought again: what is ready for the next picture, and every weight. A program that is running keeps its own.
    fn make_room(&mut self, planned: &Planned) {
        self.ready.clear();
        for network in self.order(planned) {
            self.clear(network);
        }
    }

    /// A network that has run: it is kept for the next picture, or goes.
    pub(super) fn give_back(&mut self, network: Network, ready: Box<dyn Executable>, planned: &Planned) {
        if planned.plan.keep == Keep::Everything && network != Network::Encoder {
            self.ready.insert(network, ready);
        } else {
            self.put_away(network, ready, planned);
        }
    }

    /// A network that has run and whose program nobody wants again.
    pub(super) fn put_away(&mut self, network: Network, ready: Box<dyn Executable>, planned: &Planned) {
        drop(ready);
        if !network.stays(planned.plan.keep) {
            self.clear(network);
        }
    }

    fn clear(&mut self, network: Network) {
        if let Some(component) = self.component(network) {
            component.clear();
        }
    }

    /// What the driver says when it has no room, as the sentence for a picture that does not fit.
    fn out_of_memory(&self, error: Error, planned: &Planned) -> Error {
        match error {
            Error::Graph(decant_graph::Error::Device(reason)) => self.does_not_fit(planned, Some(reason)),
            other => other,
        }
    }

    /// The refusal of a picture, and what may help.
    pub(super) fn does_not_fit(&self, planned: &Planned, reason: Option<String>) -> Error {
        let factor = self.factor();
        let [height, width] = planned.wish.size.map(|side| side * factor);
        let memory = &planned.memory;
        let smallest =
            ENCODINGS.iter().min_by_key(|row| row.encoding.bytes(1 << 20)).filter(|row| planned.wish.encoding != Some(row.encoding));
        let weights = smallest.map(|row| format!("weights kept as {}", row.name));
        let tiny = (planned.wish.decoder == Decoder::Model).then(|| "a TAESD as the decoder".to_string());
        let ways: Vec<String> = std::iter::once("a smaller picture".to_string()).chain(weights).chain(tiny).collect();
        let advice = match &ways[..] {
            [one] => format!("ask for {one}"),
            [first @ .., last] => format!("ask for {}, or {last}", first.join(", ")),
            [] => String::new(),
        };
        Error::Memory { width, height, need: memory.peak(), most: memory.most, device: self.device.name(), reason, advice }
    }
}
