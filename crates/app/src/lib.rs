//! Decant for a web page's worker: a model as a [`Session`], behind wasm-bindgen.
//!
//! It turns JavaScript's wishes into requests, events into plain objects, and errors into `{ code, message }`; it computes nothing
//! itself. What each side may expect of the other is written down, with types, in `web/api/protocol.d.ts`.
//!
//! ```js
//! import init, { Session } from "./pkg/decant_app.js";
//! await init();
//! const session = await Session.open(files, undefined, "auto", (label, loaded, total) => {});
//! await session.fill("auto", (label, loaded, total) => {});
//! const { image } = await session.generate({ prompt: "a blue seven", seed: 1 }, async (step) => {});
//! ```

mod operations;
mod session;

mod animate;
mod ask;
mod bench;
mod beside;
mod catalog;
mod choices;
mod cores;
mod inputs;
mod kernels;
mod machine;
mod record;
mod settings;
mod source;
mod trace;
mod upscale;
mod watch;

mod failure;
mod hash;
mod js;

pub use animate::animate;
pub use ask::{distance, plane};
pub use bench::bench;
pub use beside::recognise;
pub use catalog::catalog;
pub use cores::use_cores;
pub use hash::Sha256;
pub use record::{read_record, write_picture};
pub use session::Session;
pub use trace::write_trace;
pub use upscale::Upscaler;

use wasm_bindgen::prelude::wasm_bindgen;

/// A panic is our own bug: the console gets its text with the stack, and the page gets its text as the reason why the worker stopped.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        console_error_panic_hook::hook(panic);
        wasm_bindgen::throw_str(&panic.to_string());
    }));
}
