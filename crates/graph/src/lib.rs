//! What every computation in Decant *means*.
//!
//! A model is written once, as plain functions over [`Var`] handles. [`Graph::finish`] turns it into a [`Program`]: an ordered list of
//! operations with fused epilogues, a memory plan whose peak is known before anything is allocated, and GPU launches as plain data.
//! [`Cpu`] runs a program by the kernels of `decant-kernels`, `decant-gpu` the same program on WebGPU; both are compared with what candle-core
//! makes of it ([`cpu::run`]).
//!
//! This crate knows no model and no wgpu. Activations are channels-last everywhere: `[batch, height, width, channels]` or
//! `[batch, tokens, channels]`, which are the same bytes.
//!
//! ```
//! use decant_graph::{Encoding, Graph, WeightIndex, WeightInfo};
//!
//! let mut index = WeightIndex::new();
//! index.insert("fc1.weight".into(), WeightInfo { shape: vec![3, 2], encoding: Encoding::F32 });
//! let graph = Graph::new(index);
//! let x = graph.input("x", &[1, 2]);
//! graph.output("y", x.linear(graph.weights().at("fc1")).silu());
//! let program = graph.finish()?;
//! assert_eq!(program.steps.len(), 1, "silu is fused into the linear layer");
//! # Ok::<(), decant_graph::Error>(())
//! ```

pub mod cpu;
pub mod backward;
pub mod bench;
pub mod caps;
pub mod check;
pub mod choice;
pub mod device;
pub mod encoding;
pub mod error;
mod draft;
mod fuse;
pub mod gpu_plan;
mod gradient;
pub mod graph;
mod input;
pub mod kept;
mod kernel_choice;
pub mod launch;
pub mod lowering;
mod on_gpu;
pub mod op;
mod plan;
pub mod program;
pub mod tune;
pub mod weights;

pub use caps::Caps;
pub use cpu::{Cpu, Processor};
pub use device::{Device, Executable, LocalFuture, Used, WeightSet};
pub use encoding::{ENCODINGS, Encoding, f16_of, f32_of, position};
pub use error::Error;
pub use gpu_plan::GpuPlan;
pub use graph::{Graph, Var, Weights};
pub use input::Input;
pub use kernel_choice::KernelChoice;
pub use launch::{Kernel, Launch, Limits, Param, Slot};
pub use program::Program;
pub use weights::{LORA_DOWN, LORA_UP, Layout, WeightIndex, WeightInfo, WeightUse};
