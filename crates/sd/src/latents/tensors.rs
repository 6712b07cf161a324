//! Latents as a safetensors file: the tensor `latents` (or the only one there is), and how much noise it holds in the metadata.

use super::{Latents, Level, count};
use decant_solver::Scale;
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use std::collections::HashMap;

/// The tensor's name.
const NAME: &str = "latents";

pub fn read(bytes: &[u8]) -> Result<Latents, String> {
    let (_, header) = SafeTensors::read_metadata(bytes).map_err(|error| format!("it is no safetensors file: {error}"))?;
    let file = SafeTensors::deserialize(bytes).map_err(|error| format!("it is no safetensors file: {error}"))?;
    let names = file.names();
    let name = match &names[..] {
        [only] => only,
        _ if names.contains(&NAME) => NAME,
        _ => return Err(format!("it holds {} tensors, none of them called {NAME}", names.len())),
    };
    let tensor = file.tensor(name).map_err(|error| error.to_string())?;
    count(tensor.shape()).ok_or_else(|| format!("its shape {:?} is too large", tensor.shape()))?;
    let data = tensor.data();
    let values = match tensor.dtype() {
        Dtype::F32 => data.as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect(),
        Dtype::F16 => data.as_chunks::<2>().0.iter().map(|b| half::f16::from_le_bytes(*b).to_f32()).collect(),
        Dtype::BF16 => data.as_chunks::<2>().0.iter().map(|b| half::bf16::from_le_bytes(*b).to_f32()).collect(),
        Dtype::F64 => data.as_chunks::<8>().0.iter().map(|b| f64::from_le_bytes(*b) as f32).collect(),
        other => return Err(format!("its numbers are of type {other:?}, floats are needed")),
    };
    Latents::of(tensor.shape(), values, level(header.metadata().as_ref())?)
}

fn level(metadata: Option<&HashMap<String, String>>) -> Result<Level, String> {
    let entry = |key: &str| metadata.and_then(|entries| entries.get(key)).map(String::as_str);
    match entry("level") {
        None => Ok(Level::Unknown),
        Some("noise") => Ok(Level::Noise),
        Some("clean") => Ok(Level::Clean),
        Some("noisy") => {
            let sigma = entry("sigma").and_then(|text| text.parse::<f32>().ok()).filter(|sigma| sigma.is_finite() && *sigma >= 0.0);
            let scale = match entry("scale") {
                Some("preserving") => Some(Scale::Preserving),
                Some("exploding") => Some(Scale::Exploding),
                _ => None,
            };
            let (sigma, scale) = sigma.zip(scale).ok_or("its metadata calls it noisy, but holds no sigma and scale to say how noisy")?;
            Ok(Level::Noisy { sigma, scale })
        }
        Some(other) => Err(format!("its metadata gives the level {other:?}, one of noise, clean and noisy is expected")),
    }
}

pub fn write(latents: &Latents) -> Vec<u8> {
    let mut metadata = vec![("format", "decant latents".to_string())];
    match latents.level {
        Level::Unknown => {}
        Level::Noise => metadata.push(("level", "noise".into())),
        Level::Clean => metadata.push(("level", "clean".into())),
        Level::Noisy { sigma, scale } => {
            let scale = if scale == Scale::Preserving { "preserving" } else { "exploding" };
            metadata.extend([("level", "noisy".into()), ("sigma", sigma.to_string()), ("scale", scale.into())]);
        }
    }
    let metadata = metadata.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
    let bytes: Vec<u8> = latents.values.iter().flat_map(|value| value.to_le_bytes()).collect();
    let [channels, height, width] = latents.shape;
    let view = TensorView::new(Dtype::F32, vec![1, channels, height, width], &bytes).expect("the shape counts the values");
    safetensors::serialize([(NAME, view)], Some(metadata)).expect("one tensor, whose bytes were just counted")
}
