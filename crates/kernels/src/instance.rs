//! One instance of all kernels for one instruction set. A macro, since an attribute wants its features spelled out.

/// `instance!(type, "features")` makes `run` (a [`crate::Run`]) and the register tiles of each width.
#[macro_export]
#[doc(hidden)]
macro_rules! instance {
    ($simd:ty $(, $features:literal)?) => {
        pub(crate) use instance::run;

        mod instance {
            use $crate::call::{Call, Kernel};
            use $crate::simd::Simd;
            use $crate::tile::tile as compute;
            use $crate::work::Work;

            const ROWS: usize = <$simd>::ROWS;
            const VECTORS: usize = <$simd>::TILE.vectors;

            #[cfg_attr(target_arch = "wasm32", inline(never))]
            $(#[target_feature(enable = $features)])?
            unsafe fn tile_1(work: &Work) {
                compute::<$simd, ROWS, 1>(work);
            }

            #[cfg_attr(target_arch = "wasm32", inline(never))]
            $(#[target_feature(enable = $features)])?
            unsafe fn tile_2(work: &Work) {
                compute::<$simd, ROWS, 2>(work);
            }

            #[cfg_attr(target_arch = "wasm32", inline(never))]
            $(#[target_feature(enable = $features)])?
            unsafe fn tile_all(work: &Work) {
                compute::<$simd, ROWS, VECTORS>(work);
            }

            #[inline(always)]
            pub(super) unsafe fn tile(vectors: usize, work: &Work) {
                match vectors {
                    _ if vectors == VECTORS => tile_all(work),
                    2 => tile_2(work),
                    _ => tile_1(work),
                }
            }

            $(#[target_feature(enable = $features)])?
            pub(crate) unsafe fn run(call: &Call, first: u32, end: u32, scratch: *mut u8) {
                let units = first as usize..end as usize;
                $crate::dispatch!($simd, call, units, scratch);
            }
        }
    };
}

/// The kernel of each number.
#[macro_export]
#[doc(hidden)]
macro_rules! dispatch {
    ($simd:ty, $call:ident, $units:ident, $scratch:ident) => {{
        const PRODUCT: u32 = Kernel::Product as u32;
        const WINOGRAD: u32 = Kernel::Winograd as u32;
        const ATTENTION_PACK: u32 = Kernel::AttentionPack as u32;
        const ATTENTION: u32 = Kernel::Attention as u32;
        const GROUP_NORM_PARTIAL: u32 = Kernel::GroupNormPartial as u32;
        const GROUP_NORM_COMBINE: u32 = Kernel::GroupNormCombine as u32;
        const STACK_ROWS: u32 = Kernel::StackRows as u32;
        const LAYER_NORM: u32 = Kernel::LayerNorm as u32;
        const GEGLU: u32 = Kernel::Geglu as u32;
        const UNARY: u32 = Kernel::Unary as u32;
        const ADD: u32 = Kernel::Add as u32;
        const MULTIPLY: u32 = Kernel::Multiply as u32;
        const ADD_PER_BATCH: u32 = Kernel::AddPerBatch as u32;
        const GATHER: u32 = Kernel::Gather as u32;
        const TIMESTEP: u32 = Kernel::Timestep as u32;
        const COPY_ROWS: u32 = Kernel::CopyRows as u32;
        const UPSAMPLE: u32 = Kernel::Upsample as u32;
        const PRELU: u32 = Kernel::Prelu as u32;
        const PIXEL_SHUFFLE: u32 = Kernel::PixelShuffle as u32;
        const ATTENTION_WEIGHTS: u32 = Kernel::AttentionWeights as u32;
        const TURN: u32 = Kernel::Turn as u32;
        const ACTIVATION_BACKWARD: u32 = Kernel::ActivationBackward as u32;
        const GEGLU_BACKWARD: u32 = Kernel::GegluBackward as u32;
        const GROUP_NORM_BACKWARD: u32 = Kernel::GroupNormBackward as u32;
        const LAYER_NORM_BACKWARD: u32 = Kernel::LayerNormBackward as u32;
        match $call.kernel {
            PRODUCT => $crate::product::units::<$simd>($call, $units, $scratch),
            WINOGRAD => $crate::winograd::units::<$simd>($call, $units, $scratch),
            ATTENTION_PACK => $crate::attention::pack::<$simd>($call, $units),
            ATTENTION => $crate::attention::units::<$simd>($call, $units, $scratch),
            ATTENTION_WEIGHTS => $crate::attention::weights::<$simd>($call, $units, $scratch),
            GROUP_NORM_PARTIAL => $crate::group_norm::partial::<$simd>($call, $units, $scratch),
            GROUP_NORM_COMBINE => $crate::group_norm::combine($call, $units),
            STACK_ROWS => $crate::rows::stack_rows::<$simd>($call, $units, $scratch),
            LAYER_NORM => $crate::layer_norm::units::<$simd>($call, $units),
            GEGLU => $crate::flat::geglu::<$simd>($call, $units),
            UNARY => $crate::flat::unary::<$simd>($call, $units),
            ADD => $crate::flat::add::<$simd>($call, $units),
            MULTIPLY => $crate::flat::multiply::<$simd>($call, $units),
            ADD_PER_BATCH => $crate::flat::add_per_batch::<$simd>($call, $units),
            GATHER => $crate::rows::gather($call, $units),
            TIMESTEP => $crate::rows::timestep($call, $units),
            COPY_ROWS => $crate::rows::copy_rows($call, $units),
            UPSAMPLE => $crate::rows::upsample($call, $units),
            PRELU => $crate::flat::prelu::<$simd>($call, $units),
            PIXEL_SHUFFLE => $crate::rows::pixel_shuffle($call, $units),
            TURN => $crate::turn::turn::<$simd>($call, $units),
            ACTIVATION_BACKWARD => $crate::backward::activation::<$simd>($call, $units),
            GEGLU_BACKWARD => $crate::backward::geglu::<$simd>($call, $units),
            GROUP_NORM_BACKWARD => $crate::backward::group_norm($call, $units),
            LAYER_NORM_BACKWARD => $crate::backward::layer_norm($call, $units),
            _ => {}
        }
    }};
}
