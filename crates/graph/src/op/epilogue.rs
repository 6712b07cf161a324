//! What a matrix product or convolution does to each number before writing it: bias, one row per batch entry, activation, residual, in
//! that order; or a bias and GEGLU. In WGSL it is `shaders/lib/epilogue.wgsl`, and `shaders/result/` for tiles.

use super::pointwise::add_per_batch;
use super::{Activation, Fusion, Op, Operand};
use crate::launch::Slot;
use candle_core::{Result, Tensor};

/// What follows the product. Its operands follow input and weight in this order: bias, per batch, residual.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Epilogue {
    /// Add a weight `[channels]`.
    pub bias: bool,
    /// Add a value `[batch, channels]` to every place of its batch entry.
    pub per_batch: bool,
    /// Apply a function.
    pub activation: Option<Activation>,
    /// Add a value of the result's shape.
    pub residual: bool,
    /// The product's channels are values and gates, as [`super::Geglu`] takes them: the result has half as many. Only a bias goes with it.
    pub geglu: bool,
}

/// What a product's kernel is told to add, by `shaders/lib/flags.wgsl`.
const FLAGS: [(&str, u32); 3] = [("BIAS", 1), ("PER_BATCH", 2), ("RESIDUAL", 4)];

impl Epilogue {
    /// See [`super::Op::fuse`]: only what comes later in the order can still be taken on.
    pub fn fuse(&mut self, next: Fusion) -> bool {
        let alone = !self.per_batch && self.activation.is_none() && !self.residual;
        match next {
            _ if self.geglu => return false,
            Fusion::Geglu if alone => self.geglu = true,
            Fusion::PerBatch if alone => self.per_batch = true,
            Fusion::Activation(a) if self.activation.is_none() && !self.residual => self.activation = Some(a),
            Fusion::Residual if !self.residual => self.residual = true,
            _ => return false,
        }
        true
    }

    /// The result's shape, where the product's is `[batch, …, channels]`, or which operand (of those after input and weight) does not fit.
    pub fn shape(&self, extra: &[&[usize]], mut product: Vec<usize>) -> std::result::Result<Vec<usize>, String> {
        self.check(extra, &product)?;
        if self.geglu {
            product = super::Geglu.shape(&[&product])?;
        }
        Ok(product)
    }

    /// Checks the epilogue's operands against the product's shape.
    fn check(&self, extra: &[&[usize]], result: &[usize]) -> std::result::Result<(), String> {
        let n = super::channels(result);
        let mut extra = extra.iter();
        if self.bias {
            let bias = extra.next().ok_or("the bias is missing")?;
            if **bias != [n] {
                return Err(format!("bias {bias:?} does not fit {n} output channels"));
            }
        }
        if self.per_batch {
            let row = extra.next().ok_or("the row per batch entry is missing")?;
            if **row != [result[0], n] {
                return Err(format!("a row per batch entry of shape {row:?} does not fit the result {result:?}"));
            }
        }
        if self.residual {
            let residual = extra.next().ok_or("the residual is missing")?;
            if *residual != result {
                return Err(format!("residual {residual:?} does not fit the result {result:?}"));
            }
        }
        Ok(())
    }

    /// Flags that [`Epilogue::gpu`]'s parameters count on.
    pub fn constants() -> impl Iterator<Item = (&'static str, u32)> {
        FLAGS.into_iter()
    }

    /// The meaning: `product` is `[batch, …, channels]`.
    pub fn cpu(&self, product: Tensor, extra: &[Tensor]) -> Result<Tensor> {
        let mut extra = extra.iter();
        let mut next = || extra.next().ok_or_else(|| candle_core::Error::Msg("an epilogue's operand is missing".into()));
        let mut x = product;
        if self.bias {
            x = x.broadcast_add(next()?)?;
        }
        if self.per_batch {
            x = add_per_batch(&x, next()?)?;
        }
        if let Some(activation) = self.activation {
            x = activation.cpu(&x)?;
        }
        if self.geglu {
            x = super::Geglu.cpu(&[x])?;
        }
        if self.residual {
            x = (x + next()?)?;
        }
        Ok(x)
    }

    /// The three storage slots (bias, per batch, residual), with the input standing in for what is absent, and the sum of the flags of what
    /// is present.
    pub fn gpu(&self, operands: &[Operand]) -> ([Slot; 3], u32) {
        let mut at = 2;
        let mut slot = |present: bool| {
            let index = if present { at } else { 0 };
            at += present as usize;
            Slot::operand(index)
        };
        let slots = [slot(self.bias), slot(self.per_batch), slot(self.residual)];
        debug_assert_eq!(at, operands.len(), "every operand has its slot");
        let present = [self.bias, self.per_batch, self.residual];
        let flags = FLAGS.iter().zip(present).filter(|(_, present)| *present).map(|((_, flag), _)| flag).sum();
        (slots, flags)
    }
}
