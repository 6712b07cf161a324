//! A thread's own bytes, cut into parts. The same cutting from address 0 says how many bytes a kernel wants.

/// What is left of the scratch.
pub(crate) struct Scratch {
    base: *mut u8,
    used: usize,
}

impl Scratch {
    pub fn new(base: *mut u8) -> Scratch {
        Scratch { base, used: 0 }
    }

    /// So many numbers, from a multiple of 64 bytes on.
    pub fn take<T>(&mut self, count: usize) -> *mut T {
        let part = self.base.wrapping_add(self.used);
        self.used = (self.used + count * size_of::<T>()).next_multiple_of(64);
        part as *mut T
    }

    pub fn used(&self) -> usize {
        self.used
    }
}
