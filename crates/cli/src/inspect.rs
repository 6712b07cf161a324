//! `decant inspect`: what a model is, without computing anything.

use crate::arguments::Inspect;
use crate::device::Guaranteed;
use crate::{Failure, device, model, source};
use decant_graph::cpu::Way;
use decant_graph::op::gpu_candidates;
use decant_graph::{Device, Limits, Processor, Program};
use decant_sd::error::bytes;
use decant_sd::pipeline::Pipeline;
use decant_solver::Sampler;
use std::collections::BTreeMap;
use std::rc::Rc;

pub(crate) fn run(options: &Inspect) -> Result<(), Failure> {
    let processor = device::processor(&options.cores)?;
    let files = source::open(&options.model)?;
    let model = pollster::block_on(Pipeline::open(files, Rc::new(Guaranteed), model::options(None, &options.opening)?))?;
    source::confirm()?;
    let (config, defaults) = (model.config(), model.defaults());
    let (width, height) = (options.width.unwrap_or(defaults.width), options.height.unwrap_or(defaults.height));
    let described = model.described(width, height, true)?; // refuses a size before anything is said
    say!("{}: {}", config.title, config.family);
    say!("files          {}", model.opened());
    say!(
        "text encoder   {} layers, width {}, {} tokens",
        config.text.num_hidden_layers,
        config.text.hidden_size,
        config.text.max_position_embeddings
    );
    if let Some(second) = &config.text_2 {
        let projected = second.projection_dim.unwrap_or(second.hidden_size);
        say!("               {} layers, width {}, pooled to {projected}", second.num_hidden_layers, second.hidden_size);
    }
    say!(
        "unet           channels {:?}, heads {:?}, text width {}",
        config.unet.block_out_channels,
        config.unet.num_attention_heads,
        config.unet.cross_attention_dim
    );
    say!(
        "autoencoder    ×{}, {} latent channels, scaling factor {}",
        model.factor(),
        config.vae.latent_channels(),
        config.vae.scaling_factor()
    );
    say!("scheduler      {} ({:?} prediction)", config.scheduler.class, config.scheduler.config.prediction_type);
    say!(
        "defaults       {} steps of {}, guidance {}, {}×{}",
        defaults.steps,
        defaults.sampler.row().name,
        defaults.guidance,
        defaults.width,
        defaults.height
    );
    for gear in &config.gears {
        let sampler = Sampler::from_id(&gear.sampler)?.row().name;
        say!("gear {:10}{} steps of {sampler}, guidance {}, with its LoRA {}", gear.name, gear.steps, gear.guidance, gear.lora);
    }
    if let Some(upscaler) = &config.upscaler {
        say!("upscaler       {upscaler} (--upscale {upscaler})");
    }
    if !config.words.is_empty() {
        say!("paints         {} things: {}", config.words.len(), config.words.join(", "));
    }
    for (index, prompt) in config.examples.iter().enumerate() {
        say!("{:15}{prompt}", if index == 0 { "for instance" } else { "" });
    }
    say!("");
    for component in model.components() {
        let tensors = component.checkpoint().tensors();
        let mut kinds: BTreeMap<String, (usize, u64, u64)> = BTreeMap::new();
        for tensor in tensors.values() {
            let kind = kinds.entry(format!("{:?}", tensor.dtype)).or_default();
            *kind = (kind.0 + 1, kind.1 + tensor.shape.iter().product::<usize>() as u64, kind.2 + tensor.range.end - tensor.range.start);
        }
        for (kind, (count, numbers, size)) in kinds {
            say!("{:14} {count} tensors of {kind}, {:.1} M numbers, {}", component.name(), numbers as f64 / 1e6, bytes(size));
        }
        if options.tensors {
            for (name, tensor) in tensors {
                say!("  {name} {:?} {:?}", tensor.shape, tensor.dtype);
            }
        }
    }
    say!("");
    predict(&model, width, height)?;
    for (name, program) in described {
        match program.does_not_fit(&Limits::default()) {
            Some(problem) => say!("{name}: beyond what WebGPU guarantees: {problem}"),
            None => say!(
                "{name}: {:.2} GFLOP in {} launches, within what WebGPU guarantees",
                program.flops() as f64 / 1e9,
                program.anywhere().launches(&program).count()
            ),
        }
        say!("{:width$}  on a GPU: {}", "", on_gpu(&program), width = name.len());
        say!("{:width$}  {}", "", on_cpu(&processor, &program), width = name.len());
        if options.programs {
            say!("{program}");
        }
    }
    Ok(())
}

/// Which kernels a program runs on a GPU that nothing was measured on, by operation: `conv2d tall 52, split 14; attention q2 16, q1 16`.
fn on_gpu(program: &Program) -> String {
    let mut taken: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    let (plan, named) = (program.anywhere(), gpu_candidates());
    for (step, chosen) in program.steps.iter().zip(&plan.steps) {
        let several = chosen.gpu.as_ref().is_ok_and(|way| named.contains(way.name));
        if let (true, Ok(way)) = (several, &chosen.gpu) {
            *taken.entry(step.op.name()).or_default().entry(way.name).or_default() += 1;
        }
    }
    let row = |(op, names): (&str, BTreeMap<&str, usize>)| {
        let mut names: Vec<(&str, usize)> = names.into_iter().collect();
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let counted: Vec<String> = names.iter().map(|(name, count)| format!("{name} {count}")).collect();
        format!("{op} {}", counted.join(", "))
    };
    taken.into_iter().map(row).collect::<Vec<_>>().join("; ")
}

/// Which kernels a program runs on the CPU, and what it takes there.
fn on_cpu(processor: &Processor, program: &Program) -> String {
    let lowered = processor.lowered(program);
    let taken = |wanted: &str| lowered.ways.iter().filter(|way| matches!(way, Way::Kernels(name, _) if *name == wanted)).count();
    let candle = lowered.ways.iter().filter(|way| **way == Way::Candle).count();
    let left = if candle > 0 { format!(", {candle} steps left to candle") } else { String::new() };
    let sizes = [processor.weight_bytes(program), processor.run_bytes(program)].map(bytes);
    let convolutions = format!("convolutions {} by F(2×2, 3×3), {} directly", taken("winograd"), taken("direct"));
    format!("on the CPU ({}): {convolutions}{left}; weights {}, the rest {}", processor.path().unwrap_or_default(), sizes[0], sizes[1])
}

/// What each way to keep weights comes to, on a GPU of which only WebGPU's guarantees are known.
fn predict(model: &Pipeline, width: usize, height: usize) -> Result<(), Failure> {
    for (words, guided) in [("with guidance", true), ("without", false)] {
        say!("GPU memory at {width}×{height} {words}");
        say!("  {:10} {:>9} {:>9} {:>9}", "weights as", "to read", "weights", "peak");
        for prediction in model.predictions(width, height, guided)? {
            let memory = &prediction.memory;
            let name = prediction.encoding.map_or("the files", |encoding| encoding.row().name);
            let sizes = [prediction.file_bytes, memory.weights(), memory.peak()].map(bytes);
            let how = memory.problem().map_or_else(|| memory.placement.to_string(), |problem| format!("does not fit: {problem}"));
            say!("  {name:10} {:>9} {:>9} {:>9}  {how}", sizes[0], sizes[1], sizes[2]);
        }
    }
    Ok(())
}
