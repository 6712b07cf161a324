//! What a file says of its training beside its networks' tensors: steps, and markers and notes about what it predicts.

use super::family::Evidence;
use crate::Error;
use crate::files::{Files, read_exactly};
use crate::weights::{Checkpoint, FileType};
use decant_solver::PredictionType;

/// Notes about the prediction: the key of stability.ai's model specification, in safetensors files.
const SPEC: &str = "modelspec.prediction_type";

pub(super) async fn read(files: &dyn Files, checkpoint: &Checkpoint) -> Result<Evidence, Error> {
    let noted = checkpoint.note(SPEC).and_then(|kind| match kind {
        "v" | "v_prediction" => Some(PredictionType::VPrediction),
        "epsilon" | "eps" => Some(PredictionType::Epsilon),
        _ => None,
    });
    // An empty tensor of this name is how fine-tunes of XL say it.
    let marked = checkpoint.tensors().contains_key("v_pred").then_some(PredictionType::VPrediction);
    Ok(Evidence { global_step: global_step(files, checkpoint).await?, prediction: noted.or(marked) })
}

/// A number that a pickle kept beside the tensors, or a tensor of one whole number.
async fn global_step(files: &dyn Files, checkpoint: &Checkpoint) -> Result<Option<u64>, Error> {
    let name = "global_step";
    if let Some(step) = checkpoint.note(name).and_then(|step| step.parse().ok()) {
        return Ok(Some(step));
    }
    match checkpoint.tensors().get(name) {
        Some(info) if info.dtype == FileType::Other("I64") && info.numbers() == 1 => {
            let bytes = read_exactly(files, &info.file, info.range.clone()).await?;
            Ok(bytes.try_into().ok().map(u64::from_le_bytes))
        }
        _ => Ok(None),
    }
}
