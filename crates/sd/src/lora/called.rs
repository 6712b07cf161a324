//! What a LoRA is called: the tools write its file's name with an ending, without, or with the folders above it, and mean the same.

/// Endings of files that hold LoRAs.
const ENDINGS: &[&str] = &[".safetensors", ".ckpt", ".pth", ".bin", ".pt"];

/// A LoRA's own name: without folders (of either slash) and without its file's ending.
///
/// ```
/// use decant_sd::lora::stem;
///
/// for name in ["ink", "ink.safetensors", "styles/ink.pt", "folder\\ink.SafeTensors"] {
///     assert_eq!(stem(name), "ink");
/// }
/// assert_eq!(stem("ink-v1.5"), "ink-v1.5");
/// ```
pub fn stem(name: &str) -> &str {
    let name = name.trim();
    let file = name.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or(name);
    let ends = |ending: &str| {
        let at = file.len().checked_sub(ending.len()).filter(|at| *at > 0)?;
        file.get(at..).filter(|end| end.eq_ignore_ascii_case(ending)).map(|_| &file[..at])
    };
    ENDINGS.iter().find_map(|ending| ends(ending)).unwrap_or(file)
}
