//! The second pass of stable-diffusion-webui's “Hires. fix”.
//!
//! There its steps are those that are really taken, here (as in diffusers) those of which a strength takes a part: 20 steps at a strength of 0.5
//! there are the last 20 of 40 (`setup_img2img_steps` in modules/sd_samplers_common.py).

use super::text::Pairs;
use crate::builder::{RequestBuilder, short};
use decant_sd::request::{HIRES_STRENGTH, HIRES_WAYS, Request};
use decant_sd::sentence;

/// What is asked for of a second pass. Whether there is one.
pub(super) fn take(builder: &mut RequestBuilder, pairs: &Pairs) -> bool {
    let Some(scale) = pairs.get("Hires upscale") else {
        // Of a pass to a size, say: the size is named by the table, and so is what belongs to it.
        for name in ["Hires steps", "Hires upscaler"] {
            if let Some(value) = pairs.get(name) {
                builder.lose(format!("{name} {}", short(value)));
            }
        }
        return false;
    };
    let Ok(scale) = scale.parse::<f64>() else {
        builder.lose(format!("Hires upscale {}", short(scale)));
        return true;
    };
    builder.set("hires", scale);
    let strength = pairs.get("Denoising strength").and_then(|strength| strength.parse::<f64>().ok()).unwrap_or(HIRES_STRENGTH);
    builder.set("hiresStrength", strength);
    let steps = pairs.get("Hires steps").filter(|steps| *steps != "0").or(pairs.get("Steps"));
    if let Some(steps) = steps.and_then(|steps| steps.parse::<u32>().ok()).filter(|_| strength > 0.0) {
        // So many that the part of them is what was taken.
        builder.set("hiresSteps", (f64::from(steps) / strength.min(1.0) - NEARLY).ceil() as u64);
    }
    let name = pairs.get("Hires upscaler").unwrap_or("Latent");
    match HIRES_WAYS.iter().find(|row| row.name.eq_ignore_ascii_case(name)) {
        Some(row) => builder.set("hiresBy", row.id),
        None => {
            builder.set("hiresBy", "lanczos");
            builder.lose(sentence!("{name} (Lanczos is taken)", name = format!("Hires upscaler {}", short(name))));
        }
    }
    true
}

/// A quotient of decimals that is this far above a whole number is that number.
const NEARLY: f64 = 1e-9;

/// The steps that the second pass really takes.
pub(super) fn taken(request: &Request) -> Option<usize> {
    let steps = request.hires_steps.or(request.steps)?;
    Some((steps as f64 * request.resolved_hires_strength()? + NEARLY) as usize)
}

#[cfg(test)]
mod tests {
    use super::super::read;
    use super::*;
    use decant_sd::request::HiresBy;

    fn settings(more: &str) -> (Request, Vec<String>) {
        let line = format!("a cat\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 512x512, {more}");
        let found = read(&line).expect("it is sound");
        (found.record.settings.clone(), found.english())
    }

    #[test]
    fn a_second_pass_is_followed() {
        let (s, notes) = settings("Denoising strength: 0.5, Hires upscale: 1.5, Hires steps: 10, Hires upscaler: Latent (bicubic)");
        assert_eq!((s.hires, s.hires_by, s.hires_strength, s.hires_steps), (Some(1.5), HiresBy::LatentBicubic, Some(0.5), Some(20)));
        assert_eq!((s.strength, taken(&s), notes), (None, Some(10), vec![]));
        let (s, notes) = settings("Denoising strength: 0.7, Hires upscale: 2, Hires upscaler: R-ESRGAN 4x+");
        assert_eq!((s.hires_by, s.hires_steps, taken(&s)), (HiresBy::Lanczos, Some(29), Some(20)));
        assert_eq!(notes, ["not followed: Hires upscaler R-ESRGAN 4x+ (Lanczos is taken)"]);
        let (s, notes) = settings("Hires resize: 1024x1024, Hires steps: 10, Hires upscaler: Latent");
        assert_eq!(s.hires, None);
        for lost in ["Hires resize 1024x1024", "Hires steps 10", "Hires upscaler Latent"] {
            assert!(notes.iter().any(|note| note.contains(lost)), "{notes:?}");
        }
        let (s, notes) = settings("Hires upscale: twice");
        assert_eq!((s.hires, notes), (None, vec!["not followed: Hires upscale twice".to_string()]));
    }

    #[test]
    fn a_second_pass_is_written_as_the_desktop_tool_writes_it() {
        let settings =
            Request { hires: Some(2.0), hires_strength: Some(0.5), steps: Some(20), hires_by: HiresBy::Lanczos, ..Request::default() };
        let line = super::super::write(&crate::Record { settings, ..crate::Record::default() });
        assert_eq!(
            line,
            "Steps: 20, Seed: 0, Denoising strength: 0.5, Hires upscale: 2, Hires steps: 10, Hires upscaler: Lanczos, RNG: CPU, Version: decant"
        );
    }
}
