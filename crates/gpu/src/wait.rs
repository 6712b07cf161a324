//! Waiting for a native device. About one that is lost, wgpu has no error there but a panic; here that is an error like any other.

use crate::adapter::Inner;
use decant_graph::Error;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

thread_local! {
    /// Whether this thread is inside of wgpu's waiting.
    static WAITING: Cell<bool> = const { Cell::new(false) };
}

/// `Device::poll`, or [`Error::Lost`].
pub(crate) fn wait(gpu: &Inner, how: wgpu::PollType) -> Result<(), Error> {
    // What wgpu would print of the panic is for its own developers. Panics elsewhere go to the hook that was there before.
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        let previous = take_hook();
        set_hook(Box::new(move |panic| {
            if !WAITING.get() {
                previous(panic);
            }
        }));
    });
    WAITING.set(true);
    // wgpu panics after its own work is done, when it has the driver's answer in its hands: nothing of it is left half-way.
    let polled = catch_unwind(AssertUnwindSafe(|| gpu.device.poll(how)));
    WAITING.set(false);
    match polled {
        Ok(Ok(_)) => gpu.check(),
        Ok(Err(problem)) => Err(Error::Device(format!("waiting for the GPU: {problem}"))),
        Err(_) => Err(gpu.lose("its driver gave up")),
    }
}
