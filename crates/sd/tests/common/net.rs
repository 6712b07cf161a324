//! One network on a device, without a pipeline around it.

use decant_graph::{Device, Executable, Graph, Program};
use decant_sd::component::{Component, DeviceWeights};
use decant_sd::files::Folder;
use pollster::block_on;
use std::rc::Rc;

/// A network's headers, and what of its weights is on the device.
pub struct Net {
    component: Component,
    weights: DeviceWeights,
}

impl Net {
    pub fn open(files: &Folder, name: &'static str, device: &dyn Device) -> Net {
        let component = block_on(Component::open(files, name, None)).expect("the weights are there");
        Net { component, weights: DeviceWeights::new(device) }
    }

    pub fn program(&self, build: impl FnOnce(&Graph)) -> Rc<Program> {
        self.component.program(build).expect("the graph fits the weights")
    }

    /// A program made ready, its weights with it.
    pub fn ready(&mut self, files: &Folder, program: &Rc<Program>) -> Box<dyn Executable> {
        block_on(self.weights.upload(&self.component, files, program, &mut |_| {})).expect("the weights can be read");
        block_on(self.weights.ready(program)).expect("the program fits the device")
    }
}
