//! 8-bit floats with a scale beside them: a weight is what is stored, times one number, or one for each of its rows.
//!
//! ComfyUI's files call the scale `NAME.scale_weight` and mark themselves with an empty tensor `scaled_fp8`; others say `NAME.weight_scale`.
//! Scales of inputs (`scale_input`, `input_scale`) only matter to who multiplies in 8 bits, and are passed over.

use super::read::contiguous;
use super::{Checkpoint, FileType, TensorInfo, types};
use crate::Error;
use crate::files::{Files, read_exactly};
use crate::sentence;

/// Ends of a scale's name, in the place of `.weight`.
const SCALES: &[&str] = &[".scale_weight", ".weight_scale"];

/// Ends of what says nothing about a weight's numbers.
const BESIDE: &[&str] = &[".scale_input", ".input_scale", ".comfy_quant"];

/// The tensor that marks such a file.
const MARK: &str = "scaled_fp8";

impl TensorInfo {
    fn is_eight_bit(&self) -> bool {
        matches!(self.dtype, FileType::F8E4M3 | FileType::F8E5M2)
    }
}

impl Checkpoint {
    /// Takes the scales out of the tensors, where they are those of 8-bit floats; else they stay, for others to say that they are strangers.
    pub(super) fn take_scales(&mut self, file: &str) -> Result<(), Error> {
        let weight_of = |name: &str, ends: &[&str]| ends.iter().find_map(|end| Some(format!("{}.weight", name.strip_suffix(end)?)));
        let eight_bit = |weight: &String| self.tensors.get(weight).is_some_and(TensorInfo::is_eight_bit);
        let found: Vec<(String, Option<String>)> = (self.tensors.iter())
            .filter_map(|(name, info)| match (weight_of(name, SCALES), weight_of(name, BESIDE)) {
                (Some(weight), _) => eight_bit(&weight).then(|| (name.clone(), Some(weight))),
                (_, Some(weight)) => eight_bit(&weight).then(|| (name.clone(), None)),
                _ => ((name == MARK || name.ends_with(&format!(".{MARK}"))) && info.is_eight_bit()).then(|| (name.clone(), None)),
            })
            .collect();
        for (name, weight) in found {
            let Some(info) = self.tensors.remove(&name) else { continue };
            let Some(weight) = weight else { continue };
            let rows = self.tensors[&weight].rows();
            if info.numbers() != 1 && info.numbers() != rows || !info.dtype.is_read() {
                let problem = sentence!(
                    "has the shape {shape} of {dtype}, expected one number, or one for each of the {rows} rows of {weight}",
                    shape = format!("{:?}", info.shape),
                    dtype = info.dtype.to_string(),
                    rows,
                    weight
                );
                return Err(Error::Tensor { file: file.into(), name, problem });
            }
            self.scales.insert(weight, info);
        }
        Ok(())
    }

    /// Multiplies rows of a tensor, from `first` on, by its scale, where it has one.
    pub(super) async fn scale(&self, files: &dyn Files, name: &str, first: usize, width: usize, numbers: &mut [f32]) -> Result<(), Error> {
        let Some(info) = self.scales.get(name) else { return Ok(()) };
        let scales = contiguous(files, info, 0..info.numbers()).await?;
        match scales[..] {
            [scale] => numbers.iter_mut().for_each(|number| *number *= scale),
            _ => numbers
                .chunks_mut(width.max(1))
                .zip(&scales[first..])
                .for_each(|(row, scale)| row.iter_mut().for_each(|number| *number *= scale)),
        }
        Ok(())
    }

    /// The one number of a tensor, of whatever type of numbers.
    ///
    /// # Errors
    /// A tensor of more or fewer numbers, of a type of none, or that is not there.
    pub async fn scalar(&self, files: &dyn Files, name: &str) -> Result<f32, Error> {
        let info = self.tensor(files, name)?;
        let wrong = |problem| Error::Tensor { file: info.file.clone(), name: name.into(), problem };
        if info.numbers() != 1 {
            return Err(wrong(sentence!("has the shape {shape}, expected one number", shape = format!("{:?}", info.shape))));
        }
        let bytes = read_exactly(files, &info.file, info.range.clone()).await?;
        let number = types::scalar(info.dtype, &bytes)
            .ok_or_else(|| wrong(sentence!("is stored as {dtype}, expected a number", dtype = info.dtype.to_string())))?;
        if number.is_finite() { Ok(number) } else { Err(wrong(sentence!("is {number}, expected a finite number", number))) }
    }
}
