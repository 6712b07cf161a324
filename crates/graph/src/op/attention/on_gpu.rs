//! The ways in which a GPU attends: `shaders/attention*.wgsl`, with tiles in `shaders/tile/`.

use crate::caps::Caps;
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch, Param, Slot};
use crate::op::ways::first;
use crate::op::{Gpu, product, row_reader};

/// An attention on a GPU, whatever the way.
pub(super) struct Work {
    pub batch: usize,
    pub tokens: usize,
    pub keys: usize,
    pub heads: usize,
    /// Channels of a head.
    pub d: usize,
    pub causal: bool,
}

/// A kernel for heads of so many channels, by `shaders/tile/TILE.wgsl`.
struct Tile {
    d: usize,
    /// As it is typed and shown.
    name: &'static str,
    file: &'static str,
    tile: &'static str,
    queries: usize,
}

/// The kernel in which an invocation owns whole queries.
const ROWS: &str = "attention_rows";

/// An invocation owns one query, or two.
const fn rows(d: usize, name: &'static str, tile: &'static str, queries: usize) -> Tile {
    Tile { d, name, file: ROWS, tile, queries }
}

/// Several invocations share two queries, or four.
const fn lanes(d: usize, name: &'static str, tile: &'static str, queries: usize) -> Tile {
    Tile { d, name, file: "attention_lanes", tile, queries }
}

/// For each number of channels, a GPU's best first.
const TILES: &[Tile] = &[
    rows(10, "q2", "attention_d10_q2", 128),
    rows(16, "q2", "attention_d16_q2", 128),
    rows(20, "q2", "attention_d20_q2", 128),
    rows(32, "q2", "attention_d32_q2", 128),
    rows(40, "q2", "attention_d40_q2", 128),
    rows(40, "q1", "attention_d40_q1", 64),
    lanes(40, "l2_q2", "attention_d40_l2_q2", 64),
    rows(48, "q1", "attention_d48_q1", 64),
    rows(64, "q1", "attention_d64_q1", 64),
    lanes(64, "l4_q2", "attention_d64_l4_q2", 32),
    lanes(64, "l4_q4", "attention_d64_l4_q4", 64),
    rows(80, "q1", "attention_d80_q1", 64),
    lanes(80, "l4_q2", "attention_d80_l4_q2", 32),
    lanes(80, "l4_q4", "attention_d80_l4_q4", 64),
    lanes(160, "l8_q2", "attention_d160_l8_q2", 16),
    lanes(160, "l8_q4", "attention_d160_l8_q4", 32),
    lanes(512, "l32_q4", "attention_d512_l32_q4", 16),
];

/// Heads of that many channels are wide.
const WIDE: usize = 160;

/// Keys that the kernel for any head works on at a time.
const KEYS: usize = 32;
/// How its workgroups share their queries, by `shaders/tile/NAME.wgsl`: its name, queries, and the most channels of a head.
const ANY: [(&str, usize, usize); 2] = [("attention4", 32, 160), ("attention1", 8, 512)];

/// Names of all that any attention may have.
pub(in crate::op) fn names() -> impl Iterator<Item = &'static str> {
    TILES.iter().map(|tile| tile.name).chain(["any"])
}

/// Names of all ways for heads of `d` channels, the best first.
pub(super) fn ways(d: usize, caps: &Caps) -> Vec<Candidate> {
    let tiles = TILES.iter().filter(|tile| tile.d == d).map(|tile| tile.name);
    let software: &[&str] = if caps.software { &["q2", "q1", "l8_q4"] } else { &[] };
    first(tiles.chain(["any"]).map(|name| Candidate::always(name, ())).collect(), software)
}

impl Work {
    /// `Err` where a head is too wide for that way.
    pub fn by(&self, way: &str, caps: &Caps) -> Result<Gpu, String> {
        let Some(tile) = TILES.iter().find(|tile| tile.d == self.d && tile.name == way) else {
            return self.any();
        };
        // Very wide heads leave no room in workgroup memory; a CPU in disguise gains nothing from copies of wide ones.
        let in_place = tile.d > WIDE || caps.software && tile.d == WIDE;
        Ok(self.tiled(tile, if in_place { "storage" } else { "workgroup" }))
    }

    fn tiled(&self, tile: &Tile, keys: &'static str) -> Gpu {
        let mask = if self.causal { "causal" } else { "none" };
        let kernel = Kernel::new(tile.file).with("tile", tile.tile).with("keys", keys).with("mask", mask);
        let head = if tile.d.is_multiple_of(4) { "fours" } else { "pairs" };
        let kernel = if tile.file == ROWS { kernel.with("head", head) } else { kernel };
        let kernel = kernel.assuming([("QUERIES", tile.queries as u32), ("HEAD", tile.d as u32)]);
        self.launch(kernel, tile.queries, self.params())
    }

    fn params(&self) -> Vec<(&'static str, Param)> {
        let scale = 1.0 / (self.d as f32).sqrt();
        vec![("tokens", self.tokens.into()), ("keys", self.keys.into()), ("heads", self.heads.into()), ("scale", scale.into())]
    }

    fn any(&self) -> Result<Gpu, String> {
        let tile = ANY.into_iter().find(|(_, _, widest)| self.d <= *widest);
        let (name, queries, widest) = tile.ok_or_else(|| format!("a head of {} channels; the GPU kernel holds at most 512", self.d))?;
        let constants = [("QUERIES", queries), ("KEYS", KEYS), ("WIDEST", widest)].map(|(name, value)| (name, value as u32));
        let kernel = Kernel::new("attention").with("input", row_reader(self.d)).with("tile", name).assuming(constants);
        let mut params = self.params();
        params.insert(3, ("d", self.d.into()));
        params.extend([("causal", self.causal.into()), ("blocks", self.keys.div_ceil(KEYS).into()), ("d4", self.d.div_ceil(4).into())]);
        Ok(self.launch(kernel, queries, params))
    }

    fn launch(&self, kernel: Kernel, queries: usize, params: Vec<(&'static str, Param)>) -> Gpu {
        let launch = Launch {
            kernel,
            slots: vec![Slot::operand(0), Slot::operand(1), Slot::operand(2), Slot::Output],
            params,
            groups: [self.tokens.div_ceil(queries) as u32, self.heads as u32, self.batch as u32],
            flops: 4 * product(&[self.batch, self.heads, self.tokens, self.keys, self.d]),
        };
        Gpu { launches: vec![launch], scratch: vec![] }
    }
}
