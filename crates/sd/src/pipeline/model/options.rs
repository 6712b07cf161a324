//! What whoever opens a model may choose before anything is read or allocated.

use crate::files::Files;
use decant_graph::Encoding;
use decant_solver::PredictionType;
use std::rc::Rc;

/// Choices about a model; by default, everything is as the model's files say.
#[derive(Clone, Default)]
pub struct Options {
    /// How weights are kept on the device; `None` keeps what the files have (f16 stays f16, and so on).
    pub weights: Option<Encoding>,
    /// A tiny autoencoder (TAESD, TAESDXL) for each step's picture, and for the final one where it is asked for; in the place of the model's
    /// own, where its folder has one (`preview_decoder` of `decant.json`).
    pub preview: Option<Rc<dyn Files>>,
    /// Another autoencoder than the model's own ([`crate::layout::open_vae`]).
    pub vae: Option<Rc<dyn Files>>,
    /// Bytes that the model may take on the device, where less than what the device has.
    pub budget: Option<u64>,
    /// What the denoiser predicts, where the files do not say it or say it wrongly.
    pub prediction: Option<PredictionType>,
    /// The [`FamilyRow::id`](crate::layout::FamilyRow) of a model in one file, where its tensors are several families'.
    pub family: Option<String>,
}
