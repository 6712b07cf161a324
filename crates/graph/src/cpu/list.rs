//! A list of calls as this process's threads run it: by one thread, or by the pool.

use super::host::Addressed;
use decant_kernels::{Call, Run};

/// Calls with their addresses, as all threads see them.
pub(super) struct List {
    pub run: Run,
    pub calls: Vec<Call>,
    /// Of each thread.
    pub scratch: Vec<*mut u8>,
    /// Only held: the calls point into them.
    _words: (Vec<Vec<*mut u8>>, Vec<Vec<u32>>),
}

// SAFETY: what the addresses lead to is touched by kernels alone, each unit of which is one thread's.
unsafe impl Send for List {}
// SAFETY: the same.
unsafe impl Sync for List {}

impl List {
    /// One scratch for each thread.
    pub fn new(run: Run, calls: Vec<Addressed>, scratch: Vec<*mut u8>) -> List {
        let slots: Vec<Vec<*mut u8>> = calls.iter().map(|call| call.slots.iter().map(|at| *at as usize as *mut u8).collect()).collect();
        let heads: Vec<[u32; 2]> = calls.iter().map(|call| [call.kernel, call.units]).collect();
        let params: Vec<Vec<u32>> = calls.into_iter().map(|call| call.params).collect();
        let call = |i: usize| Call { kernel: heads[i][0], units: heads[i][1], slots: slots[i].as_ptr(), params: params[i].as_ptr() };
        let calls = (0..heads.len()).map(call).collect();
        List { run, calls, scratch, _words: (slots, params) }
    }

    /// All of it on this thread.
    pub fn alone(&self) {
        for call in &self.calls {
            // SAFETY: the lowering made the call for this kernel, and the plan keeps what it reads and writes apart.
            unsafe { (self.run)(call, 0, call.units, self.scratch[0]) };
        }
    }
}
