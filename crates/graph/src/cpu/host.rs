//! Where kernels run and their memory lies: this process's own, or a module's beside it (a browser's, on shared memory, with workers). What
//! is on this side of the edge packs weights, plans arenas and lowers programs; a host allocates, copies, and runs lists of calls.

use crate::{Error, LocalFuture, Used};
use decant_kernels::Set;
use std::rc::Rc;

/// A machine for kernels.
pub trait Host {
    /// Its instruction set: decides how weights are packed and programs lowered.
    fn set(&self) -> Set;
    /// Threads that work on a list, the caller's included.
    fn threads(&self) -> usize;
    /// So many bytes, from a multiple of 64 on, given back when the last handle is dropped. What they hold is unknown.
    fn allocate(&self, bytes: u64) -> Result<Rc<dyn Memory>, Error>;
    /// Makes a list of calls ready. Whoever asks keeps the memory alive that the addresses lie in.
    fn prepare(&self, calls: Vec<Addressed>, scratch: Scratch) -> Result<Box<dyn Prepared>, Error>;
    /// Bytes that are allocated, scratch included.
    fn used(&self) -> Used;
    /// From now on [`Used::peak`] is the most since now.
    fn reset_peak(&self);
}

/// Bytes of a host's memory.
pub trait Memory {
    /// Where they begin, as kernels see it.
    fn address(&self) -> u64;
    /// Copies bytes in, `at` bytes after the beginning.
    fn write(&self, at: u64, bytes: &[u8]);
    /// Copies bytes out.
    fn read(&self, at: u64, to: &mut [u8]);
}

/// A list of calls, ready to run again and again.
pub trait Prepared {
    /// Runs it: each call sees what the ones before it wrote.
    fn run<'a>(&'a self) -> LocalFuture<'a, Result<(), Error>>;
}

/// Where threads keep what is theirs alone: one after the other, as many as the host has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scratch {
    /// Of the first thread.
    pub address: u64,
    /// Bytes of each, a multiple of 64.
    pub each: u64,
}

/// One call with addresses in place of slots.
#[derive(Debug, Clone, PartialEq)]
pub struct Addressed {
    /// A [`decant_kernels::Kernel`] as a number.
    pub kernel: u32,
    /// Parts that any thread may do.
    pub units: u32,
    /// Where its operands, its result and its shared scratch lie.
    pub slots: Vec<u64>,
    /// The kernel's own parameters.
    pub params: Vec<u32>,
}
