//! `scheduler/scheduler_config.json`: what diffusers' scheduler classes write, for any of our samplers to follow.
//!
//! A file names the class that it was written for; a sampler reads the keys that its own class has and takes its own defaults for the
//! others, as `from_config` does. Keys that only classes without a sampler here read are ignored, for the same reason.

use super::keys::{DIFFUSERS, KeyRow, Table, honour, ignore, only};
use super::object::{Object, read_json};
use crate::Error;
use crate::files::Files;
use decant_solver::SchedulerConfig;
use serde_json::Value;
use std::str::FromStr;

/// diffusers' `KarrasDiffusionSchedulers` (less EDM), LCM's, and their defaults: the classes whose files have these meanings.
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
];

const MULTISTEP: &str = "only DPM-Solver, DEIS and UniPC read it";

const KEYS: &[KeyRow] = &[
    only("_class_name", CLASSES, "another kind of diffusion"),
    honour("num_train_timesteps", "1000"),
    honour("beta_start", "0.0001"),
    honour("beta_end", "0.02"),
    honour("beta_schedule", "\"linear\""),
    honour("trained_betas", "null"),
    honour("rescale_betas_zero_snr", "false"),
    honour("prediction_type", "\"epsilon\""),
    honour("timestep_spacing", "null"),
    honour("steps_offset", "0"),
    honour("set_alpha_to_one", "true"),
    honour("clip_sample", "true"),
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
    only(
        "variance_type",
        &["null", "\"fixed_small\"", "\"fixed_small_log\"", "\"fixed_large\"", "\"fixed_large_log\""],
        "a learned one changes the model's output",
    ),
    ignore("skip_prk_steps", "only PNDM reads it"),
    ignore("solver_order", MULTISTEP),
    ignore("algorithm_type", MULTISTEP),
    ignore("solver_type", MULTISTEP),
    ignore("solver_p", MULTISTEP),
    ignore("lower_order_final", MULTISTEP),
    ignore("euler_at_final", MULTISTEP),
    ignore("use_lu_lambdas", MULTISTEP),
    ignore("lambda_min_clipped", MULTISTEP),
    ignore("predict_x0", MULTISTEP),
    ignore("disable_corrector", MULTISTEP),
    ignore("noise_sampler_seed", "only DPMSolverSDE reads it"),
    ignore("original_inference_steps", "only LCM reads it"),
    ignore("timestep_scaling", "only LCM reads it"),
    ignore("tensor_format", "diffusers before 0.3"),
];

pub(super) const TABLE: Table = Table { class: "Stable Diffusion's schedulers", keys: [KEYS, DIFFUSERS] };

/// A scheduler's file.
#[derive(Debug, Clone, PartialEq)]
pub struct Scheduler {
    /// diffusers' class that it was written for, which says what sampler its author had in mind.
    pub class: String,
    /// What samplers follow. `steps_offset` is always 1 and `clip_sample` always false, whatever the file says:
    /// `StableDiffusionPipeline.__init__` corrects both, because early files had them wrong.
    pub config: SchedulerConfig,
}

impl Scheduler {
    /// Reads `scheduler/scheduler_config.json`.
    pub async fn read(files: &dyn Files) -> Result<Scheduler, Error> {
        let file = "scheduler/scheduler_config.json";
        Scheduler::parse(file, &read_json(files, file).await?)
    }

    /// Parses and checks; `file` is for messages.
    pub fn parse(file: &str, json: &[u8]) -> Result<Scheduler, Error> {
        let object = Object::parse(file, json, &TABLE)?;
        object.flag("clip_sample")?;
        object.whole("steps_offset", 1_000_000)?;
        Ok(Scheduler { class: object.text("_class_name")?, config: config(&object)? })
    }
}

fn config(object: &Object) -> Result<SchedulerConfig, Error> {
    Ok(SchedulerConfig {
        num_train_timesteps: object.count("num_train_timesteps")?,
        beta_start: object.number("beta_start")?,
        beta_end: object.number("beta_end")?,
        beta_schedule: parsed(object, "beta_schedule")?,
        trained_betas: betas(object)?,
        rescale_betas_zero_snr: object.flag("rescale_betas_zero_snr")?,
        prediction_type: parsed(object, "prediction_type")?,
        timestep_spacing: optional(object, "timestep_spacing", parsed)?,
        steps_offset: 1,
        set_alpha_to_one: object.flag("set_alpha_to_one")?,
        clip_sample: false,
        clip_sample_range: object.positive("clip_sample_range")?,
        thresholding: object.flag("thresholding")?,
        dynamic_thresholding_ratio: object.positive("dynamic_thresholding_ratio")?,
        sample_max_value: object.positive("sample_max_value")?,
        interpolation_type: parsed(object, "interpolation_type")?,
        use_karras_sigmas: flag_or_null(object, "use_karras_sigmas")?,
        use_exponential_sigmas: flag_or_null(object, "use_exponential_sigmas")?,
        use_beta_sigmas: flag_or_null(object, "use_beta_sigmas")?,
        sigma_min: optional(object, "sigma_min", Object::number)?,
        sigma_max: optional(object, "sigma_max", Object::number)?,
        final_sigmas_type: parsed(object, "final_sigmas_type")?,
        timestep_type: parsed(object, "timestep_type")?,
    })
}

/// A name that the solver knows.
fn parsed<T: FromStr<Err = decant_solver::Error>>(object: &Object, key: &str) -> Result<T, Error> {
    object.text(key)?.parse().map_err(|error| match error {
        decant_solver::Error::Value { expected, .. } => object.refuse(key, &format!("expected {expected}")),
        other => Error::Solver(other),
    })
}

fn optional<T>(object: &Object, key: &str, read: impl Fn(&Object, &str) -> Result<T, Error>) -> Result<Option<T>, Error> {
    if object.value(key).is_null() { Ok(None) } else { read(object, key).map(Some) }
}

/// Python's `bool | None`.
fn flag_or_null(object: &Object, key: &str) -> Result<bool, Error> {
    Ok(optional(object, key, Object::flag)?.unwrap_or(false))
}

fn betas(object: &Object) -> Result<Option<Vec<f32>>, Error> {
    let value = object.value("trained_betas");
    let numbers = |value: &Value| value.as_array()?.iter().map(|beta| beta.as_f64().map(|beta| beta as f32)).collect();
    match numbers(&value) {
        None if value.is_null() => Ok(None),
        None => Err(object.refuse("trained_betas", "expected a list of numbers, or null")),
        some => Ok(some),
    }
}

/// What an empty file means must be what the solver means by its default, less the pipeline's two corrections.
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_the_solvers_default() {
        let expected = SchedulerConfig { steps_offset: 1, clip_sample: false, ..SchedulerConfig::default() };
        assert_eq!(Scheduler::parse("scheduler_config.json", b"{}").expect("all keys may be absent").config, expected);
    }
}
