//! The model's own layers by every name that a LoRA file may call them.
//!
//! Underscores cannot be told from dots by looking at a name (`to_out_0`), so nothing is guessed: each of the model's layers is written in
//! every known way, and what a file says is looked up.

use super::keys::{Called, flattened};
use crate::layout::names::{RESNET, UNET, replaced, translated};
use crate::weights::Checkpoint;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A layer of the model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// `unet`, `text_encoder` or `text_encoder_2`.
    pub network: &'static str,
    /// As the model's weights spell it, without `.weight`.
    pub layer: String,
}

/// Every layer with a matrix or a convolution.
pub(crate) struct Names {
    /// By network and name with underscores; `None` where two layers would have that name.
    places: HashMap<(&'static str, String), Option<String>>,
    /// Of each weight `[out, in, …]`.
    shapes: BTreeMap<Place, Vec<usize>>,
    networks: Vec<&'static str>,
}

impl Names {
    /// The layers of these networks.
    pub fn new<'a>(networks: impl IntoIterator<Item = (&'static str, &'a Checkpoint)>) -> Names {
        let mut names = Names { places: HashMap::new(), shapes: BTreeMap::new(), networks: vec![] };
        for (network, checkpoint) in networks {
            names.add(network, checkpoint.tensors().iter().map(|(name, info)| (name.as_str(), info.shape.as_slice())));
        }
        names
    }

    fn add<'a>(&mut self, network: &'static str, tensors: impl Iterator<Item = (&'a str, &'a [usize])>) {
        let layer = |(name, shape): (&'a str, &'a [usize])| Some((name.strip_suffix(".weight")?, shape));
        let layers: BTreeMap<&str, &[usize]> = tensors.filter(|(_, shape)| matches!(shape.len(), 2 | 4)).filter_map(layer).collect();
        let original = original_places(&layers.keys().copied().collect());
        for (layer, shape) in layers {
            let ways = if network == "unet" { of_unet(layer, &original) } else { of_text(layer) };
            for way in ways.into_iter().map(|way| flattened(&way)).collect::<BTreeSet<String>>() {
                let place = self.places.entry((network, way)).or_insert_with(|| Some(layer.to_string()));
                place.take_if(|other| other != layer);
            }
            self.shapes.insert(Place { network, layer: layer.to_string() }, shape.to_vec());
        }
        self.networks.push(network);
    }

    /// The layer that is meant, if the model has it.
    pub(super) fn find(&self, called: &Called) -> Option<Place> {
        let find = |network: &'static str| {
            let layer = self.places.get(&(network, called.layer.clone()))?.clone()?;
            Some(Place { network, layer })
        };
        match called.network {
            Some(network) => find(network),
            None => self.networks.iter().find_map(|network| find(network)),
        }
    }

    /// The shape of a layer's weight, `[out, in]` or `[out, in, height, width]`.
    pub fn shape(&self, place: &Place) -> &[usize] {
        self.shapes.get(place).map_or(&[], Vec::as_slice)
    }

    /// A network's layers, sorted.
    pub fn layers(&self, network: &'static str) -> impl Iterator<Item = &str> {
        self.shapes.keys().filter(move |place| place.network == network).map(|place| place.layer.as_str())
    }
}

/// diffusers' name and the original's; diffusers before 0.17 called attention's last layer without its number.
fn of_unet(layer: &str, original: &BTreeMap<String, String>) -> Vec<String> {
    let as_original = translated(&format!("{layer}."), original).map(|name| {
        let back: Vec<(&str, &str)> = RESNET.iter().map(|(from, to)| (*to, *from)).collect();
        let name = if layer.contains(".resnets.") { replaced(name, &back) } else { name };
        name.trim_end_matches('.').to_string()
    });
    let before = layer.strip_suffix(".to_out.0").map(|attention| format!("{attention}.to_out"));
    [Some(layer.to_string()), as_original, before].into_iter().flatten().collect()
}

/// transformers' name with and without `text_model`; diffusers before 0.17 called attention's layers as in a denoiser.
fn of_text(layer: &str) -> Vec<String> {
    let bare = layer.strip_prefix("text_model.").unwrap_or(layer);
    let pairs = [(".q_proj", ".to_q"), (".k_proj", ".to_k"), (".v_proj", ".to_v"), (".out_proj", ".to_out")];
    let before = pairs.iter().find_map(|(now, before)| Some(format!("{}{before}", bare.strip_suffix(now)?)));
    let names = [Some(bare.to_string()), before];
    names.into_iter().flatten().flat_map(|name| [format!("text_model.{name}"), name]).collect()
}

/// Where the original code has each of diffusers' blocks: it numbers them through, each resnet with its attention, and a level's last
/// convolution as a block of its own on the way down, as part of the last block on the way up.
fn original_places(layers: &BTreeSet<&str>) -> BTreeMap<String, String> {
    let has = |start: &str| layers.range(start..).next().is_some_and(|layer| layer.starts_with(start));
    let mut places: BTreeMap<String, String> = UNET.iter().rev().map(|(original, ours)| (ours.to_string(), original.to_string())).collect();
    let mut block = 1;
    for level in (0..).take_while(|level| has(&format!("down_blocks.{level}."))) {
        for i in (0..).take_while(|i| has(&format!("down_blocks.{level}.resnets.{i}."))) {
            places.insert(format!("down_blocks.{level}.resnets.{i}"), format!("input_blocks.{block}.0"));
            places.insert(format!("down_blocks.{level}.attentions.{i}"), format!("input_blocks.{block}.1"));
            block += 1;
        }
        if has(&format!("down_blocks.{level}.downsamplers.")) {
            places.insert(format!("down_blocks.{level}.downsamplers.0.conv"), format!("input_blocks.{block}.0.op"));
            block += 1;
        }
    }
    block = 0;
    for level in (0..).take_while(|level| has(&format!("up_blocks.{level}."))) {
        for i in (0..).take_while(|i| has(&format!("up_blocks.{level}.resnets.{i}."))) {
            places.insert(format!("up_blocks.{level}.resnets.{i}"), format!("output_blocks.{block}.0"));
            places.insert(format!("up_blocks.{level}.attentions.{i}"), format!("output_blocks.{block}.1"));
            block += 1;
        }
        if block > 0 {
            let after = 1 + has(&format!("up_blocks.{level}.attentions.")) as usize;
            places.insert(format!("up_blocks.{level}.upsamplers.0.conv"), format!("output_blocks.{}.{after}.conv", block - 1));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The layers of a published denoiser: in the original code, in diffusers, and the weight's axes.
    fn published(family: &str) -> Vec<(String, String, Vec<usize>)> {
        let list = format!("{}/../../tests/golden/names-{family}.txt", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(list).expect("the list is committed");
        let (mut network, mut stems, mut found) = ("", ("", ""), vec![]);
        for (first, rest) in text.lines().filter_map(|line| line.split_once(' ')) {
            match first {
                "#" => network = rest,
                "=" => stems = rest.split_once(' ').expect("two names"),
                "weight" if network == "unet" => {
                    let shape = rest.split(' ').filter_map(|axis| axis.parse().ok()).collect();
                    let original = stems.0.strip_prefix("model.diffusion_model.").expect("a denoiser's").to_string();
                    found.push((original, stems.1.to_string(), shape));
                }
                _ => {
                    // The attention's layers lie below one pair of stems: `transformer_blocks.0.attn1.to_q.weight 320 320`.
                    let Some(layer) = first.strip_suffix(".weight").filter(|_| network == "unet") else { continue };
                    let shape = rest.split(' ').filter_map(|axis| axis.parse().ok()).collect();
                    let original = stems.0.strip_prefix("model.diffusion_model.").expect("a denoiser's");
                    found.push((format!("{original}.{layer}"), format!("{}.{layer}", stems.1), shape));
                }
            }
        }
        found.retain(|(.., shape): &(String, String, Vec<usize>)| matches!(shape.len(), 2 | 4));
        found
    }

    #[test]
    fn every_layer_of_the_published_denoisers_is_found_under_all_its_names() {
        for (family, count) in [("sd15", 282), ("sd21", 282), ("sdxl", 794), ("bk-sdm-small", 164), ("bk-sdm-tiny", 151), ("lcm", 283)] {
            let layers = published(family);
            let mut names = Names { places: HashMap::new(), shapes: BTreeMap::new(), networks: vec![] };
            let weights: Vec<(String, &[usize])> =
                layers.iter().map(|(_, ours, shape)| (format!("{ours}.weight"), shape.as_slice())).collect();
            names.add("unet", weights.iter().map(|(name, shape)| (name.as_str(), *shape)));
            for (original, ours, shape) in &layers {
                let place = Place { network: "unet", layer: ours.clone() };
                for (name, network) in [(original, Some("unet")), (ours, Some("unet")), (ours, None)] {
                    let found = names.find(&Called { network, layer: flattened(name) });
                    assert_eq!(found.as_ref(), Some(&place), "{family}: {name}");
                }
                assert_eq!(names.shape(&place), shape);
            }
            assert_eq!(layers.len(), count, "{family}");
        }
    }
}
