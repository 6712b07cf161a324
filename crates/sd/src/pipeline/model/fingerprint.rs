//! Which model it is, in sixteen letters: so that a record can say whether it is opened with the same weights.
//!
//! It is not a checksum of the files: names and shapes of all tensors count, and the numbers of some rows of each network. So the same
//! weights in another layout or format are the same model where they hold the same numbers, and gigabytes need not be read.

use super::Model;
use crate::component::NOT_COMPUTED;
use crate::error::Error;
use crate::weights::{Order, TensorInfo};

/// Tensors of each network of which one row is read.
const ROWS: usize = 24;

impl Model {
    /// The fingerprint: FNV-1a of 64 bits over the networks' names, tensors and rows, as hexadecimal digits.
    pub async fn fingerprint(&self) -> Result<String, Error> {
        let mut hash = Fnv(0xcbf29ce484222325);
        for component in self.components() {
            hash.add(component.name().as_bytes());
            let checkpoint = component.checkpoint();
            let files = if component.name() == "vae" { self.vae_files.as_ref().unwrap_or(&self.files) } else { &self.files };
            let counts = |name: &str| !NOT_COMPUTED.iter().any(|end| name.ends_with(end));
            let tensors: Vec<(&String, &TensorInfo)> = checkpoint.tensors().iter().filter(|(name, _)| counts(name)).collect();
            for (name, info) in &tensors {
                hash.add(name.as_bytes());
                info.shape.iter().for_each(|side| hash.add(&(*side as u64).to_le_bytes()));
            }
            let read = |info: &TensorInfo| info.dtype.is_read() && info.order != Order::Strided && info.numbers() > 0;
            let readable: Vec<_> = tensors.into_iter().filter(|(_, info)| read(info)).collect();
            for (name, info) in readable.iter().step_by(readable.len().div_ceil(ROWS).max(1)) {
                let middle = info.rows() / 2;
                let row = checkpoint.read_rows(&**files, name, middle..middle + 1).await?;
                row.iter().for_each(|number| hash.add(&number.to_le_bytes()));
            }
        }
        Ok(format!("{:016x}", hash.0))
    }
}

/// Fowler, Noll and Vo's hash, 1a.
struct Fnv(u64);

impl Fnv {
    fn add(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x100000001b3));
    }
}
