//! What a file says of its training beside its networks' tensors: steps, and markers and notes about what it predicts.

use super::family::Evidence;
use crate::Error;
use crate::files::Files;
use crate::weights::Checkpoint;
use decant_solver::PredictionType;

/// Notes about the prediction: the key of stability.ai's model specification, in safetensors files.
const SPEC: &str = "modelspec.prediction_type";

pub(super) async fn read(files: &dyn Files, checkpoint: &Checkpoint) -> Result<Evidence, Error> {
    let noted = checkpoint.note(SPEC).and_then(|kind| match kind {
        "v" | "v_prediction" => Some(PredictionType::VPrediction),
        "epsilon" | "eps" => Some(PredictionType::Epsilon),
        _ => None,
    });
    // Empty tensors of these names are how fine-tunes of XL say it.
    let marked = checkpoint.tensors().contains_key("v_pred").then_some(PredictionType::VPrediction);
    let zero_snr = checkpoint.tensors().contains_key("ztsnr");
    Ok(Evidence { global_step: global_step(files, checkpoint).await?, prediction: noted.or(marked), zero_snr })
}

/// A number that a pickle kept beside the tensors, or a tensor of one whole number.
async fn global_step(files: &dyn Files, checkpoint: &Checkpoint) -> Result<Option<u64>, Error> {
    let name = "global_step";
    if let Some(step) = checkpoint.note(name).and_then(|step| step.parse().ok()) {
        return Ok(Some(step));
    }
    match checkpoint.tensors().get(name) {
        Some(info) if info.numbers() == 1 => Ok(checkpoint.scalar(files, name).await.ok().map(|step| step as u64)),
        _ => Ok(None),
    }
}
