//! Upscalers: networks that make a picture several times as large, RRDBNet (ESRGAN, Real-ESRGAN) and SRVGGNetCompact (Real-ESRGAN's small
//! ones), told by their tensors.
//!
//! A picture goes through in tiles that overlap, as large as the memory allows; whoever waits is told of each, and may end it there.
//!
//! ```no_run
//! # async fn larger(picture: &decant_sd::picture::Picture) -> Result<decant_sd::picture::Picture, decant_sd::Error> {
//! use decant_sd::{files::Folder, upscale::Upscaler};
//!
//! let device = decant_graph::Cpu;
//! let files = std::rc::Rc::new(Folder::open("RealESRGAN_x4plus.pth")?);
//! let mut upscaler = Upscaler::open("x4plus", files, &device, None).await?;
//! let tiling = upscaler.tiling(&device, [picture.width, picture.height], u64::MAX)?;
//! upscaler.run(picture, &tiling, async |_, _| Ok(())).await
//! # }
//! ```

mod names;
mod network;
mod tiles;

pub(crate) use names::is_upscaler;
pub use network::Network;

use crate::component::{Component, DeviceWeights};
use crate::error::{Error, Sentence, Value};
use crate::files::Files;
use crate::layout;
use crate::picture::{Picture, channels_first};
use crate::request::MOST_PIXELS;
use crate::sentence;
use decant_graph::{Device, Encoding, Input, Program};
use std::rc::Rc;
use tiles::{Axis, cut, paste};

/// Pixels around each tile that are computed and thrown away, at most: so far does a network look in practice. Networks that cannot look
/// further at all give the same picture in tiles as in one piece; Real-ESRGAN's own program takes 10.
const MOST_OVERLAP: usize = 32;
/// Arithmetic of one tile at most, so that there is something to tell on the way: 328×328 pixels of RRDBNet's 23 blocks.
const MOST_FLOPS: u64 = 4_000_000_000_000;
/// Sides of tiles that are tried after the whole picture, in pixels.
const SIDES: [usize; 12] = [2048, 1536, 1024, 768, 512, 384, 256, 192, 128, 96, 80, 72];

/// A network that makes pictures larger, ready to be run on a device.
pub struct Upscaler {
    name: String,
    files: Rc<dyn Files>,
    component: Component,
    weights: DeviceWeights,
    network: Network,
}

/// How a picture goes through an upscaler with the memory that there is.
pub struct Tiling {
    rows: Axis,
    columns: Axis,
    program: Rc<Program>,
    /// Bytes of its weights on the device.
    pub weights: u64,
    /// Bytes of one tile's activations.
    pub activations: u64,
}

impl Tiling {
    /// How many tiles there are.
    pub fn count(&self) -> usize {
        self.rows.spans.len() * self.columns.spans.len()
    }

    /// Bytes that it takes in all.
    pub fn peak(&self) -> u64 {
        self.weights + self.activations
    }
}

impl Upscaler {
    /// Reads an upscaler's headers and recognises it by its tensors; `name` is what records call it, `encoding` how its weights are kept.
    ///
    /// # Errors
    /// A sentence for a file that is damaged, something else, or an upscaler of another kind.
    pub async fn open(name: &str, files: Rc<dyn Files>, device: &dyn Device, encoding: Option<Encoding>) -> Result<Upscaler, Error> {
        let checkpoint = layout::open_upscaler(&*files).await?;
        let (network, checkpoint) = names::recognise(&*files, &checkpoint)?;
        let component = Component::over(checkpoint, "upscaler", encoding);
        let program = component.program(|graph| network.write(graph, [network.unit() * 2; 2]))?;
        component.nothing_left_over(&[&program])?;
        Ok(Upscaler { name: name.into(), files, component, weights: DeviceWeights::new(device), network })
    }

    /// What records call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many times as large the picture becomes each way.
    pub fn scale(&self) -> usize {
        self.network.scale()
    }

    /// What it was recognised as.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Tiles for a picture of `[width, height]` within so many bytes: the fewest that fit.
    ///
    /// # Errors
    /// A sentence where even the smallest tile does not fit, or the result would be too large for any picture.
    pub fn tiling(&self, device: &dyn Device, [width, height]: [usize; 2], most: u64) -> Result<Tiling, Error> {
        let [wide, high] = [width, height].map(|side| side.saturating_mul(self.scale()));
        if wide.max(high) > MOST_PIXELS {
            let problem = sentence!(
                "{width}×{height} would become {wide}×{high} pixels, {most} along each side are the most",
                width,
                height,
                wide,
                high,
                most = MOST_PIXELS
            );
            return Err(self.refused(problem, sentence!("give a smaller picture")));
        }
        let (mut slow, mut problem, mut before) = (None, None, None);
        for side in std::iter::once(usize::MAX).chain(SIDES) {
            let [rows, columns] = [height, width].map(|pixels| Axis::new(pixels, side, self.network.unit(), self.overlap()));
            let tile = [rows.tile, columns.tile];
            if before.replace(tile) == Some(tile) {
                continue;
            }
            let program = self.component.program(|graph| self.network.write(graph, tile))?;
            let (weights, activations) = (device.weight_bytes(&program), device.run_bytes(&program));
            let tiling = Tiling { rows, columns, program, weights, activations };
            match does_not_fit(device, &tiling, most) {
                None if tiling.program.flops() <= MOST_FLOPS => return Ok(tiling),
                None => slow = Some(tiling),
                Some(reason) => problem = Some(reason),
            }
        }
        // None is quick: the smallest one tells most on the way.
        slow.ok_or_else(|| {
            let problem = problem.expect("the first way is tried, and each that is not taken says why");
            let problem =
                sentence!("on {device} even one tile of {width}×{height} {problem}", device = device.name(), width, height, problem);
            self.refused(problem, sentence!("free memory, or take a smaller upscaler"))
        })
    }

    /// The picture, larger. `progress` is told how many tiles of how many are done, before the first and after each, and awaited; its error
    /// ends the work. The network's weights are on the device only meanwhile.
    ///
    /// # Errors
    /// `progress`'s, and the device's.
    pub async fn run(
        &mut self,
        picture: &Picture,
        tiling: &Tiling,
        progress: impl AsyncFnMut(usize, usize) -> Result<(), Error>,
    ) -> Result<Picture, Error> {
        self.weights.upload(&self.component, &*self.files, &tiling.program, &mut |_| {}).await?;
        let made = self.tiles(picture, tiling, progress).await;
        self.weights.clear();
        made
    }

    async fn tiles(
        &self,
        picture: &Picture,
        tiling: &Tiling,
        mut progress: impl AsyncFnMut(usize, usize) -> Result<(), Error>,
    ) -> Result<Picture, Error> {
        let (scale, of) = (self.scale(), tiling.count());
        let mut ready = self.weights.ready(&tiling.program).await?;
        let (width, height) = (picture.width * scale, picture.height * scale);
        let mut larger = Picture { width, height, values: vec![0.0; 3 * width * height] };
        progress(0, of).await?;
        let spans = tiling.rows.spans.iter().flat_map(|row| tiling.columns.spans.iter().map(move |column| [row, column]));
        for (done, [row, column]) in spans.enumerate() {
            let [high, wide] = [tiling.rows.tile, tiling.columns.tile];
            let input = cut(picture, [row.from, column.from], [high, wide], self.network.unit());
            let output = ready.run(&[("image", Input::F32(&input))]).await?.remove(0);
            if let bad @ 1.. = output.iter().filter(|value| !value.is_finite()).count() {
                let problem = sentence!("{bad} of {of} values that it made are NaN or infinite", bad, of = output.len());
                return Err(self.refused(problem, sentence!("keep its weights as f32")));
            }
            let tile = Picture { width: wide * scale, height: high * scale, values: channels_first(&output, 3) };
            paste(&mut larger, &tile, row, column, scale);
            progress(done + 1, of).await?;
        }
        larger.values.iter_mut().for_each(|value| *value = value.clamp(0.0, 1.0));
        Ok(larger)
    }

    fn overlap(&self) -> usize {
        self.network.reach().min(MOST_OVERLAP)
    }

    fn refused(&self, problem: Sentence, advice: Sentence) -> Error {
        Error::Upscaler { name: self.name.clone(), problem, advice }
    }
}

/// Why a device cannot take a tile, as the end of a sentence.
fn does_not_fit(device: &dyn Device, tiling: &Tiling, most: u64) -> Option<Sentence> {
    let (need, most_bytes) = (Value::Bytes(tiling.peak()), Value::Bytes(most));
    let short = || sentence!("would take {need} of memory, and there are {most} for it", need, most = most_bytes);
    let limit = device.does_not_fit(&tiling.program).map(Sentence::english);
    let limit = limit.map(|limit| sentence!("does not fit: {limit}", limit));
    limit.or_else(|| (tiling.peak() > most).then(short))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Memory;

    #[test]
    fn sides_are_tried_from_the_largest_and_leave_room_between_overlaps() {
        assert!(SIDES.is_sorted_by(|a, b| a > b) && SIDES.iter().all(|side| *side > 2 * MOST_OVERLAP));
    }

    #[test]
    fn a_file_that_is_no_upscaler_is_refused() {
        let header = r#"{"scale":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#;
        let file = [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &2.5f32.to_le_bytes()[..]].concat();
        let files = Rc::new(Memory::new("a test", [("x.safetensors", file)]));
        let refused = pollster::block_on(Upscaler::open("x", files, &decant_graph::Cpu, None)).err().expect("it is none").to_string();
        assert_eq!(
            refused,
            "a test: this is no upscaler that Decant knows: it has 1 tensors, for instance scale; give an ESRGAN, Real-ESRGAN or \
             SRVGGNetCompact file"
        );
    }
}
