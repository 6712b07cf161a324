//! The ways in which a GPU makes a product's results: `shaders/linear*.wgsl` and `shaders/conv2d*.wgsl`, with tiles in `shaders/tile/`.
//!
//! It is long because every way is one function of the same work.

use super::{Activation, Epilogue, Gpu, Operand, flat_groups, flat_kernel, row_reader};
use crate::caps::{Caps, Matrices};
use crate::choice::Candidate;
use crate::launch::{Kernel, Launch, Param, Slot};

/// A product `[m, n]` on a GPU, whatever the way.
pub(super) struct Work<'a> {
    /// `linear` or `conv2d`.
    pub op: &'static str,
    /// Rows and columns of the result; with GEGLU the product has twice as many columns.
    pub m: usize,
    pub n: usize,
    /// Numbers in a row of the input: a linear layer's, or a place's channels.
    pub row: usize,
    /// Steps of [`STEP`] columns of which each result is a sum.
    pub steps: usize,
    /// The weights' encoding.
    pub weights: &'static str,
    /// Input, weights, then the epilogue's.
    pub operands: &'a [Operand<'a>],
    /// What follows.
    pub epilogue: Epilogue,
    /// The adapter's.
    pub matrices: Option<Matrices>,
    /// The kernels' parameters, but for the flags (at [`FLAGS_AT`]) and the number of steps.
    pub params: Vec<(&'static str, Param)>,
    /// Arithmetic operations.
    pub flops: u64,
}

/// A block of results that one workgroup makes, by `shaders/tile/NAME.wgsl`.
#[derive(Debug, Clone, Copy)]
struct Tile {
    name: &'static str,
    rows: usize,
    columns: usize,
}

const fn tile(name: &'static str, rows: usize, columns: usize) -> Tile {
    Tile { name, rows, columns }
}

const SMALL: Tile = tile("small", 32, 32);
const LOW: Tile = tile("low", 32, 64);
const SQUARE: Tile = tile("square", 64, 64);
const BUSY: Tile = tile("busy", 64, 64);
const TALL: Tile = tile("tall", 128, 64);
const WIDE: Tile = tile("wide", 64, 128);
const LANES: Tile = tile("lanes", 16, 32);
const LANES_FEW: Tile = tile("lanes_few", 4, 64);
/// [`SQUARE`] in halves (`arithmetic/f16`), which some GPUs do two at a time.
const SQUARE_F16: &str = "square_f16";
/// [`SQUARE`] by the GPU's matrix units (`arithmetic/matrix`), which take halves.
const MATRIX_F16: &str = "matrix_f16";
const ROWS_2: Tile = tile("rows2", 2, 8);
const ROWS_8: Tile = tile("rows8", 8, 8);

/// Tiles through workgroup memory, each with all of its columns; lanes for each column; several invocations to a column.
const WHOLE: &[Tile] = &[LOW, SMALL, BUSY, SQUARE, TALL, WIDE];
const BY_LANES: &[Tile] = &[LANES, LANES_FEW];
const BY_ROWS: &[Tile] = &[ROWS_2, ROWS_8];
/// [`SQUARE`] tiles whose columns several workgroups share.
const SPLIT: &str = "split";

/// Columns of a step of a tiled product.
pub(super) const STEP: usize = 16;
/// Workgroups below which a GPU stands partly idle: four for each of 32 cores.
const ENOUGH_GROUPS: usize = 128;
/// The most workgroups that share a result's columns.
const MOST_PARTS: usize = 16;
/// Steps that each of them does at least: adding up the parts costs about two.
const FEWEST_STEPS: usize = 16;

/// What of a product's size decides which way is best.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Size {
    /// A handful of rows, such as a timestep's embedding.
    Thin,
    /// Fewer tiles of 64×64 than a GPU has room for.
    Few,
    /// Enough for any.
    Many,
}

impl Size {
    fn of(m: usize, n: usize) -> Size {
        match m {
            0..=8 => Size::Thin,
            _ if SQUARE.count(m, n) < ENOUGH_GROUPS => Size::Few,
            _ => Size::Many,
        }
    }
}

impl Tile {
    fn count(self, m: usize, n: usize) -> usize {
        m.div_ceil(self.rows) * n.div_ceil(self.columns)
    }
}

/// The class of a product of `m` rows and `n` columns: `linear few`. See [`super::Op::class`].
pub(super) fn class(op: &str, m: usize, n: usize) -> String {
    let size = match Size::of(m, n) {
        Size::Thin => "thin",
        Size::Few => "few",
        Size::Many => "many",
    };
    format!("{op} {size}")
}

/// Names of all that any product may have.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    [WHOLE, BY_LANES, BY_ROWS].into_iter().flatten().map(|tile| tile.name).chain([SPLIT, SQUARE_F16, MATRIX_F16])
}

/// Names of all ways to make a product of `m` rows and `n` columns, each a sum of so many steps; the best first.
pub(super) fn ways(op: &str, [m, n, steps]: [usize; 3], caps: &Caps) -> Vec<Candidate> {
    let always = |tile: &Tile| Candidate::always(tile.name, ());
    let mut all = vec![Candidate { name: SPLIT, fits: Parts::of(m, n, steps).fit(m, n, caps), way: () }];
    all.extend(WHOLE.iter().chain(BY_LANES).map(always));
    if op == "linear" && Size::of(m, n) == Size::Thin {
        all.extend(BY_ROWS.iter().map(always));
    }
    all.push(Candidate { name: SQUARE_F16, fits: caps.f16, way: () });
    all.push(Candidate {
        name: MATRIX_F16,
        fits: caps.f16 && caps.matrices.is_some_and(|matrices| matrices.fit(SQUARE.rows, caps)),
        way: (),
    });
    first(all, preferred(m, n, caps))
}

/// The best first; what is not named comes after, and is there to be tried.
fn preferred(m: usize, n: usize, caps: &Caps) -> &'static [&'static str] {
    match (caps.software, Size::of(m, n)) {
        (true, _) if m <= LANES_FEW.rows => &["lanes_few", "lanes"],
        (true, _) => &["lanes", "lanes_few"],
        (false, Size::Thin) if m <= ROWS_2.rows => &["rows2", SPLIT, "low"],
        (false, Size::Thin) => &["rows8", SPLIT, "low"],
        (false, Size::Few) => &[SPLIT, "low", "busy", "square"],
        (false, Size::Many) => &["busy", "square", "tall", "wide"],
    }
}

/// How a product's columns are shared between workgroups.
#[derive(Debug, Clone, Copy)]
struct Parts {
    count: usize,
    /// Steps of each but perhaps the last.
    steps: usize,
}

impl Parts {
    fn of(m: usize, n: usize, steps: usize) -> Parts {
        let wanted = ENOUGH_GROUPS.div_ceil(SQUARE.count(m, n)).min(MOST_PARTS).min(steps / FEWEST_STEPS).max(1);
        let each = steps.div_ceil(wanted);
        Parts { count: steps.div_ceil(each), steps: each }
    }

    /// Numbers of all parts, before they are added up.
    fn numbers(self, m: usize, n: usize) -> usize {
        self.count.saturating_mul(m).saturating_mul(n)
    }

    fn fit(self, m: usize, n: usize, caps: &Caps) -> bool {
        self.count > 1 && n.is_multiple_of(4) && 4 * self.numbers(m, n) as u64 <= caps.limits.binding
    }
}

impl Work<'_> {
    /// What is launched by the way of that name.
    pub fn by(&self, way: &str) -> Result<Gpu, String> {
        let named = |tiles: &[Tile]| tiles.iter().copied().find(|tile| tile.name == way);
        if self.epilogue.geglu && (!self.n.is_multiple_of(2) || (named(WHOLE).is_none() && ![SQUARE_F16, MATRIX_F16].contains(&way))) {
            return self.then_geglu(way);
        }
        if way == SPLIT {
            return Ok(self.split());
        }
        if way == SQUARE_F16 {
            return Ok(self.whole(SQUARE, "f16"));
        }
        if let (MATRIX_F16, Some(_)) = (way, self.matrices) {
            return Ok(self.whole(SQUARE, "matrix"));
        }
        let whole = named(WHOLE).map(|tile| self.whole(tile, "f32"));
        let lanes = || named(BY_LANES).map(|tile| self.lanes(tile));
        let rows = || named(BY_ROWS).map(|tile| self.rows(tile));
        whole.or_else(lanes).or_else(rows).ok_or_else(|| format!("{} has no way called {way}", self.op))
    }

    fn activation(&self) -> &'static str {
        Activation::file(self.epilogue.activation)
    }

    fn kernel(&self, file: &'static str, tile: Tile) -> Kernel {
        Kernel::new(file)
            .with("input", row_reader(self.row))
            .with("weights", self.weights)
            .with("tile", tile.name)
            .assuming([("ROWS", tile.rows as u32), ("COLUMNS", tile.columns as u32)])
    }

    /// The operand slots of input, weights and epilogue, and the epilogue's flags.
    fn slots(&self) -> (Vec<Slot>, u32) {
        let (extra, flags) = self.epilogue.gpu(self.operands);
        let mut slots = vec![Slot::operand(0), Slot::operand(1)];
        slots.extend(extra);
        (slots, flags)
    }

    fn launch(&self, kernel: Kernel, tile: Tile, steps: Option<usize>) -> Launch {
        let (mut slots, flags) = self.slots();
        slots.push(Slot::Output);
        let mut params = self.params.clone();
        params.insert(FLAGS_AT, ("flags", flags.into()));
        params.extend(steps.map(|steps| ("steps", steps.into())));
        let groups = [self.n.div_ceil(tile.columns) as u32, self.m.div_ceil(tile.rows) as u32, 1];
        Launch { kernel, slots, params, groups, flops: self.flops }
    }

    fn epilogue(&self, kernel: Kernel) -> Kernel {
        kernel.with("activation", self.activation()).assuming(Epilogue::constants())
    }

    /// Tiles through workgroup memory, each with all of its columns.
    fn whole(&self, tile: Tile, arithmetic: &'static str) -> Gpu {
        let tiled = self.tiled(tile, arithmetic);
        let launch = if self.epilogue.geglu { self.gated(tiled, tile) } else { self.with_epilogue(tiled, tile) };
        Gpu { launches: vec![launch], scratch: vec![] }
    }

    fn with_epilogue(&self, tiled: Kernel, tile: Tile) -> Launch {
        self.launch(self.epilogue(tiled.with("result", row_reader(self.n))), tile, Some(self.steps))
    }

    /// Values and gates in one tile: `shaders/result/gated.wgsl`.
    fn gated(&self, tiled: Kernel, tile: Tile) -> Launch {
        let half = Tile { columns: tile.columns / 2, ..tile };
        let mut launch = self.launch(tiled.with("result", "gated").assuming(Epilogue::constants()), half, Some(self.steps));
        let [input, weights, bias, .., output] = &launch.slots[..] else { unreachable!("an epilogue has three operands") };
        launch.slots = [input, weights, bias, output].map(Slot::clone).to_vec();
        launch
    }

    /// A way that knows nothing of gates: the product whole, and GEGLU by a launch of its own.
    fn then_geglu(&self, way: &str) -> Result<Gpu, String> {
        let epilogue = Epilogue { geglu: false, ..self.epilogue };
        let mut params = self.params.clone();
        params.iter_mut().filter(|(name, _)| *name == "n").for_each(|(_, n)| *n = (2 * self.n).into());
        let whole = Work { n: 2 * self.n, epilogue, params, ..*self };
        let mut gpu = whole.by(way)?;
        let values = Slot::Scratch(gpu.scratch.len());
        let outputs = gpu.launches.iter_mut().flat_map(|launch| &mut launch.slots).filter(|slot| **slot == Slot::Output);
        outputs.for_each(|slot| *slot = values.clone());
        gpu.scratch.push(2 * self.m * self.n);
        gpu.launches.push(super::geglu::launch(Slot::ReadScratch(gpu.scratch.len() - 1), &[self.m, self.n]));
        Ok(gpu)
    }

    fn tiled(&self, tile: Tile, arithmetic: &'static str) -> Kernel {
        // Large tiles leave room for few workgroups, which hide no latency from each other, but have no registers left either.
        let loads = if tile.rows * tile.columns > SMALL.rows * SMALL.columns { "late" } else { "early" };
        let kernel = self.kernel(self.op, tile).with("loads", loads).with("arithmetic", arithmetic);
        match self.matrices {
            Some(matrices) if arithmetic == "matrix" => matrices.import(kernel),
            _ => kernel,
        }
    }

    /// A lane for each column, rows broadcast.
    fn lanes(&self, tile: Tile) -> Gpu {
        let file = if self.op == "linear" { "linear_lanes" } else { "conv2d_lanes" };
        let kernel = self.epilogue(self.kernel(file, tile));
        Gpu { launches: vec![self.launch(kernel, tile, None)], scratch: vec![] }
    }

    /// Several invocations to a column.
    fn rows(&self, tile: Tile) -> Gpu {
        let kernel = self.epilogue(self.kernel("linear_thin", tile));
        Gpu { launches: vec![self.launch(kernel, tile, None)], scratch: vec![] }
    }

    /// Tiles whose columns several workgroups share; the parts are added up by a launch of their own.
    fn split(&self) -> Gpu {
        let parts = Parts::of(self.m, self.n, self.steps);
        let numbers = parts.numbers(self.m, self.n);
        let kernel = self.tiled(SQUARE, "f32").with("result", "partial");
        let mut product = self.launch(kernel, SQUARE, Some(parts.steps));
        product.slots = vec![Slot::operand(0), Slot::operand(1), Slot::Scratch(0)];
        product.groups[2] = parts.count as u32;
        let (slots, flags) = self.slots();
        let mut sum = vec![Slot::Scratch(0)];
        sum.extend(slots.into_iter().skip(2));
        sum.push(Slot::Output);
        let places = self.params.iter().find(|(name, _)| *name == "places").expect("an epilogue's parameter").clone();
        let kernel = flat_kernel("sum_parts").with("activation", self.activation()).assuming(Epilogue::constants());
        let sum = Launch {
            kernel,
            slots: sum,
            params: vec![("m", self.m.into()), ("n4", (self.n / 4).into()), ("parts", parts.count.into()), ("flags", flags.into()), places],
            groups: flat_groups(self.m * self.n, super::FLAT),
            flops: numbers as u64,
        };
        Gpu { launches: vec![product, sum], scratch: vec![numbers] }
    }
}

/// These in front, in this order.
pub(super) fn first(mut all: Vec<Candidate>, names: &[&str]) -> Vec<Candidate> {
    all.sort_by_key(|candidate| names.iter().position(|name| *name == candidate.name).unwrap_or(names.len()));
    all
}

/// Where among the parameters the epilogue's flags stand.
const FLAGS_AT: usize = 5;
