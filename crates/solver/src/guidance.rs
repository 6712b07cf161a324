//! Classifier-free guidance: how strongly the prompt pulls.
//!
//! It is one formula on two predictions; asking the model twice is the caller's affair.
//!
//! ```
//! let (uncond, cond) = ([0.0, 1.0], [1.0, 1.5]);
//! assert_eq!(decant_solver::classifier_free(&uncond, &cond, 7.5), [7.5, 4.75]);
//! assert_eq!(decant_solver::classifier_free(&uncond, &cond, 1.0), cond); // 1 = the prompt alone
//! ```

/// `uncond + scale * (cond - uncond)`, in diffusers' order of operations
/// (Ho & Salimans, Classifier-Free Diffusion Guidance, <https://arxiv.org/abs/2207.12598>, equation 6;
/// diffusers' `scale` is the paper's `1 + w`).
///
/// # Panics
/// When the two predictions differ in length: they come from one batch, so that is the caller's bug.
pub fn classifier_free(uncond: &[f32], cond: &[f32], scale: f32) -> Vec<f32> {
    assert_eq!(uncond.len(), cond.len(), "guidance needs two predictions of one length");
    uncond.iter().zip(cond).map(|(u, c)| u + scale * (c - u)).collect()
}
