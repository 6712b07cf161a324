//! The kernels' own module as a host: a memory beside this program's, which workers may share, and better instructions where the browser has them.
//! `web/worker/cores.js` finds out what there is and hands it in; without it, this program's own kernels compute on one thread.

mod list;
mod room;

use decant_graph::cpu::host::{Addressed, Host, Memory, Prepared, Scratch};
use decant_graph::{Error, Processor, Used};
use decant_kernels::Set;
use js_sys::{Function, Promise, Uint8Array, WebAssembly};
use list::List;
use room::Room;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen]
extern "C" {
    /// `Cores` in `web/api/protocol.d.ts`.
    #[derive(Clone)]
    pub type Cores;

    #[wasm_bindgen(method, getter)]
    fn kernels(this: &Cores) -> String;

    #[wasm_bindgen(method, getter)]
    fn threads(this: &Cores) -> u32;

    #[wasm_bindgen(method, getter)]
    fn memory(this: &Cores) -> WebAssembly::Memory;

    #[wasm_bindgen(method, getter)]
    fn base(this: &Cores) -> u32;

    /// Makes the memory so many bytes large; false where there is no room.
    #[wasm_bindgen(method)]
    fn grow(this: &Cores, bytes: f64) -> bool;

    #[wasm_bindgen(method)]
    fn run(this: &Cores, calls: u32, count: u32, progress: u32, scratch: u32, each: u32);
}

thread_local! {
    static START: RefCell<Option<Function>> = const { RefCell::new(None) };
    static HOST: RefCell<Option<Rc<CoresHost>>> = const { RefCell::new(None) };
}

/// What starts the cores, when the first model is to run on the CPU: a promise of `Cores`, or of null where there are none.
#[wasm_bindgen(js_name = useCores)]
pub fn use_cores(start: Function) {
    START.with(|held| *held.borrow_mut() = Some(start));
}

/// The CPU as it was handed in, or this program's own where there is none or it did not start.
pub async fn processor() -> Processor {
    let start = START.with(|held| held.borrow_mut().take());
    let promise = start.and_then(|start| start.call0(&JsValue::NULL).ok()).map(|promise| promise.unchecked_into::<Promise>());
    if let Some(promise) = promise
        && let Ok(cores) = JsFuture::from(promise).await
        && !cores.is_null()
    {
        let host = CoresHost::new(cores.unchecked_into()).map(Rc::new);
        HOST.with(|held| *held.borrow_mut() = host);
    }
    HOST.with(|host| host.borrow().clone()).map_or_else(Processor::default, |host| Processor::on(host))
}

struct CoresHost(Rc<Shared>);

/// What allocations hold on to.
struct Shared {
    cores: Cores,
    set: Set,
    memory: WebAssembly::Memory,
    room: RefCell<Room>,
    used: Cell<Used>,
}

impl CoresHost {
    /// `None` where its kernels are none that this program knows.
    fn new(cores: Cores) -> Option<CoresHost> {
        let name = cores.kernels();
        let set = Set::ALL.into_iter().find(|set| set.name() == name)?;
        let room = Room::new(cores.base().into());
        Some(CoresHost(Rc::new(Shared { set, memory: cores.memory(), room: RefCell::new(room), used: Cell::default(), cores })))
    }
}

impl Shared {
    fn block(self: &Rc<Shared>, bytes: u64) -> Result<Block, Error> {
        let (begin, end) = self.room.borrow_mut().take(bytes);
        if !self.cores.grow(end as f64) {
            self.room.borrow_mut().give(begin, bytes);
            return Err(Error::OutOfMemory(format!("there is no room for {bytes} bytes more; a smaller or quantized model may fit")));
        }
        let now = self.used.get().now + bytes;
        self.used.set(Used { now, peak: self.used.get().peak.max(now) });
        Ok(Block { begin, bytes, shared: self.clone() })
    }
}

impl Host for CoresHost {
    fn set(&self) -> Set {
        self.0.set
    }

    fn threads(&self) -> usize {
        self.0.cores.threads() as usize
    }

    fn allocate(&self, bytes: u64) -> Result<Rc<dyn Memory>, Error> {
        Ok(Rc::new(self.0.block(bytes)?))
    }

    fn prepare(&self, calls: Vec<Addressed>, scratch: Scratch) -> Result<Box<dyn Prepared>, Error> {
        Ok(Box::new(List::new(&self.0, &calls, scratch)?))
    }

    fn used(&self) -> Used {
        self.0.used.get()
    }

    fn reset_peak(&self) {
        let now = self.0.used.get().now;
        self.0.used.set(Used { now, peak: now });
    }
}

/// Allocated bytes.
struct Block {
    begin: u64,
    bytes: u64,
    shared: Rc<Shared>,
}

impl Drop for Block {
    fn drop(&mut self) {
        self.shared.room.borrow_mut().give(self.begin, self.bytes);
        let Used { now, peak } = self.shared.used.get();
        self.shared.used.set(Used { now: now - self.bytes, peak });
    }
}

impl Block {
    /// JavaScript's view of so many bytes. The memory's buffer is another one whenever it grew.
    fn view(&self, at: u64, length: usize) -> Uint8Array {
        assert!(at + length as u64 <= self.bytes, "the plan gives every value its bytes: {length} at {at} of {}", self.bytes);
        Uint8Array::new_with_byte_offset_and_length(&self.shared.memory.buffer(), (self.begin + at) as u32, length as u32)
    }
}

impl Memory for Block {
    fn address(&self) -> u64 {
        self.begin
    }

    fn write(&self, at: u64, bytes: &[u8]) {
        self.view(at, bytes.len()).copy_from(bytes);
    }

    fn read(&self, at: u64, to: &mut [u8]) {
        self.view(at, to.len()).copy_to(to);
    }
}
