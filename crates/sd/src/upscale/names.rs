//! What an upscaler's file holds, told by its tensors, and their names as `network.rs` has them.
//!
//! RRDBNet has three sets of names: Real-ESRGAN's (`body.0.rdb1.conv1`), those before it (`RRDB_trunk.0.RDB1.conv1`: BSRGAN, RealSR), and
//! the first ones, numbered through (`model.1.sub.0.RDB1.conv1.0`). Files of training hold them below `params_ema` or `params`, the averaged
//! ones of which are the upscaler.

use super::network::{COLOURS, Network};
use crate::Error;
use crate::error::Sentence;
use crate::files::Files;
use crate::layout::no_upscaler;
use crate::sentence;
use crate::weights::{Checkpoint, Origin, TensorInfo};
use std::collections::{BTreeMap, BTreeSet};

/// The most that a picture is enlarged each way: what is above is damage.
const MOST_SCALE: usize = 8;

/// Where files keep the upscaler's tensors, best first; below the others that are here lie other copies of it.
const BELOW: &[&str] = &["params_ema.", "params-ema.", "params.", "model_state_dict.", "module.", "netG.", ""];

type Tensors = BTreeMap<String, TensorInfo>;

/// Whether these tensors are an upscaler's, of any kind that is known.
pub(crate) fn is_upscaler(tensors: &Tensors) -> bool {
    BELOW.iter().any(|below| kind(tensors, below).is_some())
}

/// Names of RRDBNet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Numbered,
    Trunk,
    Body,
    Compact,
}

fn kind(tensors: &Tensors, below: &str) -> Option<Kind> {
    let has = |name: &str| tensors.contains_key(&format!("{below}{name}"));
    let slopes = || tensors.get(&format!("{below}body.1.weight")).is_some_and(|info| info.shape.len() == 1);
    match () {
        () if has("model.0.weight") && has("model.1.sub.0.RDB1.conv1.0.weight") => Some(Kind::Numbered),
        () if has("conv_first.weight") && has("RRDB_trunk.0.RDB1.conv1.weight") => Some(Kind::Trunk),
        () if has("conv_first.weight") && has("body.0.rdb1.conv1.weight") => Some(Kind::Body),
        () if has("body.0.weight") && slopes() => Some(Kind::Compact),
        () => None,
    }
}

/// The network, and its tensors under the names that it is written with.
pub(super) fn recognise(files: &dyn Files, checkpoint: &Checkpoint) -> Result<(Network, Checkpoint), Error> {
    let tensors = checkpoint.tensors();
    let found = BELOW.iter().find_map(|below| Some((*below, kind(tensors, below)?)));
    let Some((below, kind)) = found else { return Err(no_upscaler(files, checkpoint)) };
    let refused = |problem| Error::Layout { place: files.place(), problem, hint: HINT };
    let (mut renamed, mut strangers) = (vec![], vec![]);
    let ups = doublings_numbered(tensors, below);
    for name in tensors.keys() {
        match name.strip_prefix(below) {
            Some(own) => match own_name(kind, own, ups) {
                Some(known) => renamed.push((known, Origin::whole(name))),
                None => strangers.push(name),
            },
            None if BELOW.iter().any(|other| !other.is_empty() && name.starts_with(other)) => {}
            None => strangers.push(name),
        }
    }
    if let Some(first) = strangers.first() {
        return Err(refused(sentence!(
            "this upscaler has {count} tensors that belong to no layer of it, for instance {first}",
            count = strangers.len(),
            first
        )));
    }
    let renamed = checkpoint.rearranged(renamed)?;
    let network = network(kind, renamed.tensors()).map_err(refused)?;
    Ok((network, renamed))
}

const HINT: Sentence = sentence!("give an ESRGAN, Real-ESRGAN or SRVGGNetCompact file whose pictures have three colours");

/// A tensor's name as the network has it; `None` for a tensor of something else.
fn own_name(kind: Kind, name: &str, ups: usize) -> Option<String> {
    let (layer, end) = name.rsplit_once('.')?;
    let ours = match kind {
        Kind::Compact => layer.starts_with("body.").then(|| layer.to_string())?,
        Kind::Body => layer.to_string(),
        Kind::Trunk => match layer {
            "trunk_conv" => "conv_body".into(),
            "HRconv" => "conv_hr".into(),
            _ if layer.starts_with("upconv") => layer.replace("upconv", "conv_up"),
            _ => layer.replace("RRDB_trunk.", "body.").replace("RDB", "rdb"),
        },
        Kind::Numbered => numbered(layer, ups)?,
    };
    Some(format!("{ours}.{end}"))
}

/// `model.0` is the first layer, `model.1.sub` the body with its last convolution, `model.3`, `model.6`, … follow doublings, and what is two and
/// four behind the last of them are the last two.
fn numbered(layer: &str, ups: usize) -> Option<String> {
    let rest = layer.strip_prefix("model.")?;
    if let Some(sub) = rest.strip_prefix("1.sub.") {
        return Some(match sub.split_once('.') {
            Some((block, inner)) => format!("body.{block}.{}", inner.strip_suffix(".0")?.replace("RDB", "rdb")),
            None => "conv_body".into(),
        });
    }
    Some(match rest.parse::<usize>().ok()? {
        0 => "conv_first".into(),
        at if at == 3 * ups + 2 => "conv_hr".into(),
        at if at == 3 * ups + 4 => "conv_last".into(),
        at if at % 3 == 0 => format!("conv_up{}", at / 3),
        _ => return None,
    })
}

/// Doublings of a numbered file, by its last layer.
fn doublings_numbered(tensors: &Tensors, below: &str) -> usize {
    let number = |name: &String| name.strip_prefix(below)?.strip_prefix("model.")?.split('.').next()?.parse::<usize>().ok();
    tensors.keys().filter_map(number).max().map_or(0, |last| last.saturating_sub(4) / 3)
}

/// What a file of these tensors computes; the error is a clause.
fn network(kind: Kind, tensors: &Tensors) -> Result<Network, Sentence> {
    let shape = |name: &str| match tensors.get(name).map(|info| &info.shape[..]) {
        Some([out, input, ..]) => Ok([*out, *input]),
        _ => Err(sentence!("this upscaler has no convolution {name}", name)),
    };
    if kind == Kind::Compact {
        let (layers, [features, colours]) = (counted(tensors, "body."), shape("body.0.weight")?);
        let last = format!("body.{}.weight", layers.saturating_sub(1));
        let ([out, _], convolutions) = (shape(&last)?, (layers.saturating_sub(3)) / 2);
        let scale = (1..=MOST_SCALE).find(|scale| scale * scale * COLOURS == out);
        let Some(scale) = scale.filter(|_| colours == COLOURS && layers % 2 == 1) else {
            return Err(sentence!(
                "this upscaler takes {colours} channels and its last layer {last} makes {out}, which is no picture",
                colours,
                last,
                out
            ));
        };
        return Ok(Network::Compact { features, convolutions, scale });
    }
    let ([features, channels], [colours, _]) = (shape("conv_first.weight")?, shape("conv_last.weight")?);
    let doublings = (1..).take_while(|number| tensors.contains_key(&format!("conv_up{number}.weight"))).count();
    let unit = [1, 2, 4].into_iter().find(|unit| unit * unit * COLOURS == channels);
    let Some(unit) = unit.filter(|unit| colours == COLOURS && doublings < 6 && (1..=MOST_SCALE).contains(&((1 << doublings) / unit)))
    else {
        return Err(sentence!(
            "this upscaler takes {channels} channels, makes {colours}, and doubles {doublings} times, which is no picture made larger",
            channels,
            colours,
            doublings
        ));
    };
    Ok(Network::Rrdb { features, blocks: counted(tensors, "body."), doublings, unit })
}

/// How many numbers from 0 on follow that beginning of names.
fn counted(tensors: &Tensors, begins: &str) -> usize {
    let number = |name: &String| name.strip_prefix(begins)?.split('.').next()?.parse::<usize>().ok();
    let numbers: BTreeSet<usize> = tensors.keys().filter_map(number).collect();
    numbers.iter().enumerate().take_while(|(at, number)| at == *number).count()
}
