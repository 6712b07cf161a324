//! What a LoRA is called: the tools write its file's name with an ending, without, or with the folders above it, and mean the same.

use crate::weights::without_ending;

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
    without_ending(file)
}
