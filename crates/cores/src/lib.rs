//! The CPU's kernels as a WebAssembly module of their own, on a memory that is handed in: so that instructions which not every browser has cost
//! kilobytes and not a second program, and so that several workers can compute on one memory. It is built twice (`./build.sh`), with and without
//! relaxed SIMD. What is in the memory, `decant-app` decides (`host.rs`); who works when, `web/worker/cores.js`. Elsewhere there is nothing in it.

#![cfg_attr(target_arch = "wasm32", no_std)]

#[cfg(target_arch = "wasm32")]
mod module {
    use decant_kernels::{Call, Progress, Run, Set, walk};

    #[cfg(target_feature = "relaxed-simd")]
    const SET: Set = Set::RelaxedSimd;
    #[cfg(not(target_feature = "relaxed-simd"))]
    const SET: Set = Set::Simd128;

    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        /// Lets others go first, for as long as a unit may take.
        fn pause();
    }

    /// Looks at the others' progress before a worker goes to sleep for a while: some ten microseconds, longer than most units differ.
    const SPINS: u32 = 2000;

    /// Works on a list of calls until all of it is done: what each worker does, with scratch of its own.
    ///
    /// # Safety
    /// As for [`walk`]; the addresses lead to so many calls, and as many entries of progress.
    #[unsafe(no_mangle)]
    unsafe extern "C" fn work(calls: *const Call, count: usize, progress: *const Progress, scratch: *mut u8) {
        // SAFETY: the caller's promise.
        let (calls, progress) = unsafe { (core::slice::from_raw_parts(calls, count), core::slice::from_raw_parts(progress, count)) };
        // SAFETY: this module has its instruction set's kernels; the rest is the caller's promise, and `pause` touches nothing.
        unsafe { walk(run(), calls, progress, scratch, |tries| if tries < SPINS { core::hint::spin_loop() } else { pause() }) };
    }

    fn run() -> Run {
        match SET.run() {
            Some(run) => run,
            None => core::arch::wasm32::unreachable(),
        }
    }

    /// Kernels do not panic; what the compiler cannot rule out stops the module.
    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo) -> ! {
        core::arch::wasm32::unreachable()
    }
}
