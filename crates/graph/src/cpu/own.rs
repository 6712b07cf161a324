//! This process's own memory and threads as a host for kernels.

use super::host::{Addressed, Host, Memory, Prepared, Scratch};
use super::list::List;
use crate::{Error, LocalFuture, Used};
use decant_kernels::{Run, Set};
use std::alloc::{Layout, alloc, dealloc};
use std::cell::Cell;
use std::ptr::NonNull;
use std::rc::Rc;
use std::sync::Arc;

/// Allocations begin at multiples of this: a cache line.
const LINE: usize = 64;

pub(super) struct OwnHost {
    set: Set,
    run: Run,
    threads: usize,
    used: Rc<Cell<Used>>,
}

impl OwnHost {
    /// With the kernels of a set, where this build has them. Whoever asks knows that the processor has the instructions.
    pub fn new(set: Set, threads: usize) -> Option<OwnHost> {
        set.run().map(|run| OwnHost { set, run, threads, used: Rc::default() })
    }

    fn block(&self, bytes: u64) -> Result<Block, Error> {
        let short = || Error::OutOfMemory(format!("there is no room for {bytes} bytes more; a smaller or quantized model may fit"));
        let size = usize::try_from(bytes).map_err(|_| short())?.max(LINE);
        let layout = Layout::from_size_align(size, LINE).map_err(|_| short())?;
        // SAFETY: the layout is not empty.
        let begin = NonNull::new(unsafe { alloc(layout) }).ok_or_else(short)?;
        let used = &self.used;
        let now = used.get().now + size as u64;
        used.set(Used { now, peak: used.get().peak.max(now) });
        Ok(Block { begin, layout, used: used.clone() })
    }
}

impl Host for OwnHost {
    fn set(&self) -> Set {
        self.set
    }

    fn threads(&self) -> usize {
        self.threads
    }

    fn allocate(&self, bytes: u64) -> Result<Rc<dyn Memory>, Error> {
        Ok(Rc::new(self.block(bytes)?))
    }

    fn prepare(&self, calls: Vec<Addressed>, scratch: Scratch) -> Result<Box<dyn Prepared>, Error> {
        let of_thread = |i: usize| (scratch.address + i as u64 * scratch.each) as usize as *mut u8;
        let list = List::new(self.run, calls, (0..self.threads).map(of_thread).collect());
        Ok(Box::new(OwnPrepared(Arc::new(list))))
    }

    fn used(&self) -> Used {
        self.used.get()
    }

    fn reset_peak(&self) {
        let now = self.used.get().now;
        self.used.set(Used { now, peak: now });
    }
}

/// Allocated bytes.
struct Block {
    begin: NonNull<u8>,
    layout: Layout,
    used: Rc<Cell<Used>>,
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: it was allocated with this layout, and nobody else gives it back.
        unsafe { dealloc(self.begin.as_ptr(), self.layout) };
        let Used { now, peak } = self.used.get();
        self.used.set(Used { now: now - self.layout.size() as u64, peak });
    }
}

impl Block {
    /// Where so many bytes lie.
    fn range(&self, at: u64, length: usize) -> *mut u8 {
        let inside = usize::try_from(at).is_ok_and(|at| at.checked_add(length).is_some_and(|end| end <= self.layout.size()));
        assert!(inside, "the plan gives every value its bytes: {length} at {at} of {}", self.layout.size());
        self.begin.as_ptr().wrapping_add(at as usize)
    }
}

impl Memory for Block {
    fn address(&self) -> u64 {
        self.begin.as_ptr() as u64
    }

    fn write(&self, at: u64, bytes: &[u8]) {
        // SAFETY: the range lies inside, and no kernel runs while its host copies.
        unsafe { self.range(at, bytes.len()).copy_from_nonoverlapping(bytes.as_ptr(), bytes.len()) };
    }

    fn read(&self, at: u64, to: &mut [u8]) {
        // SAFETY: as for `write`.
        unsafe { self.range(at, to.len()).copy_to_nonoverlapping(to.as_mut_ptr(), to.len()) };
    }
}

struct OwnPrepared(Arc<List>);

impl Prepared for OwnPrepared {
    fn run<'a>(&'a self) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async {
            #[cfg(not(target_arch = "wasm32"))]
            super::pool::run(&self.0);
            #[cfg(target_arch = "wasm32")]
            self.0.alone();
            Ok(())
        })
    }
}
