//! An upscaler, which needs no model: a finished picture made larger, and its record with it.

use crate::failure::{Failure, busy};
use crate::inputs::{Pixels, picture};
use crate::js::{object, pixels};
use crate::machine::{self, DeviceChoice, Machine};
use crate::source::{JsFiles, WorkerFiles};
use decant_record::{Enlarged, enlarged_png};
use decant_sd::Error;
use decant_sd::upscale::Upscaler as Network;
use js_sys::{Function, Promise, Uint8Array};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// An upscaler on a machine. Its weights are there only while it runs.
#[wasm_bindgen]
pub struct Upscaler {
    machine: Machine,
    network: RefCell<Network>,
}

impl Upscaler {
    /// Over headers that were read already.
    pub(crate) fn new(machine: Machine, network: Network) -> Upscaler {
        Upscaler { machine, network: RefCell::new(network) }
    }
}

#[wasm_bindgen]
impl Upscaler {
    /// Reads the file's headers, and recognises it by its tensors; `name` is what records call it, `device` as for a session.
    pub async fn open(files: JsFiles, name: String, device: String) -> Result<Upscaler, Failure> {
        let machine = machine::choose(DeviceChoice::parse(&device)?).await?;
        let network = Network::open(&name, Rc::new(WorkerFiles(files)), &*machine.device, None).await.map_err(Failure::opening)?;
        Ok(Upscaler::new(machine, network))
    }

    /// `UpscalerInfo` in `web/api/decant.d.ts`.
    pub fn info(&self) -> Result<JsValue, Failure> {
        let network = self.network.try_borrow().map_err(busy)?;
        Ok(object([
            ("name", network.name().into()),
            ("network", network.network().to_string().into()),
            ("scale", network.scale().into()),
            ("adapter", self.machine.name.as_str().into()),
        ]))
    }

    /// The picture, larger: `RawEnlarged` in `web/api/protocol.d.ts`. `record` is the file that the pixels came from, whose record goes along;
    /// `budget` is how many bytes it may take. `on_tile` is awaited, and ends the work by rejecting.
    #[expect(clippy::await_holding_refcell_ref, reason = "a run is the only borrower, and a second one is refused in a sentence")]
    pub async fn run(&self, image: &Pixels, record: Option<Vec<u8>>, budget: Option<f64>, on_tile: Function) -> Result<JsValue, Failure> {
        let small = picture(image)?;
        let mut network = self.network.try_borrow_mut().map_err(busy)?;
        let device = &*self.machine.device;
        let most = budget.map_or(u64::MAX, |bytes| bytes as u64).min(device.memory());
        let tiling = network.tiling(device, [small.width, small.height], most)?;
        let larger = network.run(&small, &tiling, async |done, of| tell(&on_tile, done, of).await).await?;
        let enlarged = Enlarged { by: network.name().into(), times: network.scale() };
        let by = object([("by", enlarged.by.as_str().into()), ("times", enlarged.times.into())]);
        let png = enlarged_png(record.as_deref(), &larger, enlarged).map_err(|error| Failure::new("internal", error.sentence()))?;
        Ok(object([("image", pixels(&larger)), ("png", Uint8Array::from(png.as_slice()).into()), ("enlarged", by)]))
    }
}

/// Whoever hears of a tile decides whether there is another one.
async fn tell(on_tile: &Function, done: usize, of: usize) -> Result<(), Error> {
    let promise = on_tile.call2(&JsValue::NULL, &done.into(), &of.into()).map_err(|_| Error::Cancelled)?;
    JsFuture::from(Promise::resolve(&promise)).await.map(|_| ()).map_err(|_| Error::Cancelled)
}
