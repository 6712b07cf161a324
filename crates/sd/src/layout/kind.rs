//! What a file is good for, by what it holds: a model, or something to load beside one. It is only looked at; whether it is sound, loading says.

use super::{foreign, parts, tiny};
use crate::files::Files;
use crate::weights::Checkpoint;

/// What a file is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A model, or nothing that is known.
    Model,
    /// A LoRA.
    Lora,
    /// A textual inversion.
    Inversion,
    /// An autoencoder alone, to stand in for a model's own.
    Vae,
    /// A tiny autoencoder with a decoder, which can draw a run's steps.
    Tiny,
    /// An upscaler, for finished pictures.
    Upscaler,
}

/// Most tensors of an inversion for a text encoder of unusual width.
const FEW: usize = 2;

/// What a source is good for; one of several files is a model, and so is what cannot be read: opening it says why.
pub async fn kind(files: &dyn Files) -> Kind {
    let Ok(Some(names)) = files.names().await else { return Kind::Model };
    let [name] = &names[..] else { return Kind::Model };
    let Ok(checkpoint) = Checkpoint::open_file(files, name).await else { return Kind::Model };
    let tensors = checkpoint.tensors();
    let decodes = |renamed: Vec<(String, _)>| renamed.iter().any(|(name, _)| name.starts_with("decoder."));
    if tiny::renamed(&checkpoint).is_some_and(decodes) {
        return Kind::Tiny;
    }
    match foreign::recognised(tensors).map(|(what, _)| what) {
        Some(what) if what == foreign::LORA => Kind::Lora,
        Some(what) if what == foreign::INVERSION => Kind::Inversion,
        Some(what) if what == foreign::UPSCALER => Kind::Upscaler,
        None if parts::parts(&checkpoint).parts.keys().eq(["vae"].iter()) => Kind::Vae,
        None if tensors.len() <= FEW && tensors.values().all(|info| info.shape.len() <= 2) => Kind::Inversion,
        _ => Kind::Model,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    /// A file of zeros.
    fn of(tensors: &[(&str, &[usize])]) -> Kind {
        let (mut fields, mut end) = (vec![], 0);
        for (name, shape) in tensors {
            let start = end;
            end += 4 * shape.iter().product::<usize>();
            fields.push(format!(r#""{name}":{{"dtype":"F32","shape":{shape:?},"data_offsets":[{start},{end}]}}"#));
        }
        let header = format!("{{{}}}", fields.join(","));
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend_from_slice(header.as_bytes());
        bytes.resize(bytes.len() + end, 0);
        pollster::block_on(kind(&Memory::new("a test", [("x", bytes)])))
    }

    #[test]
    fn what_a_file_holds_says_what_it_is() {
        let lora = "lora_unet_mid_block_attentions_0_proj_in.lora_down.weight";
        assert_eq!(of(&[(lora, &[4, 8])]), Kind::Lora);
        assert_eq!(of(&[("emb_params", &[2, 16])]), Kind::Inversion);
        assert_eq!(of(&[("<birb>", &[16])]), Kind::Inversion);
        assert_eq!(of(&[("clip_l", &[1, 768]), ("clip_g", &[1, 1280])]), Kind::Inversion);
        assert_eq!(of(&[("decoder.conv_in.weight", &[8, 4, 3, 3])]), Kind::Vae);
        assert_eq!(of(&[("first_stage_model.decoder.conv_in.weight", &[8, 4, 3, 3])]), Kind::Vae);
        assert_eq!(of(&[("decoder.layers.0.weight", &[8, 4, 3, 3]), ("decoder.layers.0.bias", &[8])]), Kind::Tiny);
        let compact: [(&str, &[usize]); 4] =
            [("body.0.weight", &[8, 3, 3, 3]), ("body.0.bias", &[8]), ("body.1.weight", &[8]), ("body.2.weight", &[12, 8, 3, 3])];
        assert_eq!(of(&compact), Kind::Upscaler);
        assert_eq!(of(&[("model.diffusion_model.input_blocks.0.0.weight", &[8, 4, 3, 3])]), Kind::Model);
        assert_eq!(pollster::block_on(kind(&Memory::new("a test", [("x", b"no weights".to_vec())]))), Kind::Model);
        assert_eq!(pollster::block_on(kind(&Memory::new("a test", [("x", vec![]), ("y", vec![])]))), Kind::Model);
    }
}
