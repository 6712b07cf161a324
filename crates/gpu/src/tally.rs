//! The count of a device's memory: [`crate::buffer`] adds and subtracts, the device tells it.

use decant_graph::Used;
use std::cell::Cell;

/// Bytes of the living buffers of one device.
#[derive(Default)]
pub(crate) struct Tally(Cell<Used>);

impl Tally {
    pub fn used(&self) -> Used {
        self.0.get()
    }

    pub fn reset_peak(&self) {
        let now = self.used().now;
        self.0.set(Used { now, peak: now });
    }

    pub fn add(&self, bytes: u64) {
        let Used { now, peak } = self.used();
        self.0.set(Used { now: now + bytes, peak: peak.max(now + bytes) });
    }

    pub fn subtract(&self, bytes: u64) {
        let Used { now, peak } = self.used();
        self.0.set(Used { now: now - bytes, peak });
    }
}
