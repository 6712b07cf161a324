//! Every name that a pickle may ask for, and what it means here. A name that is not in the table is refused.

use super::super::types::FileType;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    /// `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, …)`: a tensor.
    Tensor,
    /// `torch._utils._rebuild_parameter(tensor, …)`: its tensor.
    Parameter,
    /// `OrderedDict()` or `OrderedDict(pairs)`: a dict.
    Dict,
    /// `torch.nn.ParameterDict`, in which old textual inversions lie: the dict of its attributes, which holds `_parameters`.
    Module,
    /// A type of storage: its numbers' type and their length in bytes.
    Storage(FileType, u64),
    /// Turns up in training checkpoints beside the weights; calling it makes a value that says nothing.
    Inert,
}

const GLOBALS: &[(&str, &str, Global)] = &[
    ("torch._utils", "_rebuild_tensor_v2", Global::Tensor),
    ("torch._utils", "_rebuild_tensor", Global::Tensor),
    ("torch._utils", "_rebuild_parameter", Global::Parameter),
    ("collections", "OrderedDict", Global::Dict),
    ("torch.nn.modules.container", "ParameterDict", Global::Module),
    ("torch", "FloatStorage", Global::Storage(FileType::F32, 4)),
    ("torch", "HalfStorage", Global::Storage(FileType::F16, 2)),
    ("torch", "BFloat16Storage", Global::Storage(FileType::BF16, 2)),
    ("torch", "DoubleStorage", Global::Storage(FileType::F64, 8)),
    ("torch", "LongStorage", Global::Storage(FileType::Other("I64"), 8)),
    ("torch", "IntStorage", Global::Storage(FileType::Other("I32"), 4)),
    ("torch", "ShortStorage", Global::Storage(FileType::Other("I16"), 2)),
    ("torch", "CharStorage", Global::Storage(FileType::Other("I8"), 1)),
    ("torch", "ByteStorage", Global::Storage(FileType::Other("U8"), 1)),
    ("torch", "BoolStorage", Global::Storage(FileType::Other("BOOL"), 1)),
    // Settings and counters of those who trained the model: PyTorch Lightning's `callbacks` (which SD 1.x's checkpoints have),
    // `hyper_parameters`, losses as numpy's scalars.
    ("pytorch_lightning.callbacks.model_checkpoint", "ModelCheckpoint", Global::Inert),
    ("pytorch_lightning.callbacks.early_stopping", "EarlyStopping", Global::Inert),
    ("pytorch_lightning.utilities.parsing", "AttributeDict", Global::Inert),
    ("argparse", "Namespace", Global::Inert),
    ("numpy.core.multiarray", "scalar", Global::Inert),
    ("numpy._core.multiarray", "scalar", Global::Inert),
    ("numpy.core.multiarray", "_reconstruct", Global::Inert),
    ("numpy._core.multiarray", "_reconstruct", Global::Inert),
    ("numpy", "dtype", Global::Inert),
    ("numpy", "ndarray", Global::Inert),
    ("_codecs", "encode", Global::Inert),
    ("collections", "defaultdict", Global::Inert),
    ("collections", "Counter", Global::Inert),
    ("builtins", "set", Global::Inert),
    ("__builtin__", "set", Global::Inert),
    ("builtins", "dict", Global::Inert),
    ("builtins", "int", Global::Inert),
    ("builtins", "list", Global::Inert),
    ("torch", "Size", Global::Inert),
    ("torch", "device", Global::Inert),
    ("torch", "float32", Global::Inert),
    ("torch", "float16", Global::Inert),
    ("torch", "bfloat16", Global::Inert),
    ("torch", "int64", Global::Inert),
    ("torch", "int32", Global::Inert),
    ("pathlib", "PosixPath", Global::Inert),
    ("pathlib", "WindowsPath", Global::Inert),
];

/// What `module.name` stands for, or the end of a sentence that starts with the file's name.
pub(super) fn find(module: &str, name: &str) -> Result<Global, String> {
    let row = GLOBALS.iter().find(|(of, is, _)| (*of, *is) == (module, name));
    // a hostile name may be long
    let shown: String = format!("{module}.{name}").chars().take(80).collect();
    row.map(|(.., global)| *global).ok_or_else(|| format!("asks Python for {shown}, which no weights need (nothing was run)"))
}
