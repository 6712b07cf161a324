//! A program made ready on a GPU: its buffers, uniforms, bind groups and pipelines, replayed at each run.

use crate::adapter::Gpu;
use crate::buffer::Buffer;
use crate::clock::seconds;
use crate::read::read;
use crate::shader;
use decant_graph::device::Timing;
use decant_graph::kept::Kept;
use decant_graph::program::ValueRef;
use decant_graph::{Device, Error, Executable, GpuPlan, Input, LocalFuture, Program, Slot};
use std::rc::Rc;

/// Uniforms start at multiples of this: WebGPU's guaranteed alignment.
const UNIFORM_ALIGNMENT: usize = 256;
/// A submission ends after this much work, so that no driver takes it for a hang, and others who draw on the same GPU come in between.
const SUBMISSION_SECONDS: f64 = 0.1;
/// The same in arithmetic operations, where nothing was measured yet: at 1 TFLOP/s.
const SUBMISSION_FLOPS: u64 = 100_000_000_000;
/// The same for a CPU in disguise, at about 2 GFLOP/s.
const SOFTWARE_SUBMISSION_FLOPS: u64 = 1_000_000_000;
/// Timestamps that one query set holds.
const QUERIES: u32 = 4096;

pub(crate) struct Ready {
    gpu: Gpu,
    program: Rc<Program>,
    plan: Rc<GpuPlan>,
    buffers: Vec<Buffer>,
    staging: Buffer,
    dispatches: Vec<Dispatch>,
    /// So many of them run only when a kept input changed.
    prelude: usize,
    kept: Kept,
    /// Only held: the bind groups use them.
    _uniform: Buffer,
    _weights: Vec<Rc<Buffer>>,
}

struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    bindings: wgpu::BindGroup,
    groups: [u32; 3],
    flops: u64,
    label: String,
}

impl Ready {
    /// Allocates what the plan says. `weights` are in the program's order.
    pub async fn new(gpu: Gpu, program: Rc<Program>, weights: Vec<Rc<Buffer>>) -> Result<Ready, Error> {
        gpu.0.check()?;
        let plan = gpu.on_gpu(&program);
        if let Some(problem) = plan.does_not_fit(&program) {
            return Err(Error::Device(format!("this does not fit {}: {problem}", gpu.0.adapter.name)));
        }
        let inner = gpu.0.clone();
        let what = format!("{} bytes of activations", plan.activation_bytes());
        inner.guarded(&what, || allocate(gpu, program, plan, weights)).await
    }

    /// Kept ones only where they changed.
    fn write_inputs(&self, given: &[Input], same: bool) {
        for (input, given) in self.program.inputs.iter().zip(given).filter(|(input, _)| !(same && input.kept)) {
            let bytes: &[u8] = match given {
                Input::F32(numbers) => bytemuck::cast_slice(numbers),
                Input::U32(ids) => bytemuck::cast_slice(ids),
            };
            self.gpu.0.queue.write_buffer(&self.buffers[self.plan.values[input.value]], 0, bytes);
        }
    }

    fn submit(&self, dispatches: &[Dispatch]) {
        let gpu = &self.gpu.0;
        let measured = (gpu.speed.get() * SUBMISSION_SECONDS) as u64;
        let most = if gpu.adapter.software { SOFTWARE_SUBMISSION_FLOPS } else { SUBMISSION_FLOPS.max(measured) };
        let mut rest = dispatches;
        loop {
            let mut flops = 0;
            let count = rest
                .iter()
                .take_while(|d| {
                    let go = flops < most;
                    flops += d.flops;
                    go
                })
                .count();
            let (now, later) = rest.split_at(count);
            let mut encoder = gpu.device.create_command_encoder(&Default::default());
            {
                let mut pass = encoder.begin_compute_pass(&Default::default());
                now.iter().for_each(|dispatch| dispatch.record(&mut pass));
            }
            if later.is_empty() {
                self.copy_outputs(&mut encoder);
            }
            gpu.queue.submit([encoder.finish()]);
            rest = later;
            if rest.is_empty() {
                break;
            }
        }
    }

    fn copy_outputs(&self, encoder: &mut wgpu::CommandEncoder) {
        let mut at = 0;
        for (_, value) in &self.program.outputs {
            let bytes = self.output_bytes(*value);
            encoder.copy_buffer_to_buffer(&self.buffers[self.plan.values[*value]], 0, &self.staging, at, bytes);
            at += bytes;
        }
    }

    fn output_bytes(&self, value: usize) -> u64 {
        self.program.values[value].shape.iter().product::<usize>() as u64 * 4
    }

    async fn run_once(&mut self, inputs: &[(&str, Input<'_>)]) -> Result<Vec<Vec<f32>>, Error> {
        self.gpu.0.check()?;
        let given = self.program.match_inputs(inputs)?;
        let mut kept = std::mem::take(&mut self.kept);
        let same = kept.same(&self.program, &given);
        self.write_inputs(&given, same);
        let dispatches = &self.dispatches[if same { self.prelude } else { 0 }..];
        let start = seconds();
        self.submit(dispatches);
        let bytes = read(&self.gpu.0, &self.staging).await?;
        self.gpu.0.measured(dispatches.iter().map(|dispatch| dispatch.flops).sum(), seconds() - start);
        kept.ran(&self.program, &given);
        self.kept = kept;
        let mut rest = bytes.as_slice();
        let mut outputs = vec![];
        for (_, value) in &self.program.outputs {
            let (now, later) = rest.split_at(self.output_bytes(*value) as usize);
            outputs.push(bytemuck::pod_collect_to_vec(now));
            rest = later;
        }
        Ok(outputs)
    }

    /// One pass per launch with a timestamp at either end.
    async fn profile_once(&mut self, inputs: &[(&str, Input<'_>)]) -> Result<Vec<Timing>, Error> {
        if !self.gpu.0.adapter.timestamps {
            return Err(Error::Device(format!("{} offers no timestamp queries", self.gpu.0.adapter.name)));
        }
        self.kept.forget();
        self.write_inputs(&self.program.match_inputs(inputs)?, false);
        let mut timings = vec![];
        for part in self.dispatches.chunks(QUERIES as usize / 2) {
            timings.extend(self.profile_part(part).await?);
        }
        Ok(timings)
    }

    async fn profile_part(&self, part: &[Dispatch]) -> Result<Vec<Timing>, Error> {
        let gpu = &self.gpu.0;
        let count = part.len() as u32 * 2;
        let set = gpu.device.create_query_set(&wgpu::QuerySetDescriptor { label: None, ty: wgpu::QueryType::Timestamp, count });
        let buffer = |usage| Buffer::new(&self.gpu, count as u64 * 8, usage);
        let resolved = buffer(wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC);
        let staging = buffer(wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);
        for (i, dispatch) in part.iter().enumerate() {
            let mut encoder = gpu.device.create_command_encoder(&Default::default());
            {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                    label: None,
                    timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                        query_set: &set,
                        beginning_of_pass_write_index: Some(2 * i as u32),
                        end_of_pass_write_index: Some(2 * i as u32 + 1),
                    }),
                });
                dispatch.record(&mut pass);
            }
            gpu.queue.submit([encoder.finish()]);
        }
        let mut encoder = gpu.device.create_command_encoder(&Default::default());
        encoder.resolve_query_set(&set, 0..count, &resolved, 0);
        encoder.copy_buffer_to_buffer(&resolved, 0, &staging, 0, count as u64 * 8);
        gpu.queue.submit([encoder.finish()]);
        let ticks: Vec<u64> = bytemuck::pod_collect_to_vec(&read(gpu, &staging).await?);
        let period = gpu.queue.get_timestamp_period() as f64 * 1e-9;
        let timing = |(ticks, d): (&[u64; 2], &Dispatch)| Timing {
            label: d.label.clone(),
            seconds: ticks[1].saturating_sub(ticks[0]) as f64 * period,
            flops: d.flops,
        };
        Ok(ticks.as_chunks::<2>().0.iter().zip(part).map(timing).collect())
    }
}

impl Dispatch {
    fn record(&self, pass: &mut wgpu::ComputePass) {
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bindings, &[]);
        pass.dispatch_workgroups(self.groups[0], self.groups[1], self.groups[2]);
    }
}

impl Executable for Ready {
    fn run<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Vec<f32>>, Error>> {
        Box::pin(self.run_once(inputs))
    }

    fn profile<'a>(&'a mut self, inputs: &'a [(&'a str, Input<'a>)]) -> LocalFuture<'a, Result<Vec<Timing>, Error>> {
        Box::pin(self.profile_once(inputs))
    }
}

/// Bytes of all that [`Ready::new`] allocates: activations, what is read back, and uniforms.
pub(crate) fn run_bytes(program: &Program, plan: &GpuPlan) -> u64 {
    let sizes = plan.buffers.iter().copied().chain([read_back_bytes(program), uniforms(program, plan).1.len() as u64]);
    sizes.map(Buffer::real_size).sum()
}

fn read_back_bytes(program: &Program) -> u64 {
    program.outputs.iter().map(|(_, v)| program.values[*v].shape.iter().product::<usize>() as u64 * 4).sum()
}

fn allocate(gpu: Gpu, program: Rc<Program>, plan: Rc<GpuPlan>, weights: Vec<Rc<Buffer>>) -> Result<Ready, Error> {
    let device = &gpu.0.device;
    let usage = wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
    let buffer = |size: u64, usage| Buffer::new(&gpu, size, usage);
    let buffers: Vec<Buffer> = plan.buffers.iter().map(|size| buffer(*size, usage)).collect();
    let staging = buffer(read_back_bytes(&program), wgpu::BufferUsages::MAP_READ | wgpu::BufferUsages::COPY_DST);

    let (offsets, uniforms) = uniforms(&program, &plan);
    let uniform = buffer(uniforms.len() as u64, wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST);
    gpu.0.queue.write_buffer(&uniform, 0, &uniforms);

    let mut dispatches = vec![];
    for ((at, launch), offset) in plan.launches(&program).zip(offsets) {
        let pipeline = gpu.0.pipelines.get(device, launch)?;
        let mut entries =
            vec![wgpu::BindGroupEntry { binding: 0, resource: binding(&uniform, offset as u64, launch.param_bytes() as u64) }];
        for (i, slot) in launch.slots.iter().enumerate() {
            let resource = resource(&program, &plan, at, slot, &buffers, &weights);
            entries.push(wgpu::BindGroupEntry { binding: i as u32 + 1, resource });
        }
        let layout = pipeline.get_bind_group_layout(0);
        let bindings = device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout: &layout, entries: &entries });
        let label = format!("{} [{}]", program.label(&program.steps[at]), shader::name(&launch.kernel));
        dispatches.push(Dispatch { pipeline, bindings, groups: launch.groups, flops: launch.flops, label });
    }
    let prelude = plan.launches(&program).filter(|(at, _)| *at < program.prelude).count();
    let (program, plan, kept) = (program.clone(), plan.clone(), Kept::default());
    Ok(Ready { gpu, program, plan, buffers, staging, dispatches, prelude, kept, _uniform: uniform, _weights: weights })
}

/// All launches' parameters in one buffer, and where each one's begin.
fn uniforms(program: &Program, plan: &GpuPlan) -> (Vec<usize>, Vec<u8>) {
    let (mut offsets, mut bytes) = (vec![], vec![]);
    for (_, launch) in plan.launches(program) {
        offsets.push(bytes.len());
        launch.write_params(&mut bytes);
        bytes.resize(bytes.len().next_multiple_of(UNIFORM_ALIGNMENT), 0);
    }
    (offsets, bytes)
}

fn resource<'a>(
    program: &Program,
    plan: &GpuPlan,
    at: usize,
    slot: &Slot,
    buffers: &'a [Buffer],
    weights: &'a [Rc<Buffer>],
) -> wgpu::BindingResource<'a> {
    let size = plan.slot_bytes(program, at, slot).next_multiple_of(16);
    let (buffer, offset): (&Buffer, u64) = match slot {
        Slot::Operand(i, range) => match program.steps[at].operands[*i] {
            ValueRef::Value(v) => (&buffers[plan.values[v]], 0),
            ValueRef::Weight(w) => (&weights[w], range.map_or(0, |[offset, _]| offset)),
        },
        Slot::Output => (&buffers[plan.values[program.steps[at].result]], 0),
        Slot::Scratch(i) | Slot::ReadScratch(i) => (&buffers[plan.steps[at].scratch[*i]], 0),
    };
    binding(buffer, offset, size)
}

fn binding(buffer: &wgpu::Buffer, offset: u64, size: u64) -> wgpu::BindingResource<'_> {
    wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size: wgpu::BufferSize::new(size) })
}
