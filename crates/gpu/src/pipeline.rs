//! Compiled kernels, each made once per device.

use crate::shader;
use decant_graph::{Error, Launch, Slot};
use std::cell::RefCell;
use std::collections::HashMap;

/// Pipelines by [`shader::name`].
#[derive(Default)]
pub(crate) struct Pipelines(RefCell<HashMap<String, wgpu::ComputePipeline>>);

impl Pipelines {
    /// The launch's pipeline, compiled at its first use.
    pub fn get(&self, device: &wgpu::Device, launch: &Launch) -> Result<wgpu::ComputePipeline, Error> {
        let name = shader::name(&launch.kernel);
        if let Some(pipeline) = self.0.borrow().get(&name) {
            return Ok(pipeline.clone());
        }
        let pipeline = compile(device, launch, &name)?;
        self.0.borrow_mut().insert(name, pipeline.clone());
        Ok(pipeline)
    }
}

fn compile(device: &wgpu::Device, launch: &Launch, name: &str) -> Result<wgpu::ComputePipeline, Error> {
    let source = shader::compose(&launch.kernel)?;
    let descriptor = wgpu::ShaderModuleDescriptor { label: Some(name), source: wgpu::ShaderSource::Wgsl(source.into()) };
    // Natively wgpu would count every loop's turns, so that none is endless: ours end by their parameters, and a short one takes twice as long.
    // What is read and written stays checked.
    let checks = wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..wgpu::ShaderRuntimeChecks::checked() };
    // SAFETY: only kernels of `shaders/` come here, and each of their loops counts up to a bound that does not move.
    let module = unsafe { device.create_shader_module_trusted(descriptor, checks) };
    let mut entries = vec![entry(0, wgpu::BufferBindingType::Uniform)];
    for (i, slot) in launch.slots.iter().enumerate() {
        let read_only = matches!(slot, Slot::Operand(..) | Slot::ReadScratch(_));
        entries.push(entry(i as u32 + 1, wgpu::BufferBindingType::Storage { read_only }));
    }
    let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(name), entries: &entries });
    let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
        label: Some(name),
        bind_group_layouts: &[Some(&layout)],
        ..Default::default()
    });
    Ok(device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
        label: Some(name),
        layout: Some(&layout),
        module: &module,
        entry_point: Some("main"),
        compilation_options: wgpu::PipelineCompilationOptions {
            // Every kernel writes its workgroup memory before reading it.
            zero_initialize_workgroup_memory: false,
            ..Default::default()
        },
        cache: None,
    }))
}

fn entry(binding: u32, ty: wgpu::BufferBindingType) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
