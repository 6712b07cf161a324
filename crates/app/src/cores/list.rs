//! A list of calls in the memory beside this program's, as the module of kernels reads it.

use super::{Block, Shared};
use decant_graph::cpu::host::{Addressed, Memory, Prepared, Scratch};
use decant_graph::{Error, LocalFuture};
use std::rc::Rc;

pub(super) struct List {
    shared: Rc<Shared>,
    /// Calls, their slots and their parameters.
    words: Block,
    /// Two words for each call, see `decant_kernels::Progress`.
    progress: Block,
    count: usize,
    scratch: Scratch,
}

/// Words of a `decant_kernels::Call` in 32 bits: kernel, units, the addresses of slots and of parameters.
const CALL: usize = 4;

impl List {
    pub fn new(shared: &Rc<Shared>, calls: &[Addressed], scratch: Scratch) -> Result<List, Error> {
        let numbers = calls.iter().map(|call| CALL + call.slots.len() + call.params.len()).sum::<usize>();
        let words = shared.block(4 * numbers as u64)?;
        let (mut heads, mut rest) = (vec![], vec![]);
        let address = |at: usize| words.address() as u32 + 4 * at as u32;
        for call in calls {
            let slots = address(CALL * calls.len() + rest.len());
            rest.extend(call.slots.iter().map(|slot| *slot as u32));
            let params = address(CALL * calls.len() + rest.len());
            rest.extend(&call.params);
            heads.extend([call.kernel, call.units, slots, params]);
        }
        let bytes: Vec<u8> = heads.iter().chain(&rest).flat_map(|word| word.to_le_bytes()).collect();
        words.write(0, &bytes);
        let progress = shared.block(8 * calls.len() as u64)?;
        Ok(List { shared: shared.clone(), words, progress, count: calls.len(), scratch })
    }
}

impl Prepared for List {
    fn run<'a>(&'a self) -> LocalFuture<'a, Result<(), Error>> {
        Box::pin(async {
            if self.count > 0 {
                self.progress.write(0, &vec![0; 8 * self.count]);
                let [words, progress, scratch] = [self.words.address(), self.progress.address(), self.scratch.address].map(|at| at as u32);
                self.shared.cores.run(words, self.count as u32, progress, scratch, self.scratch.each as u32);
            }
            Ok(())
        })
    }
}
