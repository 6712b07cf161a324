//! `y[…, :] = table[ids[…], :]`: an embedding look-up.
//!
//! A table larger than one binding (CLIP's 49408×768 in f32 is 152 MB) is read in parts: each part's launch writes the rows that it holds.

use super::{Case, FLAT, Gpu, Op, OpRow, Operand, channels, count, flat_groups, flat_kernel};
use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Launch, Limits, Slot};
use crate::lowering::{KernelCall, Lowering, stored};
use crate::{Encoding, Layout, Var, Weights};
use candle_core::{Result, Tensor};
use decant_kernels::{Kernel as Compute, Set};

pub(super) const ROW: OpRow = OpRow { name: "gather", tolerance: 0.0, reason: "copies decoded numbers", cases };

/// Operands: table (a weight) `[entries, channels]`, ids `[…]` (whole numbers); result `[…, channels]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gather {
    /// Ids are below this; the table has at least as many rows.
    pub entries: usize,
}

impl Op for Gather {
    fn name(&self) -> &'static str {
        "gather"
    }

    fn shape(&self, operands: &[&[usize]]) -> std::result::Result<Vec<usize>, String> {
        let [[rows, width], ids] = operands else {
            return Err("a table of two dimensions and ids are needed".into());
        };
        if *rows < self.entries {
            return Err(format!("the table has {rows} rows, {} are needed", self.entries));
        }
        Ok(ids.iter().copied().chain([*width]).collect())
    }

    fn cpu(&self, operands: &[Tensor]) -> Result<Tensor> {
        let rows = operands[0].index_select(&operands[1].flatten_all()?, 0)?;
        let shape: Vec<usize> = operands[1].dims().iter().copied().chain([operands[0].dim(1)?]).collect();
        rows.reshape(shape)
    }

    fn gpu(&self, operands: &[Operand], result: &[usize], _: &Caps, _: &str) -> std::result::Result<Gpu, String> {
        let weight = operands[0].weight.ok_or("the table must be a weight")?;
        let Layout::Matrix { rows, columns } = weight.layout else {
            return Err("the table must be a matrix".into());
        };
        let n = count(result);
        let launches = parts(weight.encoding, rows, weight.row_stride(), weight.bytes())?.into_iter().map(|part| Launch {
            kernel: flat_kernel("gather").with("weights", weight.encoding.row().name),
            slots: vec![Slot::Operand(0, part.bytes), Slot::operand(1), Slot::Output],
            params: vec![
                ("n", n.into()),
                ("width", columns.into()),
                ("row_stride", weight.row_stride().into()),
                ("stored", weight.stored_numbers().into()),
                ("first", part.first.into()),
                ("rows", part.rows.into()),
                ("is_last", (part.first + part.rows == rows).into()),
            ],
            groups: flat_groups(n, FLAT),
            flops: 0,
        });
        debug_assert_eq!(columns, channels(result));
        Ok(Gpu { launches: launches.collect(), scratch: vec![] })
    }

    fn kernels(&self, operands: &[Operand], result: &[usize], set: Set) -> Vec<Candidate<Lowering>> {
        let Some((Layout::Matrix { rows, columns }, encoding)) = operands[0].weight.map(|weight| (weight.layout, weight.encoding)) else {
            return vec![];
        };
        let set = Set::ALL.iter().position(|s| *s == set).expect("ALL has every one");
        let ids = count(result) / channels(result).max(1);
        let [ids, rows, columns, set] = [ids, rows, columns, set].map(|v| v as u32);
        let p = decant_kernels::Gather { ids, rows, columns, stored: stored(encoding) as u32, set, unit: 8 };
        let slots = vec![Slot::operand(0), Slot::operand(1), Slot::Output];
        vec![Candidate::always("rows", Lowering::one(KernelCall::new(Compute::Gather, slots, &p, p.units())))]
    }
}

/// Rows of a table that one binding holds.
struct Part {
    first: usize,
    rows: usize,
    bytes: Option<[u64; 2]>,
}

fn parts(encoding: Encoding, rows: usize, stride: usize, bytes: usize) -> std::result::Result<Vec<Part>, String> {
    let limit = Limits::default().binding as usize;
    if bytes <= limit {
        return Ok(vec![Part { first: 0, rows, bytes: None }]);
    }
    if encoding == Encoding::Q8_0 {
        return Err(format!("a q8_0 table of {bytes} bytes; its scales lie apart from its numbers, so it cannot be read in parts"));
    }
    // A binding starts at a multiple of 256 bytes: so does every 64th row of f32 or 128th of f16, whatever the width.
    let row = encoding.bytes(stride);
    let per_part = (limit / row) & !127;
    let part = |first: usize| {
        let rows = per_part.min(rows - first);
        Part { first, rows, bytes: Some([(first * row) as u64, (rows * row) as u64]) }
    };
    Ok((0..rows).step_by(per_part).map(part).collect())
}

impl<'g> Var<'g> {
    /// Rows of the table `w.weight` by number, of which there are `entries`. See [`Gather`].
    pub fn gather(self, w: Weights<'g>, entries: usize) -> Var<'g> {
        self.graph().apply(Gather { entries }, &[self.graph().weight(w, "weight", Layout::matrix), self], &w.path())
    }
}

fn cases() -> Vec<Case> {
    [([1, 1], vec![1]), ([7, 5], vec![2, 3]), ([131, 64], vec![77]), ([1000, 96], vec![2, 77])]
        .into_iter()
        .flat_map(|(table, ids)| {
            Case::per_encoding(|encoding| {
                Case::new(format!("{table:?} {}", encoding.row().name))
                    .weight("t.weight", &table, encoding)
                    .ids("ids", &ids, table[0])
                    .build(move |graph, i| i[0].gather(graph.weights().at("t"), table[0]))
            })
        })
        .collect()
}
