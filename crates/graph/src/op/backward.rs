//! Ways back: operations that give what a value's change means for what it was made of, where no operation that exists says it.
//! Named after PyTorch's (`native_group_norm_backward`, `torch.nn.grad.conv2d_input`).

mod activation;
mod attention;
mod geglu;
mod narrow;
mod norm;
mod spread;
mod turned;
mod upsample;

pub use activation::ActivationBackward;
pub use attention::{AttentionBackward, AttentionOperand};
pub use geglu::GegluBackward;
pub use narrow::Narrow;
pub use norm::{GroupNormBackward, LayerNormBackward};
pub use spread::Spread;
pub use turned::{Conv2dBackward, LinearBackward};
pub use upsample::UpsampleBackward;

pub(super) use activation::ROW as ACTIVATION;
pub(super) use attention::ROW as ATTENTION;
pub(super) use geglu::ROW as GEGLU;
pub(super) use narrow::ROW as NARROW;
pub(super) use norm::{GROUP_NORM, LAYER_NORM};
pub(super) use spread::ROW as SPREAD;
pub(super) use turned::{CONV2D, LINEAR};
pub(super) use upsample::ROW as UPSAMPLE;

use super::{Attention, Binary, Concat, Conv2d, Geglu, GroupNorm, LayerNorm, Linear, Op, Reshape, Unary, Upsample};
use crate::backward::Differentiable;
use std::any::Any;

/// An operation's way back, where it knows one. A test holds that the others are named in it, each with a reason.
pub fn differentiable(op: &dyn Op) -> Option<&dyn Differentiable> {
    let op = op.as_any();
    let all = [
        known::<Linear>(op),
        known::<Conv2d>(op),
        known::<Attention>(op),
        known::<GroupNorm>(op),
        known::<LayerNorm>(op),
        known::<Unary>(op),
        known::<Binary>(op),
        known::<Geglu>(op),
        known::<Concat>(op),
        known::<Upsample>(op),
        known::<Reshape>(op),
    ];
    all.into_iter().flatten().next()
}

fn known<T: Differentiable + 'static>(op: &dyn Any) -> Option<&dyn Differentiable> {
    op.downcast_ref::<T>().map(|op| op as &dyn Differentiable)
}
