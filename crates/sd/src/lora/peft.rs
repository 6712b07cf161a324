//! The factor of a PEFT file, whose tensors do not say it: in the metadata that diffusers writes (`lora_adapter_metadata`), or in PEFT's own
//! `adapter_config.json` beside the file. Where neither is there, it is 1, as diffusers takes it.

use serde_json::{Map, Value};

/// A configuration of PEFT's, for each network: `unet.lora_alpha`, or `lora_alpha` where it is one network's alone.
pub(super) struct Config(Map<String, Value>);

impl Config {
    /// Of JSON text; nothing where it is no object.
    pub fn parse(text: &str) -> Config {
        Config(serde_json::from_str(text).unwrap_or_default())
    }

    /// alpha / rank of a layer, or alpha / √rank where the configuration says so (Kalajdzievski 2023, *rsLoRA*).
    pub fn scale(&self, network: &str, layer: &str, rank: usize) -> Option<f32> {
        let get = |key: &str| self.0.get(&format!("{network}.{key}")).or_else(|| self.0.get(key));
        let patterns = get("alpha_pattern").and_then(Value::as_object).into_iter().flatten();
        let own = patterns
            .filter(|(pattern, _)| layer == *pattern || layer.ends_with(&format!(".{pattern}")))
            .find_map(|(_, alpha)| alpha.as_f64());
        let alpha = own.or_else(|| get("lora_alpha")?.as_f64())?;
        let by_root = get("use_rslora").and_then(Value::as_bool).unwrap_or(false);
        Some((alpha / if by_root { (rank as f64).sqrt() } else { rank as f64 }) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layers_own_alpha_comes_first() {
        let config = Config::parse(
            r#"{"unet.lora_alpha": 8, "unet.alpha_pattern": {"proj_in": 2}, "text_encoder.lora_alpha": 3, "text_encoder.use_rslora": true}"#,
        );
        assert_eq!(config.scale("unet", "mid_block.attentions.0.proj_out", 4), Some(2.0));
        assert_eq!(config.scale("unet", "mid_block.attentions.0.proj_in", 4), Some(0.5));
        assert_eq!(config.scale("text_encoder", "text_model.encoder.layers.0.mlp.fc1", 9), Some(1.0));
        assert_eq!(config.scale("text_encoder_2", "text_projection", 9), None);
        assert_eq!(Config::parse("[]").scale("unet", "conv_in", 4), None);
    }
}
