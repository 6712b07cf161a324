//! A model's files, which the worker reads for us: below an address, from the browser's storage, or picked by a person.
//!
//! Where bytes come from, what is kept and what is tried again is JavaScript's business (`web/worker/folder.js`); here it is only asked.

use crate::js::{text_of, text_property};
use decant_sd::Error;
use decant_sd::error::Sentence;
use decant_sd::files::{Files, LocalFuture};
use js_sys::{Array, Uint8Array};
use std::ops::Range;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `Files` in `web/api/protocol.d.ts`.
    #[wasm_bindgen(js_name = Files)]
    pub type JsFiles;

    #[wasm_bindgen(method)]
    fn place(this: &JsFiles) -> String;
    #[wasm_bindgen(method, catch)]
    async fn names(this: &JsFiles) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn size(this: &JsFiles, name: &str) -> Result<JsValue, JsValue>;
    #[wasm_bindgen(method, catch)]
    async fn read(this: &JsFiles, name: &str, start: f64, end: f64) -> Result<JsValue, JsValue>;
}

/// The worker's files as everybody else's.
pub struct WorkerFiles(pub JsFiles);

impl WorkerFiles {
    /// What the worker throws is `{ code, message }`; only a cancellation is told apart.
    fn unread(&self, name: &str, thrown: &JsValue) -> Error {
        match text_property(thrown, "code").as_str() {
            "cancelled" => Error::Cancelled,
            _ => Error::Read { place: self.place(), name: name.into(), reason: Sentence::english(text_of(thrown)) },
        }
    }
}

impl Files for WorkerFiles {
    fn place(&self) -> String {
        self.0.place()
    }

    fn names<'a>(&'a self) -> LocalFuture<'a, Result<Option<Vec<String>>, Error>> {
        Box::pin(async move {
            let listed = self.0.names().await.map_err(|thrown| self.unread("its list of files", &thrown))?;
            let names = |list: &JsValue| Array::from(list).iter().filter_map(|name| name.as_string()).collect();
            Ok(Array::is_array(&listed).then(|| names(&listed)))
        })
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        Box::pin(async move {
            let size = self.0.size(name).await.map_err(|thrown| self.unread(name, &thrown))?;
            Ok(size.as_f64().map(|bytes| bytes as u64))
        })
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move {
            let read = self.0.read(name, range.start as f64, range.end as f64).await;
            Ok(Uint8Array::new(&read.map_err(|thrown| self.unread(name, &thrown))?).to_vec())
        })
    }
}
