//! Runs a [`decant_graph::Program`] on WebGPU: the same WGSL natively (Vulkan, Metal, Direct3D 12) and in the browser.
//!
//! Buffers, bind groups and pipelines are made once per program and replayed; only inputs are written and outputs read from run to run.
//! This crate knows no operation by name: it sees launches, which are plain data.
//!
//! ```no_run
//! use decant_graph::{Device, Graph, Input, WeightIndex};
//! use std::rc::Rc;
//! # async fn example() -> Result<(), decant_graph::Error> {
//! let gpu = decant_gpu::Gpu::request().await?;
//! let graph = Graph::new(WeightIndex::new());
//! graph.output("y", graph.input("x", &[1, 4]).silu());
//! let mut ready = gpu.weight_set().ready(Rc::new(graph.finish()?)).await?;
//! let y = ready.run(&[("x", Input::F32(&[0.0, 1.0, 2.0, 3.0]))]).await?;
//! # Ok(()) }
//! ```

mod adapter;
mod buffer;
mod clock;
mod device;
mod pipeline;
mod read;
mod ready;
pub mod shader;
mod tally;
#[cfg(not(target_arch = "wasm32"))]
mod wait;
mod weights;

pub use adapter::{Adapter, Gpu};
