//! What other tools call our samplers and schedules. One row per sampler; a test holds that none is missing.
//!
//! The names are the tools' own, as their pictures carry them: AUTOMATIC1111's stable-diffusion-webui 1.10 and its fork Forge (labels of the
//! menu), ComfyUI (`comfy.samplers.KSampler.SAMPLERS`), InvokeAI (`SCHEDULER_NAME_VALUES`).

use crate::builder::{RequestBuilder, short};
use decant_sd::sentence;
use decant_solver::{SAMPLERS, SIGMAS, Sampler, Sigmas};

/// Whose names are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Desktop,
    Comfy,
    Invoke,
}

/// A sampler's names elsewhere.
#[derive(Debug)]
pub struct Names {
    /// Our id.
    pub id: &'static str,
    /// The most used desktop tool's labels; the first is what we write. Empty where it has none that takes the same steps.
    pub desktop: &'static [&'static str],
    /// The schedule that its "Automatic" means for this sampler; empty is the training timesteps.
    pub automatic: &'static str,
    /// ComfyUI's.
    pub comfy: &'static [&'static str],
    /// InvokeAI's; its `_k` (Karras) is taken off before.
    pub invoke: &'static [&'static str],
}

const NONE: Names = Names { id: "", desktop: &[], automatic: "", comfy: &[], invoke: &[] };

/// All samplers. Not here, because no sampler of ours takes their steps: DPM++ 2S a (ours is not ancestral), DPM++ 2M SDE Heun, DPM fast,
/// DPM adaptive, Restart, HeunPP2, iPNDM.
pub const NAMES: &[Names] = &[
    Names { id: "ddim", desktop: &["DDIM"], comfy: &["ddim"], invoke: &["ddim"], ..NONE },
    Names { id: "ddpm", desktop: &["DDPM"], comfy: &["ddpm"], invoke: &["ddpm"], ..NONE },
    Names { id: "pndm", desktop: &["PLMS"], invoke: &["pndm", "plms"], ..NONE },
    Names { id: "lms", desktop: &["LMS"], comfy: &["lms"], invoke: &["lms"], ..NONE },
    Names { id: "euler", desktop: &["Euler"], comfy: &["euler"], invoke: &["euler"], ..NONE },
    Names { id: "euler_a", desktop: &["Euler a"], comfy: &["euler_ancestral"], invoke: &["euler_a"], ..NONE },
    Names { id: "heun", desktop: &["Heun"], comfy: &["heun"], invoke: &["heun"], ..NONE },
    Names { id: "dpm2", desktop: &["DPM2"], automatic: "Karras", comfy: &["dpm_2"], invoke: &["kdpm_2"] },
    Names { id: "dpm2_a", desktop: &["DPM2 a"], automatic: "Karras", comfy: &["dpm_2_ancestral"], invoke: &["kdpm_2_a"] },
    Names { id: "dpmpp_2m", desktop: &["DPM++ 2M"], automatic: "Karras", comfy: &["dpmpp_2m"], invoke: &["dpmpp_2m"] },
    Names {
        id: "dpmpp_2m_sde",
        desktop: &["DPM++ 2M SDE"],
        automatic: "Exponential",
        comfy: &["dpmpp_2m_sde", "dpmpp_2m_sde_gpu"],
        invoke: &["dpmpp_2m_sde"],
    },
    // What the desktop tools have under this name, "DPM++ 2S a", is ancestral.
    Names { id: "dpmpp_2s", invoke: &["dpmpp_2s"], ..NONE },
    Names { id: "dpmpp_sde", desktop: &["DPM++ SDE"], automatic: "Karras", comfy: &["dpmpp_sde", "dpmpp_sde_gpu"], invoke: &["dpmpp_sde"] },
    Names {
        id: "dpmpp_3m_sde",
        desktop: &["DPM++ 3M SDE"],
        automatic: "Exponential",
        comfy: &["dpmpp_3m_sde", "dpmpp_3m_sde_gpu"],
        invoke: &["dpmpp_3m"],
    },
    Names { id: "unipc", desktop: &["UniPC"], comfy: &["uni_pc"], invoke: &["unipc"], ..NONE },
    Names { id: "deis", desktop: &["DEIS"], comfy: &["deis"], invoke: &["deis"], ..NONE },
    Names { id: "lcm", desktop: &["LCM"], comfy: &["lcm"], invoke: &["lcm"], ..NONE },
    Names { id: "tcd", desktop: &["TCD"], invoke: &["tcd"], ..NONE },
    // Experiments of our own: nobody else has a name for them.
    Names { id: "sgd", ..NONE },
    Names { id: "momentum", ..NONE },
    Names { id: "adam", ..NONE },
];

/// A schedule's names elsewhere, and what it is here.
struct Schedule {
    names: &'static [&'static str],
    sigmas: &'static str,
    spacing: &'static str,
}

/// The desktop tool's "Schedule type", its older spelling as the sampler's last word, and ComfyUI's `scheduler`.
const SCHEDULES: &[Schedule] = &[
    Schedule { names: &["Karras", "karras"], sigmas: "karras", spacing: "" },
    Schedule { names: &["Exponential", "exponential"], sigmas: "exponential", spacing: "" },
    Schedule { names: &["Beta", "beta"], sigmas: "beta", spacing: "" },
    Schedule { names: &["Align Your Steps"], sigmas: "ays", spacing: "" },
    Schedule { names: &["Uniform", "Normal", "normal"], sigmas: "model", spacing: "linspace" },
    Schedule { names: &["SGM Uniform", "sgm_uniform", "Simple", "simple"], sigmas: "model", spacing: "trailing" },
    Schedule { names: &["DDIM", "ddim_uniform"], sigmas: "model", spacing: "leading" },
];

/// The name that the desktop tool knows a sampler by, or our own.
pub(crate) fn desktop_name(sampler: Sampler) -> &'static str {
    let row = sampler.row();
    NAMES.iter().find(|names| names.id == row.id).and_then(|names| names.desktop.first().copied()).unwrap_or(row.name)
}

/// The desktop tool's name of our sigmas; none for the model's own and for lists, which it has no words for.
pub(crate) fn schedule_name(sigmas: &Sigmas) -> Option<&'static str> {
    let id = SIGMAS.iter().find(|row| row.sigmas == *sigmas)?.id;
    SCHEDULES.iter().find(|schedule| schedule.sigmas == id).map(|schedule| schedule.names[0])
}

/// Takes a sampler and a schedule as another tool calls them; an empty schedule is the model's own.
pub(crate) fn take(builder: &mut RequestBuilder, tool: Tool, sampler: &str, schedule: Option<&str>) {
    let (sampler, last) = split(sampler.trim(), tool);
    let schedule = schedule.map(str::trim).or(last);
    let Some(names) = find(sampler, tool) else {
        let (sampler, schedule) = (short(sampler), schedule.filter(|schedule| !schedule.is_empty()).map(short));
        return builder.note(match schedule {
            Some(schedule) => sentence!(
                "there is no sampler that takes the steps of {sampler} along {schedule}: the model's own is taken",
                sampler,
                schedule
            ),
            None => sentence!("there is no sampler that takes the steps of {sampler}: the model's own is taken", sampler),
        });
    };
    builder.set("sampler", names.id);
    let schedule = match schedule {
        Some("Automatic") if names.automatic.is_empty() => "Uniform",
        Some("Automatic") => names.automatic,
        Some(schedule) => schedule,
        None if tool == Tool::Invoke => "",
        // Before there was a choice of schedules, a sampler without a last word had the training timesteps.
        None => "Uniform",
    };
    if !schedule.is_empty() {
        take_schedule(builder, names.id, schedule);
    }
}

pub(crate) fn take_schedule(builder: &mut RequestBuilder, id: &str, schedule: &str) {
    let Some(row) = SCHEDULES.iter().find(|row| row.names.contains(&schedule)) else {
        return builder.note(sentence!("there is no schedule like {schedule}: the model's own is taken", schedule = short(schedule)));
    };
    let curves = SAMPLERS.iter().any(|sampler| sampler.id == id && sampler.follows_sigmas());
    match (row.spacing, curves) {
        ("", false) => builder.note(sentence!("{id} follows no schedule but its own, {schedule} neither", id, schedule)),
        ("", true) => builder.set("sigmas", row.sigmas),
        // No model's configuration says other sigmas of it than those of its timesteps.
        (spacing, _) if id == "euler_a" => builder.set("spacing", spacing),
        // The others' own timesteps are what these tools give them as well.
        (_, false) => {}
        // DPM++ 2S has a spacing of its own.
        (spacing, true) => {
            builder.set("sigmas", row.sigmas);
            if id != "dpmpp_2s" {
                builder.set("spacing", spacing);
            }
        }
    }
}

/// What the tools that follow the most used desktop one do with every prompt.
pub(crate) fn prompts(builder: &mut RequestBuilder, tool: Tool) {
    builder.set("emphasis", true);
    // The one ends a chunk at a comma near its end ("comma padding backtrack" of 20 tokens), the other does not.
    builder.set("long", if tool == Tool::Desktop { "commas" } else { "chunks" });
}

/// A sampler's name without the schedule that it may end in.
fn split(sampler: &str, tool: Tool) -> (&str, Option<&'static str>) {
    let ends: &[(&str, &str)] = match tool {
        Tool::Desktop => &[(" Karras", "Karras"), (" Exponential", "Exponential")],
        Tool::Comfy => &[],
        Tool::Invoke => &[("_k", "Karras")],
    };
    let found = ends.iter().find_map(|(end, schedule)| Some((sampler.strip_suffix(end)?, Some(*schedule))));
    found.unwrap_or((sampler, None))
}

fn find(sampler: &str, tool: Tool) -> Option<&'static Names> {
    NAMES.iter().find(|names| {
        let theirs = match tool {
            Tool::Desktop => names.desktop,
            Tool::Comfy => names.comfy,
            Tool::Invoke => names.invoke,
        };
        // Without a name of its own we wrote ours.
        let ours = tool == Tool::Desktop && Sampler::from_id(names.id).is_ok_and(|own| own.row().name.eq_ignore_ascii_case(sampler));
        ours || theirs.iter().any(|name| name.eq_ignore_ascii_case(sampler))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::builder::Finished;

    #[test]
    fn every_sampler_has_one_row_whose_name_leads_back_to_it() {
        for row in SAMPLERS {
            assert_eq!(NAMES.iter().filter(|names| names.id == row.id).count(), 1, "{}: give it a row in NAMES", row.id);
            let name = desktop_name(row.sampler);
            assert_eq!(find(name, Tool::Desktop).map(|names| names.id), Some(row.id), "{name}");
        }
        for sigmas in SIGMAS {
            // The model's own has no name there, nor has XL's table.
            assert!(schedule_name(&sigmas.sigmas).is_some() || ["config", "ays_xl"].contains(&sigmas.id), "{}", sigmas.id);
        }
    }

    #[test]
    fn names_and_schedules_of_each_tool_are_taken() {
        let cases = [
            (Tool::Desktop, "DPM++ 2M Karras", None, "dpmpp_2m", "karras"),
            (Tool::Desktop, "DPM++ 2M", Some("Karras"), "dpmpp_2m", "karras"),
            (Tool::Desktop, "DPM++ 2M", Some("Automatic"), "dpmpp_2m", "karras"),
            (Tool::Desktop, "DPM++ 2M SDE", Some("Automatic"), "dpmpp_2m_sde", "exponential"),
            (Tool::Desktop, "Euler a", Some("Automatic"), "euler_a", "config"),
            (Tool::Desktop, "Euler", Some("SGM Uniform"), "euler", "model"),
            (Tool::Desktop, "euler A", Some(""), "euler_a", "config"),
            (Tool::Desktop, "Euler a", Some("Karras"), "euler_a", "karras"),
            (Tool::Comfy, "euler_ancestral", Some("exponential"), "euler_a", "exponential"),
            (Tool::Comfy, "dpmpp_sde_gpu", Some("exponential"), "dpmpp_sde", "exponential"),
            (Tool::Comfy, "euler", Some("beta"), "euler", "beta"),
            (Tool::Comfy, "ddim", Some("normal"), "ddim", "config"),
            (Tool::Invoke, "kdpm_2_a", None, "dpm2_a", "config"),
            (Tool::Invoke, "dpmpp_2m_k", None, "dpmpp_2m", "karras"),
        ];
        for (tool, sampler, schedule, id, sigmas) in cases {
            let mut builder = RequestBuilder::default();
            take(&mut builder, tool, sampler, schedule);
            let Finished { request, notes, .. } = builder.finish();
            assert_eq!((request.sampler.map(|sampler| sampler.row().id), notes), (Some(id), vec![]), "{sampler}");
            assert_eq!(request.sigmas, sigmas.parse().expect("an id"), "{sampler} {schedule:?}");
        }
    }

    #[test]
    fn what_has_no_name_here_is_said() {
        let cases = [
            ("DPM++ 2S a", None, "there is no sampler that takes the steps of DPM++ 2S a: the model's own is taken"),
            ("Euler", Some("Polyexponential"), "there is no schedule like Polyexponential: the model's own is taken"),
            ("DDIM", Some("Karras"), "ddim follows no schedule but its own, Karras neither"),
        ];
        for (sampler, schedule, sentence) in cases {
            let mut builder = RequestBuilder::default();
            take(&mut builder, Tool::Desktop, sampler, schedule);
            assert_eq!(crate::builder::english(&builder.finish().notes), [sentence]);
        }
    }
}
