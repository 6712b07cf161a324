//! Every kernel at sizes that fill no vector, on memory that ends where its numbers end, on every instruction set that this processor has.
//! Here they are compared with each other; `decant-graph` compares them with what operations mean. `tests/valgrind.sh` runs this file under
//! valgrind, which sees every byte that is read or written beside these allocations, or read before it was written.

use decant_kernels::{
    Attention, Call, CopyRows, Flat, Gather, GroupNorm, Kernel, LayerNorm, Panels, PixelShuffle, Product, Set, StackRows, Stored, Tile,
    Timestep, Upsample, Words,
};
use std::alloc::{Layout, alloc, dealloc};

/// Numbers between −1 and 1, the same on every machine.
fn numbers(n: usize, seed: usize) -> Vec<f32> {
    (0..n).map(|i| ((i * 7919 + seed * 104_729) % 2003) as f32 / 1001.5 - 1.0).collect()
}

/// A weight `[outputs][taps · inputs]` of made-up bytes, brought into panels.
fn weight(panels: &Panels) -> Vec<u8> {
    let mut to = vec![0u8; panels.bytes()];
    for output in 0..panels.outputs {
        let (panel, column) = (output / panels.tile.panel(), output % panels.tile.panel());
        let (width, numbers) = (panels.width(panel), panels.numbers_at(panel));
        for k in 0..panels.taps * panels.inputs {
            let v = ((output * 31 + k * 17) % 101) as i32 - 50;
            let mut put = |at: usize, bytes: &[u8]| to[numbers + at..numbers + at + bytes.len()].copy_from_slice(bytes);
            match panels.stored {
                Stored::F32 => put(4 * (k * width + column), &(v as f32 / 50.0).to_le_bytes()),
                Stored::F16 => put(2 * (k * width + column), &(0x3400u16 + v as u16 % 512).to_le_bytes()),
                Stored::Q8_0 => put(k * width + column, &[v as u8]),
                Stored::Q4_0 if k % 2 == 0 => put(k / 2 * width + column, &[(v + 50) as u8]),
                Stored::Q4_0 => {}
            }
            if panels.stored.scaled() && k % 32 == 0 {
                let at = panels.scales_at(panel) + 2 * (k / 32 * width + column);
                to[at..at + 2].copy_from_slice(&0x2400u16.to_le_bytes()); // 1/64
            }
        }
    }
    to
}

/// A slot's contents.
enum Slot {
    Numbers(Vec<f32>),
    Ids(Vec<u32>),
    Weight(Panels),
    /// So many numbers that nobody wrote yet.
    Empty(usize),
}

/// Allocated bytes that end where they were asked to end, and begin at a cache line.
struct Block(*mut u8, Layout);

impl Block {
    fn new(bytes: usize) -> Block {
        let layout = Layout::from_size_align(bytes.max(1), 64).expect("64 is a power of two");
        // SAFETY: the layout is not empty.
        Block(unsafe { alloc(layout) }, layout)
    }

    fn of(slot: &Slot) -> Block {
        let bytes: Vec<u8> = match slot {
            Slot::Numbers(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            Slot::Ids(ids) => ids.iter().flat_map(|id| id.to_le_bytes()).collect(),
            Slot::Weight(panels) => weight(panels),
            Slot::Empty(n) => return Block::new(4 * n),
        };
        let block = Block::new(bytes.len());
        // SAFETY: it is as long.
        unsafe { block.0.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
        block
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: allocated with this layout.
        unsafe { dealloc(self.0, self.1) };
    }
}

/// A call: kernel, numbers of its slots, parameters, units, bytes of scratch.
type Step = (Kernel, Vec<usize>, Vec<u32>, u32, usize);

/// What some calls leave in the last slot on one instruction set. Units are run one by one, the last first.
fn run(set: Set, calls: &[Step], slots: &[Slot]) -> Vec<f32> {
    let run = set.run().expect("only such sets are tried");
    let memory: Vec<Block> = slots.iter().map(Block::of).collect();
    for (kernel, used, params, units, scratch) in calls {
        let slots: Vec<*mut u8> = used.iter().map(|slot| memory[*slot].0).collect();
        let call = Call { kernel: *kernel as u32, units: *units, slots: slots.as_ptr(), params: params.as_ptr() };
        let own = Block::new(*scratch);
        for unit in (0..*units).rev() {
            // SAFETY: the slots are as large as the parameters say, and only sets of this processor are tried.
            unsafe { run(&call, unit, unit + 1, own.0) };
        }
    }
    let result = memory.last().expect("there is a result");
    // SAFETY: the kernels wrote all of it; else valgrind says so.
    let bytes = unsafe { std::slice::from_raw_parts(result.0, result.1.size()) };
    bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

fn sets() -> Vec<Set> {
    let offered = |set: &Set| match set {
        #[cfg(target_arch = "x86_64")]
        Set::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma") && is_x86_feature_detected!("f16c"),
        #[cfg(target_arch = "x86_64")]
        Set::Avx512 => is_x86_feature_detected!("avx512f"),
        _ => true,
    };
    Set::ALL.into_iter().filter(|set| set.run().is_some() && offered(set)).collect()
}

/// All sets give about the same numbers for what `make` makes for a tile.
fn compare(name: &str, make: impl Fn(Set) -> (Vec<Step>, Vec<Slot>)) {
    let of = |set| {
        let (calls, slots) = make(set);
        run(set, &calls, &slots)
    };
    let expected = of(Set::Scalar);
    let largest = expected.iter().fold(1e-3f32, |most, v| most.max(v.abs()));
    for set in sets() {
        for (i, (e, g)) in expected.iter().zip(of(set)).enumerate() {
            assert!((e - g).abs() <= 3e-5 * largest, "{name} on {}: number {i}: expected {e}, got {g}", set.name());
        }
    }
}

const STORED: [Stored; 4] = [Stored::F32, Stored::F16, Stored::Q8_0, Stored::Q4_0];

#[test]
fn products() {
    for stored in STORED {
        for (out, c, n, kernel, stride, doubled) in [
            ([5, 7], 3, 5, 3, 1, 0),
            ([5, 7], 32, 37, 3, 1, 0),
            ([4, 3], 32, 13, 3, 2, 0),
            ([1, 11], 64, 3, 1, 1, 0),
            ([6, 10], 32, 17, 3, 1, 1),
        ] {
            if stored.scaled() && c % 32 != 0 || stored == Stored::Q4_0 && c % 2 != 0 {
                continue;
            }
            for winograd in [false, true].into_iter().take(1 + (kernel == 3 && stride == 1) as usize) {
                let name = format!("{stored:?} {out:?} {c} to {n}, stride {stride}, winograd {winograd}");
                compare(&name, |set| product(set.tile(), winograd, stored, out, [c, n, kernel, stride, doubled]));
            }
        }
    }
}

fn product(tile: Tile, winograd: bool, stored: Stored, out: [u32; 2], [c, n, kernel, stride, doubled]: [u32; 5]) -> (Vec<Step>, Vec<Slot>) {
    let [height, width] = out.map(|side| if doubled == 1 { side / 2 } else { side * stride });
    let pad = (kernel / 2) as i32;
    let p = Product {
        batch: 2,
        height,
        width,
        channels: c,
        outputs: n,
        kernel: [kernel; 2],
        stride,
        above: pad,
        left: pad,
        doubled,
        out,
        stored: stored as u32,
        flags: 7,
        activation: 1,
        unit_rows: 2 * tile.rows as u32,
        unit_panels: 2,
    };
    let slots = vec![
        Slot::Numbers(numbers((2 * height * width * c) as usize, 1)),
        Slot::Weight(p.panels(tile)),
        Slot::Numbers(numbers((n as usize).next_multiple_of(16), 2)),
        Slot::Numbers(numbers(2 * n as usize, 3)),
        Slot::Numbers(numbers(p.rows() * n as usize, 4)),
        Slot::Empty(p.rows() * n as usize),
    ];
    let (kernel, units, scratch) = match winograd {
        true => (Kernel::Winograd, p.winograd_units(tile), p.winograd_scratch(tile)),
        false => (Kernel::Product, p.units(tile), p.scratch(tile)),
    };
    (vec![(kernel, (0..6).collect(), p.words().to_vec(), units, scratch)], slots)
}

#[test]
fn attention() {
    for (tokens, keys, heads, d, causal) in [(1, 1, 1, 1, 0), (7, 11, 3, 5, 0), (13, 13, 2, 9, 1), (5, 77, 1, 40, 0), (37, 37, 2, 16, 1)] {
        compare(&format!("{tokens} queries, {keys} keys, {heads} heads of {d}"), |set| {
            let tile = set.tile();
            let (unit_keys, unit_queries) = (tile.panel() as u32, 2 * tile.rows as u32);
            let p = Attention { batch: 2, tokens, keys, heads, d, causal, unit_keys, unit_queries, values: 1 };
            let (of_q, of_k) = ((2 * tokens * heads * d) as usize, (2 * keys * heads * d) as usize);
            let inputs = [numbers(of_q, 1), numbers(of_k, 2), numbers(of_k, 3)].map(Slot::Numbers);
            let slots = inputs.into_iter().chain([Slot::Empty(p.packed(tile)), Slot::Empty(of_q)]).collect();
            let pack = (Kernel::AttentionPack, vec![1, 2, 3], p.words().to_vec(), p.pack_units(), 0);
            (vec![pack, (Kernel::Attention, vec![0, 3, 4], p.words().to_vec(), p.units(), p.scratch(tile))], slots)
        });
        compare(&format!("where {tokens} queries look among {keys} keys, {heads} heads of {d}"), |set| {
            let tile = set.tile();
            let (unit_keys, unit_queries) = (tile.panel() as u32, 2 * tile.rows as u32);
            let p = Attention { batch: 2, tokens, keys, heads, d, causal, unit_keys, unit_queries, values: 0 };
            let inputs = [numbers((2 * tokens * heads * d) as usize, 1), numbers((2 * keys * heads * d) as usize, 2)].map(Slot::Numbers);
            let slots = inputs.into_iter().chain([Slot::Empty(p.packed(tile)), Slot::Empty((2 * tokens * keys) as usize)]).collect();
            let pack = (Kernel::AttentionPack, vec![1, 1, 2], p.words().to_vec(), p.pack_units(), 0);
            (vec![pack, (Kernel::AttentionWeights, vec![0, 2, 3], p.words().to_vec(), p.weights_units(), p.scratch(tile))], slots)
        });
    }
}

#[test]
fn norms() {
    for (places, c, groups) in [(1u32, 1u32, 1), (35, 6, 3), (130, 17, 17), (9, 40, 8)] {
        compare(&format!("{places} places of {c} channels in {groups} groups"), |_| {
            let n = (2 * places * c) as usize;
            let chunks = places.div_ceil(16);
            let mut p = GroupNorm { batch: 2, places, channels: c, groups, chunk: 16, chunks, first_chunk: 0, epsilon: 1e-5 };
            let partial = (Kernel::GroupNormPartial, vec![0, 3], p.words().to_vec(), p.units(), p.scratch());
            p.places = 1;
            let params = p.words().iter().copied().chain([places]).collect();
            let combine = (Kernel::GroupNormCombine, vec![3, 1, 2, 4], params, 2, 0);
            let each = places * c;
            let (from, to) = ([each, 0], [each, 0]);
            let apply = StackRows { batch: 2, places, channels: c, from, to, affine: 1, activation: 1, unit: 8 };
            let apply = (Kernel::StackRows, vec![0, 4, 5], apply.words().to_vec(), apply.units(), apply.scratch());
            let weights = [1, 2].map(|seed| Slot::Numbers(numbers((c as usize).next_multiple_of(16), seed)));
            let [scale, shift] = weights;
            let empty = [p.partial(), (4 * c) as usize, n].map(Slot::Empty);
            (vec![partial, combine, apply], [Slot::Numbers(numbers(n, 5)), scale, shift].into_iter().chain(empty).collect())
        });
        compare(&format!("{places} rows of {c}"), |_| {
            let p = LayerNorm { rows: places, channels: c, epsilon: 1e-5, unit: 4 };
            let weights = [1, 2].map(|seed| Slot::Numbers(numbers((c as usize).next_multiple_of(16), seed)));
            let n = (places * c) as usize;
            let slots = [Slot::Numbers(numbers(n, 5))].into_iter().chain(weights).chain([Slot::Empty(n)]).collect();
            (vec![(Kernel::LayerNorm, vec![0, 1, 2, 3], p.words().to_vec(), p.units(), 0)], slots)
        });
    }
}

#[test]
fn numbers_and_rows() {
    let flat = Flat { rows: 10, channels: 13, places: 5, activation: 2, multiply: 0.5, add: 1.0, unit: 3 };
    for (kernel, inputs) in [
        (Kernel::Unary, vec![130]),
        (Kernel::Add, vec![130, 130]),
        (Kernel::Multiply, vec![130, 130]),
        (Kernel::AddPerBatch, vec![130, 26]),
        (Kernel::Geglu, vec![260]),
        (Kernel::Prelu, vec![130, 13]),
    ] {
        simple(kernel, flat.words(), flat.units(), &inputs, 130);
    }
    let copy = CopyRows { counts: [2, 3, 5], from: [15, 1, 3], to: [105, 35, 7], first: 2, width: 1, unit: 4 };
    let step = (Kernel::CopyRows, vec![0, 1], copy.words().to_vec(), copy.units(), 0);
    compare("copies", |_| (vec![step.clone()], vec![Slot::Numbers(numbers(30, 1)), Slot::Numbers(numbers(210, 2))]));
    let shuffle = PixelShuffle { batch: 2, from: [3, 5], factor: 2, channels: 3 };
    simple(Kernel::PixelShuffle, shuffle.words(), shuffle.units(), &[360], 360);
    let up = Upsample { batch: 2, from: [3, 5], to: [7, 6], channels: 3 };
    simple(Kernel::Upsample, up.words(), up.units(), &[90], 252);
    let time = Timestep { batch: 3, half: 5, cosines_first: 1 };
    let params: Vec<u32> = time.words().iter().copied().chain(numbers(5, 1).iter().map(|f| f.to_bits())).collect();
    simple(Kernel::Timestep, &params, 3, &[3], 30);
    for stored in STORED {
        compare(&format!("rows of a {stored:?} table"), |set| {
            let place = Set::ALL.iter().position(|s| *s == set).expect("it is there") as u32;
            let p = Gather { ids: 5, rows: 37, columns: 64, stored: stored as u32, set: place, unit: 2 };
            let slots = vec![Slot::Weight(p.panels()), Slot::Ids(vec![0, 36, 5, 13, 35]), Slot::Empty(320)];
            (vec![(Kernel::Gather, vec![0, 1, 2], p.words().to_vec(), p.units(), 0)], slots)
        });
    }
}

fn simple(kernel: Kernel, params: &[u32], units: u32, inputs: &[usize], result: usize) {
    compare(&format!("{kernel:?}"), |_| {
        let given = inputs.iter().enumerate().map(|(i, n)| Slot::Numbers(numbers(*n, i)));
        (vec![(kernel, (0..=inputs.len()).collect(), params.to_vec(), units, 0)], given.chain([Slot::Empty(result)]).collect())
    });
}
