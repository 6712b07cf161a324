//! Files that a person picked or dropped: read from their disk when they are needed, range by range.

use crate::js::text_of;
use decant_sd::Error;
use decant_sd::files::{Files, LocalFuture};
use js_sys::{Array, Uint8Array};
use std::collections::HashMap;
use std::ops::Range;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

#[wasm_bindgen]
extern "C" {
    /// `ModelFile` in `web/decant.d.ts`.
    type ModelFile;

    #[wasm_bindgen(method, getter)]
    fn path(this: &ModelFile) -> String;

    #[wasm_bindgen(method, getter)]
    fn file(this: &ModelFile) -> File;
}

/// A picked folder.
pub struct Picked(HashMap<String, File>);

impl Picked {
    /// From an array of `ModelFile`.
    pub fn new(files: &Array) -> Picked {
        let file = |item: JsValue| -> (String, File) {
            let item: ModelFile = item.unchecked_into();
            (item.path(), item.file())
        };
        Picked(files.iter().map(file).collect())
    }
}

impl Files for Picked {
    fn place(&self) -> String {
        "the chosen folder".into()
    }

    fn size<'a>(&'a self, name: &'a str) -> LocalFuture<'a, Result<Option<u64>, Error>> {
        let size = self.0.get(name).map(|file| file.size() as u64);
        Box::pin(std::future::ready(Ok(size)))
    }

    fn read<'a>(&'a self, name: &'a str, range: Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, Error>> {
        Box::pin(async move {
            let unread = |reason| Error::Read { place: self.place(), name: name.into(), reason };
            let file = self.0.get(name).ok_or_else(|| unread("there is no such file".into()))?;
            let bytes = bytes_of(file, range).await;
            bytes.map_err(|thrown| unread(format!("{}; if it changed since it was chosen, choose the folder again", text_of(&thrown))))
        })
    }
}

/// A range of a blob's bytes.
pub async fn bytes_of(blob: &Blob, range: Range<u64>) -> Result<Vec<u8>, JsValue> {
    let slice = blob.slice_with_f64_and_f64(range.start as f64, range.end as f64)?;
    let buffer = JsFuture::from(slice.array_buffer()).await?;
    Ok(Uint8Array::new(&buffer).to_vec())
}
