//! Work as plain data: which kernel, on which addresses, with which parameters, in how many units.

use core::sync::atomic::{AtomicU32, Ordering};

/// A kernel's number in a [`Call`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Kernel {
    /// [`crate::Product`], place by place.
    Product,
    /// [`crate::Product`] of a 3×3 window and stride 1, as F(2×2, 3×3).
    Winograd,
    /// [`crate::Attention`]: keys and values into panels.
    AttentionPack,
    /// [`crate::Attention`]: queries against all keys.
    Attention,
    /// [`crate::GroupNorm`]: mean and squares of each chunk of rows.
    GroupNormPartial,
    /// [`crate::GroupNorm`]: all chunks into a factor and summand for each channel.
    GroupNormCombine,
    /// [`crate::StackRows`].
    StackRows,
    /// [`crate::LayerNorm`].
    LayerNorm,
    /// [`crate::Flat`]: `x · gelu(gate)`.
    Geglu,
    /// [`crate::Flat`]: `activation(x) · multiply + add`.
    Unary,
    /// [`crate::Flat`]: `a + b`.
    Add,
    /// [`crate::Flat`]: `a · b`.
    Multiply,
    /// [`crate::Flat`]: `a` and one row for each batch entry.
    AddPerBatch,
    /// [`crate::Gather`].
    Gather,
    /// [`crate::Timestep`].
    Timestep,
    /// [`crate::CopyRows`].
    CopyRows,
    /// [`crate::Upsample`].
    Upsample,
    /// [`crate::Flat`]: `max(x, 0)` and so much of what is below, a share for each channel.
    Prelu,
    /// [`crate::PixelShuffle`].
    PixelShuffle,
    /// [`crate::Attention`]: its weights, the mean over heads.
    AttentionWeights,
    /// [`crate::Turn`].
    Turn,
    /// [`crate::Flat`]: an activation's slope times a cotangent.
    ActivationBackward,
    /// [`crate::Flat`]: the way back through [`Kernel::Geglu`].
    GegluBackward,
    /// [`crate::GroupNormBackward`].
    GroupNormBackward,
    /// [`crate::LayerNorm`]: the way back.
    LayerNormBackward,
}

/// One kernel's work. Its slots are addresses of values, weights and scratch in the order that the kernel's parameters say.
#[derive(Debug, Clone, Copy)]
#[repr(C)]
pub struct Call {
    /// A [`Kernel`] as a number.
    pub kernel: u32,
    /// How many parts it falls into, each of which any thread may do.
    pub units: u32,
    /// Addresses.
    pub slots: *const *mut u8,
    /// The kernel's parameters.
    pub params: *const u32,
}

impl Call {
    /// # Safety
    /// The call has that slot.
    #[inline(always)]
    pub(crate) unsafe fn slot<T>(&self, index: usize) -> *mut T {
        *self.slots.add(index) as *mut T
    }

    /// # Safety
    /// The call's parameters are a `P`.
    #[inline(always)]
    pub(crate) unsafe fn params<P>(&self) -> &P {
        &*(self.params as *const P)
    }
}

/// Does the units `first..end` of a call; the same bits whoever does which. Its scratch is the thread's own: as many bytes as the lowering
/// said, beginning at a multiple of 64.
///
/// # Safety
/// The processor has the instruction set; slots and parameters are what the kernel wants; nobody else writes what the call reads or writes.
pub type Run = unsafe fn(call: &Call, first: u32, end: u32, scratch: *mut u8);

/// How far a call is; all zeros before it begins.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Progress {
    /// Units that somebody took.
    pub next: AtomicU32,
    /// Units that are done.
    pub done: AtomicU32,
}

/// What every thread does with a list of calls: takes units of the first until none is left, waits until all are done, goes on to the next.
/// Whoever comes late or is held up between two units keeps nobody waiting. `wait` is called again and again, with the number of times so far.
///
/// # Safety
/// As for [`Run`], for each call; `progress` has one entry for each call and is shared by all who work on the list.
pub unsafe fn walk(run: Run, calls: &[Call], progress: &[Progress], scratch: *mut u8, mut wait: impl FnMut(u32)) {
    for (call, progress) in calls.iter().zip(progress) {
        loop {
            let unit = progress.next.fetch_add(1, Ordering::Relaxed);
            if unit >= call.units {
                break;
            }
            run(call, unit, unit + 1, scratch);
            progress.done.fetch_add(1, Ordering::Release);
        }
        let mut tries = 0;
        while progress.done.load(Ordering::Acquire) < call.units {
            wait(tries);
            tries = tries.saturating_add(1);
        }
    }
}

/// A kernel's parameters: 32-bit words without gaps.
///
/// # Safety
/// The type is `repr(C)` and all of its fields are `u32`, `i32`, `f32` or arrays of them.
pub unsafe trait Words: Sized {
    /// Its words.
    fn words(&self) -> &[u32] {
        // SAFETY: by the trait's contract it is nothing but words.
        unsafe { core::slice::from_raw_parts(self as *const Self as *const u32, size_of::<Self>() / 4) }
    }
}
