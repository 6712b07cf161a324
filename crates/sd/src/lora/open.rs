//! From a file to a [`Lora`]: which file, what its tensors are, whether they fit the model. Headers and factors are read, no matrix.

use super::family;
use super::keys::{self, Called, Part};
use super::layer::{Kind, Layer, Product};
use super::names::{Names, Place};
use super::numbered;
use super::peft::Config;
use super::{Lora, LoraInfo, Source, refused};
use crate::error::{Error, Sentence};
use crate::files::{Files, find};
use crate::sentence;
use crate::weights::{Checkpoint, FileType, TensorInfo, is_weight_file};
use std::collections::BTreeMap;
use std::rc::Rc;

/// The most rows of a layer's `down`: eight times the most that trainers offer, and what a reader's memory can bear for one layer.
const MOST_RANK: usize = 2048;

/// Names that are looked for where a folder has several files, or cannot be listed.
const USUAL: [&str; 4] = ["pytorch_lora_weights.safetensors", "adapter_model.safetensors", "pytorch_lora_weights.bin", "adapter_model.bin"];

/// Longest `adapter_config.json`, in bytes.
const LONGEST_CONFIG: u64 = 1 << 20;

/// How many names a message lists.
const SHOWN: usize = 3;

/// The tensors of one layer's change, by what they are.
type Parts = BTreeMap<Part, String>;

impl Lora {
    /// Reads the headers of a LoRA's file, and finds the model's layers that it changes.
    ///
    /// # Errors
    /// A file that is no LoRA or damaged, one for another family, one whose parts do not fit their layers.
    pub async fn open(id: u64, name: &str, files: Rc<dyn Files>, names: &Names) -> Result<Lora, Error> {
        let file = file_of(name, &*files).await?;
        let checkpoint = Checkpoint::open_file(&*files, &file).await?;
        let beside = find(&*files, "adapter_config.json", LONGEST_CONFIG).await?.unwrap_or_default();
        let config = checkpoint.note("lora_adapter_metadata").map(str::to_string);
        let config = Config::parse(&config.unwrap_or_else(|| String::from_utf8_lossy(&beside).into_owned()));
        let source = Source { files, checkpoint };
        let (layers_found, mut unmatched) = sorted(name, &source.checkpoint, names)?;
        let fits = Fits { name, source: &source, names, config: &config };
        fits.is_of_this_family(&layers_found)?;
        let mut layers: BTreeMap<&'static str, BTreeMap<String, Layer>> = BTreeMap::new();
        for (called, tensors) in &layers_found {
            let alone = tensors.keys().all(|part| *part == Part::Alpha); // of a kind whose other parts are not known
            let Some(place) = names.find(called).filter(|_| !alone) else {
                unmatched.push(called.layer.clone());
                continue;
            };
            let layer = fits.layer(&place, tensors).await?;
            if layers.entry(place.network).or_default().insert(place.layer.clone(), layer).is_some() {
                return Err(refused(name, sentence!("it has {layer} twice, under two names", layer = place.layer), ANOTHER));
            }
        }
        if layers.is_empty() {
            return Err(nothing_fits(name, &source.checkpoint, &unmatched));
        }
        let count = |unet: bool| layers.iter().filter(|(network, _)| (**network == "unet") == unet).map(|(_, layers)| layers.len()).sum();
        let rank = layers.values().flat_map(BTreeMap::values).map(|layer| layer.rank).max().unwrap_or(0);
        let metadata = source.checkpoint.notes().clone();
        let info = LoraInfo { name: name.into(), unet: count(true), text: count(false), rank, words: vec![], unmatched, metadata };
        Ok(Lora { id, info, source, layers })
    }
}

const ANOTHER: Sentence = sentence!("use another file of it");
const OF_THIS_FAMILY: Sentence = sentence!("give a LoRA that was trained for this family");

/// The weight file: the only one, or one of a usual name.
async fn file_of(name: &str, files: &dyn Files) -> Result<String, Error> {
    let listed = files.names().await?;
    let weights: Vec<&String> = match &listed {
        Some(names) if names.len() == 1 => names.iter().collect(),
        Some(names) => names.iter().filter(|file| !file.contains('/') && is_weight_file(file)).collect(),
        None => vec![],
    };
    if let [only] = weights[..] {
        return Ok(only.clone());
    }
    for usual in USUAL {
        if files.size(usual).await?.is_some() {
            return Ok(usual.into());
        }
    }
    let problem =
        sentence!("{place} has {count} weight files, none of them {usual}", place = files.place(), count = weights.len(), usual = USUAL[0]);
    Err(refused(name, problem, sentence!("give the LoRA's own file")))
}

/// The file's tensors by layer, and the names of those that are no part of a pair.
fn sorted(name: &str, checkpoint: &Checkpoint, names: &Names) -> Result<(BTreeMap<Called, Parts>, Vec<String>), Error> {
    let order = numbered::order(names, |network| checkpoint.note(network));
    let (mut layers_found, mut others) = (BTreeMap::<Called, Parts>::new(), vec![]);
    for tensor in checkpoint.tensors().keys() {
        if keys::is_dora(tensor) {
            return Err(refused(
                name,
                sentence!("it is a DoRA ({tensor}), which scales whole layers, too", tensor),
                sentence!("Decant applies LoRA, LoCon and LoHa"),
            ));
        }
        match keys::parsed(tensor).or_else(|| numbered::parsed(tensor, &order)) {
            None => others.push(tensor.clone()),
            Some((called, part)) => {
                if let Some(other) = layers_found.entry(called).or_default().insert(part, tensor.clone()) {
                    return Err(refused(name, sentence!("{other} and {tensor} are the same part", other, tensor), ANOTHER));
                }
            }
        }
    }
    Ok((layers_found, others))
}

fn nothing_fits(name: &str, checkpoint: &Checkpoint, unmatched: &[String]) -> Error {
    let shown = unmatched.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    let (problem, hint) = match checkpoint.tensors().keys().find_map(|tensor| keys::another_kind(tensor)) {
        Some(what) => {
            (sentence!("it is {what}", what), sentence!("Decant applies LoRA, LoCon and LoHa to Stable Diffusion 1.x, 2.x and XL"))
        }
        None if unmatched.is_empty() => (sentence!("there is nothing in it"), ANOTHER),
        None => {
            let count = unmatched.len();
            (sentence!("none of its {count} parts is of a layer of this model: {shown}, …", count, shown), OF_THIS_FAMILY)
        }
    };
    refused(name, problem, hint)
}

/// What a file's tensors are compared with.
struct Fits<'a> {
    name: &'a str,
    source: &'a Source,
    names: &'a Names,
    config: &'a Config,
}

impl Fits<'_> {
    fn info(&self, tensor: &str) -> &TensorInfo {
        &self.source.checkpoint.tensors()[tensor]
    }

    fn wrong(&self, problem: Sentence) -> Error {
        refused(self.name, problem, ANOTHER)
    }

    /// Before layer after layer is looked at: attention to the text takes the text that the model has.
    fn is_of_this_family(&self, layers_found: &BTreeMap<Called, Parts>) -> Result<(), Error> {
        let text = layers_found.iter().filter(|(called, _)| family::sees_text(&called.layer));
        let widths = text.filter_map(|(_, tensors)| tensors.get(&Part::Down).or_else(|| tensors.get(&Part::W1B)));
        let Some(got) = widths.filter_map(|tensor| self.info(tensor).shape.get(1).copied()).next() else { return Ok(()) };
        let mut own = self.names.layers("unet").filter(|layer| family::sees_text(&keys::flattened(layer)));
        let expected = own.next().map(|layer| self.names.shape(&Place { network: "unet", layer: layer.into() })[1]);
        match expected {
            Some(expected) if expected != got => {
                let (got, expected) = (family::named(got), family::named(expected));
                Err(refused(self.name, sentence!("it is for {got}; this is {expected}", got, expected), OF_THIS_FAMILY))
            }
            _ => Ok(()),
        }
    }

    async fn layer(&self, place: &Place, tensors: &Parts) -> Result<Layer, Error> {
        let shape = self.names.shape(place).to_vec();
        let name = |part: Part| tensors.get(&part).cloned();
        let all = [Part::W1A, Part::W1B, Part::W2A, Part::W2B].map(name);
        let (kind, rank, of) = match (name(Part::Down), name(Part::Up), all) {
            (Some(down), Some(up), [None, None, None, None]) => self.pair(&shape, down, name(Part::Mid), up)?,
            (None, None, [Some(a1), Some(b1), Some(a2), Some(b2)]) => {
                self.products(&shape, [(a1, b1, name(Part::T1)), (a2, b2, name(Part::T2))])?
            }
            _ => {
                let there: Vec<&str> = tensors.values().map(String::as_str).collect();
                return Err(self.wrong(sentence!(
                    "of {layer} there is only {there}: a pair (lora_down and lora_up, or LoHa's four) is needed",
                    layer = place.layer,
                    there
                )));
            }
        };
        let scale = match name(Part::Alpha) {
            None => self.config.scale(place.network, &place.layer, of).unwrap_or(1.0),
            Some(alpha) => self.alpha(&alpha).await? / of as f32,
        };
        let half = match &kind {
            Kind::Pair { down, mid: None, .. } => self.info(down).dtype == FileType::F16,
            _ => false,
        };
        Ok(Layer { shape, rank, scale, half, kind })
    }

    async fn alpha(&self, tensor: &str) -> Result<f32, Error> {
        if self.info(tensor).numbers() != 1 {
            return Err(self.wrong(sentence!(
                "{tensor} has the shape {shape}, expected one number",
                tensor,
                shape = format!("{:?}", self.info(tensor).shape)
            )));
        }
        self.source.checkpoint.scalar(&*self.source.files, tensor).await
    }

    /// `down` and `up`; also the rank, and the number that alpha is divided by.
    fn pair(&self, shape: &[usize], down: String, mid: Option<String>, up: String) -> Result<(Kind, usize, usize), Error> {
        let rank = self.rank(&down, 0)?;
        let [out, input, kernel @ ..] = shape else {
            return Err(self.wrong(sentence!("the layer of {tensor} is no matrix", tensor = down)));
        };
        let (inner, taps) = if mid.is_some() { ([1, 1].as_slice(), kernel) } else { (kernel, [].as_slice()) };
        self.expect(&down, &[&[rank, *input], inner].concat())?;
        self.expect(&up, &[*out, rank])?;
        if let Some(mid) = &mid {
            self.expect(mid, &[&[rank, rank], taps].concat())?;
        }
        Ok((Kind::Pair { down, mid, up }, rank, rank))
    }

    /// LoHa's two products.
    fn products(&self, shape: &[usize], parts: [(String, String, Option<String>); 2]) -> Result<(Kind, usize, usize), Error> {
        let [out, input, kernel @ ..] = shape else {
            return Err(self.wrong(sentence!("the layer of {tensor} is no matrix", tensor = parts[0].0)));
        };
        let product = |(a, b, t): (String, String, Option<String>)| {
            let rank = self.rank(&b, 0)?;
            match &t {
                None => {
                    self.expect(&a, &[*out, rank])?;
                    self.expect(&b, &[rank, input * kernel.iter().product::<usize>()])?;
                }
                Some(t) => {
                    self.expect(&a, &[rank, *out])?;
                    self.expect(&b, &[rank, *input])?;
                    self.expect(t, &[&[rank, rank], kernel].concat())?;
                }
            }
            Ok::<Product, Error>(Product { a, b, t, rank })
        };
        let [first, second] = parts;
        let products = [product(first)?, product(second)?];
        let (of, rank) = (products[0].rank, products[0].rank * products[1].rank);
        Ok(if rank <= *out { (Kind::Products(products), rank, of) } else { (Kind::Whole(products), *out, of) })
    }

    /// The rank that a tensor's axis is.
    fn rank(&self, tensor: &str, axis: usize) -> Result<usize, Error> {
        match self.info(tensor).shape.get(axis) {
            Some(rank) if (1..=MOST_RANK).contains(rank) => Ok(*rank),
            _ => {
                let shape = format!("{:?}", self.info(tensor).shape);
                Err(self.wrong(sentence!(
                    "{tensor} has the shape {shape}, expected 1 to {most} rows (its rank)",
                    tensor,
                    shape,
                    most = MOST_RANK
                )))
            }
        }
    }

    /// Refuses a tensor that is not of that shape, but for axes of one at its end.
    fn expect(&self, tensor: &str, shape: &[usize]) -> Result<(), Error> {
        let bare = |shape: &[usize]| {
            let ones = shape[2.min(shape.len())..].iter().all(|axis| *axis == 1);
            if ones { shape[..2.min(shape.len())].to_vec() } else { shape.to_vec() }
        };
        let got = &self.info(tensor).shape;
        if bare(got) == bare(shape) {
            return Ok(());
        }
        let (got, shape) = (format!("{got:?}"), format!("{shape:?}"));
        let problem = sentence!("{tensor} has the shape {got}, the model's layer takes {shape}", tensor, got, shape);
        Err(refused(self.name, problem, sentence!("is it for another model?")))
    }
}
