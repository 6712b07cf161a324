//! Where a model's files are: below an address, or picked by a person.

mod address;
mod picked;

use crate::failure::Failure;
use address::Address;
use decant_sd::files::Files;
use js_sys::Array;
use picked::Picked;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `Source` in `web/protocol.d.ts`.
    pub type Source;

    #[wasm_bindgen(method, getter)]
    fn url(this: &Source) -> Option<String>;

    #[wasm_bindgen(method, getter)]
    fn files(this: &Source) -> Option<Array>;
}

/// The files behind a source.
pub fn files(source: &Source) -> Result<Rc<dyn Files>, Failure> {
    match (source.url(), source.files()) {
        (Some(url), _) => Ok(Rc::new(Address::new(url))),
        (None, Some(files)) => Ok(Rc::new(Picked::new(&files))),
        (None, None) => Err(Failure::new("model", "A model comes from an address or from picked files; this is neither")),
    }
}
