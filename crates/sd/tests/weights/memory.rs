//! How much memory hostile files take before they are refused, and how little a large tensor's rows take: counted by the allocator.

use super::torch::zip;
use super::{FILE, refusal, safetensors, unet};
use decant_sd::files::{Files, LocalFuture, Memory};
use decant_sd::weights::Checkpoint;
use pollster::block_on;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, keeping account of this thread's bytes: those in use, and the most that there were.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

thread_local! {
    static USED: Cell<(isize, isize)> = const { Cell::new((0, 0)) };
}

fn count(bytes: isize) {
    // A thread that ends may free after its counter is gone.
    let _gone = USED.try_with(|used| {
        let (now, most) = used.get();
        used.set((now + bytes, most.max(now + bytes)));
    });
}

// SAFETY: every call goes to the system's allocator as it is; counting allocates nothing.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// The most bytes that were in use at a time meanwhile, above those before.
fn peak(work: impl FnOnce()) -> usize {
    let before = USED.get().0;
    USED.set((before, before));
    work();
    (USED.get().1 - before) as usize
}

#[test]
fn hostile_files_take_little_memory() {
    let laughs =
        [&b"\x80\x02](NN\x86q\x00"[..], &b"h\x00".repeat(9999), b"eq\x01(", &b"ccollections\nOrderedDict\nh\x01\x85R".repeat(9000), b"t."]
            .concat();
    // one long key, a hundred thousand times
    let names = |length: u32| {
        let key = [&b"X"[..], &length.to_le_bytes(), &vec![b'a'; length as usize], b"q\x010"].concat();
        [&b"\x80\x02"[..], &key, b"}(", &b"h\x01N".repeat(100_000), b"u."].concat()
    };
    let many = [&b"\x80\x02("[..], &b"K\x00".repeat(2_000_000), b"t."].concat();
    let counts = [&b"GGUF\x03\0\0\0"[..], &100_000u64.to_le_bytes(), &u64::MAX.to_le_bytes()].concat();
    let text = [
        &b"GGUF\x03\0\0\0"[..],
        &[0; 8],
        &1u64.to_le_bytes(),
        &1u64.to_le_bytes(),
        b"a",
        &8u32.to_le_bytes(),
        &31_000_000u64.to_le_bytes(),
    ]
    .concat();
    let pickles = [("copies", laughs), ("names", names(9_000)), ("long names", names(1_000_000)), ("values", many)];
    let archives = pickles.map(|(case, pickle)| (case, zip(&[("x/data.pkl", &pickle)])));
    let others = [("counts", counts), ("text", text), ("header", [&u64::MAX.to_le_bytes()[..], b"{"].concat())];
    for (case, file) in archives.into_iter().chain(others) {
        let (files, length) = (unet(file.clone()), file.len());
        let peak = peak(|| drop(refusal(&files)));
        println!("{case}: {length} bytes in the file, {peak} at the peak");
        assert!(peak < 100_000_000, "{case}: {peak} bytes");
    }
}

/// Half a gigabyte of zeros behind a header.
struct Zeros(Vec<u8>);

impl Files for Zeros {
    fn place(&self) -> String {
        "zeros".into()
    }

    fn size<'a>(&'a self, _: &'a str) -> LocalFuture<'a, Result<Option<u64>, decant_sd::Error>> {
        Box::pin(std::future::ready(Ok(Some(self.0.len() as u64 + (512 << 20)))))
    }

    fn read<'a>(&'a self, _: &'a str, range: std::ops::Range<u64>) -> LocalFuture<'a, Result<Vec<u8>, decant_sd::Error>> {
        let mut bytes = vec![0; (range.end - range.start) as usize];
        let known = self.0.get(range.start as usize..).unwrap_or_default();
        let known = &known[..known.len().min(bytes.len())];
        bytes[..known.len()].copy_from_slice(known);
        Box::pin(std::future::ready(Ok(bytes)))
    }
}

#[test]
fn rows_of_a_tensor_of_half_a_gigabyte_take_their_own_numbers_and_a_few_megabytes() {
    let header = safetensors(r#"{"a":{"dtype":"F16","shape":[65536,4096],"data_offsets":[0,536870912]}}"#, &[]);
    let files = Zeros(header);
    let checkpoint = block_on(Checkpoint::open_file(&files, FILE)).expect("a sound header");
    let rows = 2048; // 8 million numbers
    let peak = peak(|| assert_eq!(block_on(checkpoint.read_rows(&files, "a", 60_000..60_000 + rows)).expect("zeros").len(), rows * 4096));
    let numbers = rows * 4096 * 4;
    assert!(peak < numbers + (10 << 20), "{peak} bytes for {numbers} bytes of numbers");
}

#[test]
fn a_header_that_is_sound_but_huge_is_refused_unread() {
    let long = [&20_000_000u64.to_le_bytes()[..], b"{"].concat();
    let files = Memory::new("memory", [(FILE, [&long[..], &vec![b' '; 20_000_000]].concat())]);
    let peak = peak(|| drop(refusal(&files)));
    assert!(peak < 1_000_000, "{peak} bytes");
}
