//! `scheduler/scheduler_config.json`: what diffusers' scheduler classes write, for any of our samplers to follow.
//!
//! A file names the class that it was written for; a sampler reads the keys that its own class has and takes its own defaults for the
//! others, as `from_config` does. Keys that only classes without a sampler here read are ignored, for the same reason.
//! What a pipeline corrects, its own scheduler follows; another class only where the file has that key ([`Scheduler::followed_by`]).

use super::keys::{DIFFUSERS, KeyRow, Table, honour, ignore, only};
use super::object::{Object, read_json};
use crate::Error;
use crate::files::Files;
use decant_solver::{AlgorithmType, SAMPLERS, Sampler, SchedulerConfig};
use serde_json::Value;
use std::str::FromStr;

/// diffusers' `KarrasDiffusionSchedulers` (less EDM), LCM's and TCD's, and their defaults: the classes whose files have these meanings.
const CLASSES: &[&str] = &[
    "\"DDIMScheduler\"",
    "\"PNDMScheduler\"",
    "\"EulerDiscreteScheduler\"",
    "\"EulerAncestralDiscreteScheduler\"",
    "\"LMSDiscreteScheduler\"",
    "\"HeunDiscreteScheduler\"",
    "\"DPMSolverMultistepScheduler\"",
    "\"DPMSolverSinglestepScheduler\"",
    "\"DPMSolverSDEScheduler\"",
    "\"UniPCMultistepScheduler\"",
    "\"DEISMultistepScheduler\"",
    "\"KDPM2DiscreteScheduler\"",
    "\"KDPM2AncestralDiscreteScheduler\"",
    "\"DDPMScheduler\"",
    "\"LCMScheduler\"",
    "\"TCDScheduler\"",
];

const KEYS: &[KeyRow] = &[
    only("_class_name", CLASSES, "another kind of diffusion"),
    honour("num_train_timesteps", "1000"),
    honour("beta_start", "null"),
    honour("beta_end", "null"),
    honour("beta_schedule", "null"),
    honour("trained_betas", "null"),
    honour("rescale_betas_zero_snr", "false"),
    honour("prediction_type", "\"epsilon\""),
    honour("timestep_spacing", "null"),
    honour("steps_offset", "0"),
    honour("set_alpha_to_one", "null"),
    honour("clip_sample", "null"),
    honour("clip_sample_range", "1.0"),
    honour("thresholding", "false"),
    honour("dynamic_thresholding_ratio", "0.995"),
    honour("sample_max_value", "1.0"),
    honour("interpolation_type", "\"linear\""),
    honour("use_karras_sigmas", "false"),
    honour("use_exponential_sigmas", "false"),
    honour("use_beta_sigmas", "false"),
    honour("sigma_min", "null"),
    honour("sigma_max", "null"),
    honour("final_sigmas_type", "\"zero\""),
    honour("timestep_type", "\"discrete\""),
    only("use_flow_sigmas", &["false"], "flow matching"),
    only("use_dynamic_shifting", &["false"], "flow matching"),
    only("shift_terminal", &["null"], "flow matching"),
    ignore("flow_shift", "only use_flow_sigmas looks at it"),
    ignore("time_shift_type", "only use_dynamic_shifting looks at it"),
    honour("variance_type", "null"),
    honour("skip_prk_steps", "false"),
    honour("solver_order", "2"),
    honour("algorithm_type", "null"),
    honour("solver_type", "null"),
    ignore("solver_p", "another scheduler inside UniPC, which no file can hold"),
    honour("lower_order_final", "null"),
    honour("euler_at_final", "false"),
    honour("use_lu_lambdas", "false"),
    honour("lambda_min_clipped", "null"),
    honour("predict_x0", "true"),
    honour("disable_corrector", "[]"),
    ignore("noise_sampler_seed", "only DPMSolverSDE reads it"),
    honour("original_inference_steps", "50"),
    honour("timestep_scaling", "10.0"),
    ignore("tensor_format", "diffusers before 0.3"),
];

pub(super) const TABLE: Table = Table { class: "Stable Diffusion's schedulers", keys: [KEYS, DIFFUSERS] };

/// A scheduler's file.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduler {
    /// diffusers' class that it was written for, which says what sampler its author had in mind.
    pub class: String,
    /// What a sampler of that class follows.
    pub config: SchedulerConfig,
    /// What a sampler of any other class follows.
    pub switched: SchedulerConfig,
    /// Whether the file has the keys `steps_offset` and `skip_prk_steps`.
    says: [bool; 2],
}

/// What a pipeline class's `__init__` corrects, because early files had it wrong: `steps_offset` to 1, `clip_sample` to false, and
/// `skip_prk_steps` to true.
struct Correction {
    pipeline: &'static str,
    clip_sample: bool,
    skip_prk_steps: bool,
}

/// Classes that are not here take the file at its word.
const CORRECTIONS: &[Correction] = &[
    Correction { pipeline: "StableDiffusionPipeline", clip_sample: true, skip_prk_steps: false },
    Correction { pipeline: "StableDiffusionImg2ImgPipeline", clip_sample: true, skip_prk_steps: false },
    Correction { pipeline: "StableDiffusionInpaintPipeline", clip_sample: false, skip_prk_steps: true },
];

impl Scheduler {
    /// Reads `scheduler/scheduler_config.json`.
    pub async fn read(files: &dyn Files) -> Result<Scheduler, Error> {
        let file = "scheduler/scheduler_config.json";
        Scheduler::parse(file, &read_json(files, file).await?)
    }

    /// Parses and checks; `file` is for messages.
    pub fn parse(file: &str, json: &[u8]) -> Result<Scheduler, Error> {
        let object = Object::parse(file, json, &TABLE)?;
        let config = config(&object)?;
        let says = ["steps_offset", "skip_prk_steps"].map(|key| object.says(key));
        Ok(Scheduler { class: object.text("_class_name")?, switched: config.clone(), config, says })
    }

    /// As diffusers' pipeline of that class takes it. A key that the file does not have is corrected where its class's default is wrong, too,
    /// but that is forgotten where `from_config` makes another class of it: this one then has its own default.
    pub fn corrected(mut self, pipeline: &str) -> Scheduler {
        let Some(correction) = CORRECTIONS.iter().find(|correction| correction.pipeline == pipeline) else { return self };
        let [says_offset, says_prk] = self.says;
        for (config, says_offset, says_prk) in [(&mut self.config, true, true), (&mut self.switched, says_offset, says_prk)] {
            if says_offset {
                config.steps_offset = 1;
            }
            if correction.clip_sample && config.clip_sample == Some(true) {
                config.clip_sample = Some(false);
            }
            config.skip_prk_steps |= correction.skip_prk_steps && says_prk;
        }
        if correction.clip_sample {
            self.config.clip_sample = Some(false);
        }
        self
    }

    /// The sampler that the file is of, or the nearest in kind: those that count in sigmas are like Euler's, the others like DDIM's.
    pub fn sampler(&self) -> Sampler {
        let by_sigmas = ["Euler", "LMS", "Heun", "KDPM2", "DPMSolverSDE"].iter().any(|start| self.class.starts_with(start));
        let nearest = if by_sigmas { Sampler::Euler } else { Sampler::Ddim };
        let found = SAMPLERS.iter().find(|row| row.reference == self.class).map_or(nearest, |row| row.sampler);
        self.meant(found)
    }

    /// What a sampler is that somebody asks for with this file: DPM++ 2M of a file whose `algorithm_type` is stochastic is DPM++ 2M SDE.
    pub fn meant(&self, sampler: Sampler) -> Sampler {
        let sde = self.config.algorithm_type == Some(AlgorithmType::SdeDpmsolverPlusPlus);
        if sde && sampler == Sampler::Dpmpp2m { Sampler::Dpmpp2mSde } else { sampler }
    }

    /// What a sampler follows: the pipeline's own scheduler, or, where its class or algorithm is another, what `from_config` makes of it.
    pub fn followed_by(&self, sampler: Sampler) -> &SchedulerConfig {
        let own = sampler.row().reference == self.class && (sampler != Sampler::Dpmpp2mSde || self.sampler() == sampler);
        if own { &self.config } else { &self.switched }
    }

    /// Another prediction than the file says.
    pub fn predicting(&mut self, prediction: decant_solver::PredictionType) {
        (self.config.prediction_type, self.switched.prediction_type) = (prediction, prediction);
    }
}

fn config(object: &Object) -> Result<SchedulerConfig, Error> {
    Ok(SchedulerConfig {
        num_train_timesteps: object.count("num_train_timesteps")?,
        beta_start: object.optional("beta_start", Object::number)?,
        beta_end: object.optional("beta_end", Object::number)?,
        beta_schedule: object.optional("beta_schedule", parsed)?,
        trained_betas: list(object, "trained_betas", |beta| beta.as_f64().map(|beta| beta as f32))?,
        rescale_betas_zero_snr: object.flag("rescale_betas_zero_snr")?,
        prediction_type: parsed(object, "prediction_type")?,
        timestep_spacing: object.optional("timestep_spacing", parsed)?,
        steps_offset: object.whole("steps_offset", 1_000_000)?,
        set_alpha_to_one: object.optional("set_alpha_to_one", Object::flag)?,
        clip_sample: object.optional("clip_sample", Object::flag)?,
        clip_sample_range: object.positive("clip_sample_range")?,
        thresholding: object.flag("thresholding")?,
        dynamic_thresholding_ratio: object.positive("dynamic_thresholding_ratio")?,
        sample_max_value: object.positive("sample_max_value")?,
        interpolation_type: parsed(object, "interpolation_type")?,
        use_karras_sigmas: flag_or_null(object, "use_karras_sigmas")?,
        use_exponential_sigmas: flag_or_null(object, "use_exponential_sigmas")?,
        use_beta_sigmas: flag_or_null(object, "use_beta_sigmas")?,
        sigma_min: object.optional("sigma_min", Object::number)?,
        sigma_max: object.optional("sigma_max", Object::number)?,
        final_sigmas_type: parsed(object, "final_sigmas_type")?,
        timestep_type: parsed(object, "timestep_type")?,
        variance_type: object.optional("variance_type", parsed)?,
        skip_prk_steps: object.flag("skip_prk_steps")?,
        lambda_min_clipped: object.optional("lambda_min_clipped", Object::number)?.unwrap_or(f64::NEG_INFINITY),
        solver_order: object.count("solver_order")?,
        algorithm_type: object.optional("algorithm_type", parsed)?,
        solver_type: object.optional("solver_type", parsed)?,
        lower_order_final: object.optional("lower_order_final", Object::flag)?,
        euler_at_final: object.flag("euler_at_final")?,
        use_lu_lambdas: flag_or_null(object, "use_lu_lambdas")?,
        predict_x0: object.flag("predict_x0")?,
        disable_corrector: list(object, "disable_corrector", |step| step.as_u64().map(|step| step as usize))?.unwrap_or_default(),
        original_inference_steps: object.count("original_inference_steps")?,
        timestep_scaling: object.positive("timestep_scaling")?,
    })
}

/// A name that the solver knows.
fn parsed<T: FromStr<Err = decant_solver::Error>>(object: &Object, key: &str) -> Result<T, Error> {
    object.text(key)?.parse().map_err(|error| match error {
        decant_solver::Error::Value { expected, .. } => object.refuse(key, &format!("expected {expected}")),
        other => Error::Solver(other),
    })
}

/// Python's `bool | None`.
fn flag_or_null(object: &Object, key: &str) -> Result<bool, Error> {
    Ok(object.optional(key, Object::flag)?.unwrap_or(false))
}

/// A list of numbers, or null.
fn list<T>(object: &Object, key: &str, number: impl Fn(&Value) -> Option<T>) -> Result<Option<Vec<T>>, Error> {
    let value = object.value(key);
    match value.as_array().map(|numbers| numbers.iter().map(&number).collect::<Option<Vec<T>>>()) {
        Some(Some(numbers)) => Ok(Some(numbers)),
        None if value.is_null() => Ok(None),
        _ => Err(object.refuse(key, "expected a list of numbers, or null")),
    }
}

/// What an empty file means must be what the solver means by its default.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_solvers_default() {
        let read = Scheduler::parse("scheduler_config.json", b"{}").expect("all keys may be absent");
        assert_eq!(read.config, SchedulerConfig::default());
    }
}
