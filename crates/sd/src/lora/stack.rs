//! The LoRAs in use on one network: of each layer, one pair of matrices for all of them.
//!
//! The `down`s lie one below the other, the `up`s side by side, multiplied by scale and weight: `Σ s·up(down(x))` in one product each. So a
//! changed weight changes only the `up`s, and what a program looks like depends on which LoRAs are in use alone.

use super::Lora;
use super::layer::Layer;
use crate::error::Error;
use decant_graph::{Encoding, LORA_DOWN, LORA_UP, WeightIndex, WeightInfo, WeightUse};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Ranks are filled with zeros to a multiple of this, which is what kernels read at once.
const READ_AT_ONCE: usize = 4;

/// Numbers that are read and uploaded at once: 16 MB as f32.
const AT_ONCE: usize = 4 << 20;

/// LoRAs with their weights, for one network.
#[derive(Clone)]
pub(crate) struct Stack {
    pub network: &'static str,
    pub used: Vec<(Rc<Lora>, f32)>,
}

/// What a matrix was made of: each LoRA's own number, and its weight (1 in a `down`, where it does not matter).
pub(crate) type MadeOf = Vec<(u64, f32)>;

/// Which matrix of a pair.
#[derive(Clone, Copy, PartialEq)]
enum Half {
    Down,
    Up,
}

/// Takes some rows of a weight, from one row on.
type Give<'a> = dyn FnMut(usize, &[f32]) -> Result<(), Error> + 'a;
/// A LoRA, what it changes of a layer, and how strongly it is used.
type Part<'a> = (&'a Lora, &'a Layer, f32);

impl Stack {
    /// What lies beside the network's own weights.
    pub fn index(&self) -> WeightIndex {
        let mut layers: BTreeMap<&str, Vec<&Layer>> = BTreeMap::new();
        for (lora, _) in &self.used {
            lora.layers.get(self.network).into_iter().flatten().for_each(|(name, layer)| layers.entry(name).or_default().push(layer));
        }
        let pair = |(name, layers): (&str, Vec<&Layer>)| {
            let rank = layers.iter().map(|layer| layer.rank).sum::<usize>().next_multiple_of(READ_AT_ONCE);
            let mut down = layers[0].shape.clone();
            let up = vec![std::mem::replace(&mut down[0], rank), rank];
            let kept = if layers.iter().all(|layer| layer.half) { Encoding::F16 } else { Encoding::F32 };
            let info = |shape, encoding| WeightInfo { shape, encoding };
            [(format!("{name}.{LORA_DOWN}.weight"), info(down, kept)), (format!("{name}.{LORA_UP}.weight"), info(up, Encoding::F32))]
        };
        layers.into_iter().flat_map(pair).collect()
    }

    /// What a weight is to be made of, if it is one of these.
    pub fn made_of(&self, weight: &str) -> Option<MadeOf> {
        let (half, parts) = self.parts(weight)?;
        Some(parts.iter().map(|(lora, _, weight)| (lora.id, if half == Half::Up { *weight } else { 1.0 })).collect())
    }

    /// Reads a weight of these, and gives it away some rows at a time.
    pub async fn read(&self, weight: &WeightUse, give: &mut Give<'_>) -> Result<(), Error> {
        let some = (AT_ONCE / weight.row_numbers().max(1)).max(1);
        match self.parts(&weight.name) {
            Some((Half::Down, parts)) => {
                let mut at = 0;
                for (lora, layer, _) in parts {
                    for first in (0..layer.rank).step_by(some) {
                        let rows = first..layer.rank.min(first + some);
                        give(at + first, &layer.down(&lora.source, rows).await?)?;
                    }
                    at += layer.rank;
                }
                if at < weight.rows() { give(at, &vec![0.0; (weight.rows() - at) * weight.row_numbers()]) } else { Ok(()) }
            }
            Some((Half::Up, parts)) => {
                for first in (0..weight.rows()).step_by(some) {
                    let rows = first..weight.rows().min(first + some);
                    let mut values = vec![0.0; rows.len() * weight.row_numbers()];
                    let mut at = 0;
                    for (lora, layer, strength) in &parts {
                        let up = layer.up(&lora.source, rows.clone()).await?;
                        let factor = layer.scale * strength;
                        for (row, up) in values.chunks_mut(weight.row_numbers()).zip(up.chunks(layer.rank)) {
                            row[at..].iter_mut().zip(up).for_each(|(to, from)| *to = factor * from);
                        }
                        at += layer.rank;
                    }
                    give(first, &values)?;
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Which half of a layer's pair a weight is, and the LoRAs that change the layer.
    fn parts(&self, weight: &str) -> Option<(Half, Vec<Part<'_>>)> {
        let (half, layer) = [(Half::Down, LORA_DOWN), (Half::Up, LORA_UP)]
            .into_iter()
            .find_map(|(half, leaf)| Some((half, weight.strip_suffix(".weight")?.strip_suffix(leaf)?.strip_suffix('.')?)))?;
        let parts = self.used.iter().filter_map(|(lora, strength)| Some((&**lora, lora.layers.get(self.network)?.get(layer)?, *strength)));
        let parts: Vec<_> = parts.collect();
        (!parts.is_empty()).then_some((half, parts))
    }
}
