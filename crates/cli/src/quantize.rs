//! `decant quantize`: a model folder with its weights as q8_0 GGUF files, everything else copied.

use crate::Failure;
use crate::arguments::Quantize;
use decant_sd::error::bytes;
use decant_sd::files::Folder;
use decant_sd::weights::quantize_component;
use std::path::Path;

/// Each network and the name that its weights get.
const COMPONENTS: &[(&str, &str)] =
    &[("text_encoder", "model.gguf"), ("unet", "diffusion_pytorch_model.gguf"), ("vae", "diffusion_pytorch_model.gguf")];
/// Files that hold weights, or say which files do: these are replaced, not copied.
const WEIGHTS: &[&str] = &[".safetensors", ".bin", ".gguf", ".ckpt"];

pub(crate) fn run(options: &Quantize) -> Result<(), Failure> {
    let files = Folder::open(&options.model)?;
    if !options.model.join("model_index.json").is_file() {
        return Err(format!("{}: there is no model_index.json; give a folder in diffusers' layout", options.model.display()).into());
    }
    std::fs::create_dir_all(&options.out).map_err(|e| format!("{} could not be made: {e}", options.out.display()))?;
    if options.out.canonicalize()?.starts_with(options.model.canonicalize()?) {
        return Err(format!("{}: give a folder outside the model's own, which is only read", options.out.display()).into());
    }
    copy_all_but_weights(&options.model, &options.out)?;
    for (component, name) in COMPONENTS {
        let quantized = pollster::block_on(quantize_component(&files, component))?;
        let path = options.out.join(component).join(name);
        std::fs::write(&path, &quantized).map_err(|e| format!("{} could not be written: {e}", path.display()))?;
        println!("{}: {}", path.display(), bytes(quantized.len() as u64));
    }
    Ok(())
}

fn copy_all_but_weights(from: &Path, to: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(to).map_err(|e| format!("{} could not be made: {e}", to.display()))?;
    for entry in std::fs::read_dir(from)? {
        let path = entry?.path();
        let Some(name) = path.file_name() else { continue };
        if path.is_dir() {
            copy_all_but_weights(&path, &to.join(name))?;
        } else if !WEIGHTS.iter().any(|end| name.to_string_lossy().contains(end)) {
            std::fs::copy(&path, to.join(name)).map_err(|e| format!("{} could not be copied: {e}", path.display()))?;
        }
    }
    Ok(())
}
