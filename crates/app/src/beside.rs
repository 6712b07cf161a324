//! What is loaded beside a model, and stays until it is removed: LoRAs, textual inversions, another autoencoder. And what a file that somebody dropped is good for.

use crate::failure::{Failure, busy};
use crate::js::object;
use crate::session::Session;
use crate::source::{JsFiles, WorkerFiles};
use decant_sd::layout::{Kind, kind};
use decant_sd::lora::LoraInfo;
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What a file is good for: `FileKind` in `web/api/decant.d.ts`. Needs no model.
#[wasm_bindgen]
pub async fn recognise(files: JsFiles) -> String {
    match kind(&WorkerFiles(files)).await {
        Kind::Lora => "lora",
        Kind::Inversion => "inversion",
        Kind::Vae => "vae",
        Kind::Tiny => "preview",
        Kind::Upscaler => "upscaler",
        Kind::Model => "model",
    }
    .into()
}

#[wasm_bindgen]
impl Session {
    /// Loads a LoRA under a name: `LoraInfo` in `web/api/decant.d.ts`.
    #[wasm_bindgen(js_name = addLora)]
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn add_lora(&self, name: String, files: JsFiles) -> Result<JsValue, Failure> {
        let mut pipeline = self.pipeline().try_borrow_mut().map_err(busy)?;
        Ok(info(&pipeline.add_lora(&name, Rc::new(WorkerFiles(files))).await?))
    }

    /// Removes a loaded LoRA.
    #[wasm_bindgen(js_name = removeLora)]
    pub fn remove_lora(&self, name: &str) -> Result<(), Failure> {
        Ok(self.pipeline().try_borrow_mut().map_err(busy)?.remove_lora(name)?)
    }
}

#[wasm_bindgen]
impl Session {
    /// Adds the words of a textual inversion's file: `Inversion` in `web/api/decant.d.ts`.
    #[wasm_bindgen(js_name = addTextualInversion)]
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn add_textual_inversion(&self, name: String, bytes: Vec<u8>) -> Result<JsValue, Failure> {
        let mut pipeline = self.pipeline().try_borrow_mut().map_err(busy)?;
        let words = pipeline.add_textual_inversion(&name, bytes).await?;
        let called: Array = words.iter().flat_map(|word| &word.tokens).map(JsValue::from).collect();
        let vectors: usize = words.iter().map(|word| word.vectors).sum();
        Ok(object([("name", name.into()), ("words", called.into()), ("vectors", vectors.into())]))
    }

    /// Takes a textual inversion's words away.
    #[wasm_bindgen(js_name = removeTextualInversion)]
    pub fn remove_textual_inversion(&self, name: &str) -> Result<(), Failure> {
        self.pipeline().try_borrow_mut().map_err(busy)?.remove_textual_inversion(name);
        Ok(())
    }
}

#[wasm_bindgen]
impl Session {
    /// Which weights these are, in sixteen letters; reads some rows of them.
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn fingerprint(&self) -> Result<String, Failure> {
        Ok(self.pipeline().try_borrow().map_err(busy)?.fingerprint().await?)
    }
}

#[wasm_bindgen]
impl Session {
    /// Puts an autoencoder in the place of the model's own; `name` is what records call it.
    #[wasm_bindgen(js_name = useVae)]
    #[expect(clippy::await_holding_refcell_ref, reason = "whoever asks meanwhile is refused in a sentence")]
    pub async fn use_vae(&self, name: String, files: JsFiles) -> Result<(), Failure> {
        self.pipeline().try_borrow_mut().map_err(busy)?.use_vae(Rc::new(WorkerFiles(files))).await?;
        self.called_vae(Some(name));
        Ok(())
    }

    /// Puts the model's own autoencoder back.
    #[wasm_bindgen(js_name = useOwnVae)]
    pub fn use_own_vae(&self) -> Result<(), Failure> {
        self.pipeline().try_borrow_mut().map_err(busy)?.use_own_vae();
        self.called_vae(None);
        Ok(())
    }
}

fn info(lora: &LoraInfo) -> JsValue {
    let unmatched: Array = lora.unmatched.iter().map(JsValue::from).collect();
    object([
        ("name", lora.name.as_str().into()),
        ("unet", lora.unet.into()),
        ("text", lora.text.into()),
        ("rank", lora.rank.into()),
        ("words", lora.words.iter().map(JsValue::from).collect::<Array>().into()),
        ("unmatched", unmatched.into()),
    ])
}
