//! Which kernels a GPU takes: asked for, tried out (`--tune`), or remembered from when they were.
//!
//! What was measured lies in the system's folder for what can be made anew, by adapter; it counts while the shaders are the same.

use crate::Failure;
use crate::arguments::GpuKernels;
use decant_gpu::{Gpu, shader};
use decant_graph::tune::{Tuned, tune};
use decant_graph::{Device, KernelChoice};
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::time::Instant;

/// Seconds after which no further class of work is tried.
const BUDGET: f64 = 2.0;

/// From now on the GPU takes what the options say, or what is remembered of it.
pub(crate) fn choose(gpu: &Gpu, options: &GpuKernels) -> Result<(), Failure> {
    if let Some(name) = &options.kernel {
        gpu.choose_kernels(KernelChoice::forced(name));
    } else if options.tune {
        let clock = Instant::now();
        let tuned = pollster::block_on(tune(gpu, BUDGET, &|| clock.elapsed().as_secs_f64(), &mut |_| {}))?;
        tell(&tuned);
        if let Err(problem) = remember(gpu, &tuned.choice) {
            note!("the kernels that were chosen could not be kept for the next time: {problem}");
        }
    } else if let Some(choice) = remembered(gpu) {
        gpu.choose_kernels(choice);
    }
    Ok(())
}

/// What was tried, a line for each.
fn tell(tuned: &Tuned) {
    for one in &tuned.tried {
        let taken = if tuned.choice.tuned.get(one.class).is_some_and(|name| name == one.name) { "taken" } else { "" };
        match one.seconds {
            Some(seconds) => {
                let speed = one.flops as f64 / seconds / 1e9;
                note!("{:16} {:10} {:9.3} ms {speed:9.1} GFLOP/s {taken}", one.class, one.name, seconds * 1e3);
            }
            None => note!("{:16} {:10} computes wrongly on this adapter (error {:.1e}): left out", one.class, one.name, one.error),
        }
    }
    if !tuned.untried.is_empty() {
        note!("no time for {}: there the usual kernels stay", tuned.untried.join(", "));
    }
}

/// The shaders that what is remembered was measured with.
fn shaders() -> String {
    format!("{:016x}", shader::fingerprint())
}

fn remembered(gpu: &Gpu) -> Option<KernelChoice> {
    let all: Value = serde_json::from_slice(&std::fs::read(file()?).ok()?).ok()?;
    let row = &all[gpu.name()];
    let same = row["shaders"].as_str() == Some(&shaders());
    same.then(|| KernelChoice::parse(row["kernels"].as_str().unwrap_or_default()))
}

fn remember(gpu: &Gpu, choice: &KernelChoice) -> Result<(), Failure> {
    let file = file().ok_or("there is no folder for it (XDG_CACHE_HOME, LOCALAPPDATA and HOME are not set)")?;
    let before = std::fs::read(&file).ok().and_then(|bytes| serde_json::from_slice::<Map<String, Value>>(&bytes).ok());
    let mut all = before.unwrap_or_default();
    all.insert(gpu.name(), json!({ "shaders": shaders(), "kernels": choice.to_string() }));
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(file, serde_json::to_string_pretty(&all)?)?)
}

fn file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let folder = set("XDG_CACHE_HOME").or_else(|| set("LOCALAPPDATA")).or_else(|| Some(set("HOME")?.join(".cache")))?;
    Some(folder.join("decant").join("kernels.json"))
}
