//! Whether the byte ranges that a header claims fit each other and the file.

use super::Tensors;
use crate::Error;
use crate::error::DOWNLOAD_AGAIN;
use crate::sentence;

/// Refuses tensors beyond the end of the file, and tensors that share bytes. Sorts them by where they lie.
pub(super) fn check(file: &str, size: u64, tensors: &mut Tensors) -> Result<(), Error> {
    tensors.sort_by_key(|(_, info)| (info.range.start, info.range.end));
    let end = tensors.iter().map(|(_, info)| info.range.end).max().unwrap_or(0);
    if end > size {
        let problem = sentence!("is cut short: expected {end} bytes from what its header says, got {size}", end, size);
        return Err(Error::Damaged { file: file.into(), problem, hint: DOWNLOAD_AGAIN });
    }
    for pair in tensors.windows(2) {
        let [(name, before), (other, after)] = pair else { continue };
        if after.range.start < before.range.end {
            let problem = sentence!(
                "shares bytes with {other}: they lie at {first} and {second}",
                other,
                first = format!("{:?}", before.range),
                second = format!("{:?}", after.range)
            );
            return Err(Error::Tensor { file: file.into(), name: name.clone(), problem });
        }
    }
    Ok(())
}

/// Refuses bytes from `start` to the end of the file that belong to no tensor, as safetensors does: nothing can hide in such a file.
/// The tensors are sorted by where they lie.
pub(super) fn check_no_gaps(file: &str, start: u64, size: u64, tensors: &Tensors) -> Result<(), Error> {
    let starts = tensors.iter().map(|(_, info)| info.range.start).chain([size]);
    let ends = [start].into_iter().chain(tensors.iter().map(|(_, info)| info.range.end));
    match ends.zip(starts).find(|(end, start)| end != start) {
        None => Ok(()),
        Some((end, start)) => {
            let problem = sentence!("has bytes that belong to no tensor, at {range}", range = format!("{:?}", end..start));
            Err(Error::Damaged { file: file.into(), problem, hint: DOWNLOAD_AGAIN })
        }
    }
}
