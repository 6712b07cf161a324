//! The table of samplers.

use super::{
    Sampler, SamplerRow, ddim, ddpm, deis, descent, dpm2, dpm2_a, dpmpp_2m, dpmpp_2s, dpmpp_3m_sde, dpmpp_sde, euler, euler_a, heun, lcm,
    lms, pndm, tcd, unipc,
};
use crate::error::unknown;
use crate::{Error, Options};

/// All samplers; menus, help and tests are made from this table.
pub const SAMPLERS: &[SamplerRow] = &[
    ddim::ROW,
    ddpm::ROW,
    pndm::ROW,
    lms::ROW,
    euler::ROW,
    euler_a::ROW,
    heun::ROW,
    dpm2::ROW,
    dpm2_a::ROW,
    dpmpp_2m::ROW,
    dpmpp_2m::SDE_ROW,
    dpmpp_2s::ROW,
    dpmpp_sde::ROW,
    dpmpp_3m_sde::ROW,
    unipc::ROW,
    deis::ROW,
    lcm::ROW,
    tcd::ROW,
    descent::SGD_ROW,
    descent::MOMENTUM_ROW,
    descent::ADAM_ROW,
];

impl Sampler {
    /// The sampler called `id`.
    pub fn from_id(id: &str) -> Result<Self, Error> {
        let row = SAMPLERS.iter().find(|row| row.id == id);
        row.map(|row| row.sampler).ok_or_else(|| unknown("sampler", id, SAMPLERS.iter().map(|row| row.id)))
    }

    /// This sampler's row in [`SAMPLERS`].
    pub fn row(self) -> &'static SamplerRow {
        SAMPLERS.iter().find(|row| row.sampler == self).expect("a test looks for every sampler's row")
    }
}

impl SamplerRow {
    /// Refuses options that mean nothing with this sampler, or with which its latents would end in NaN.
    pub(super) fn check(&self, options: &Options) -> Result<(), Error> {
        if options.cfgpp && !self.cfgpp {
            return Err(Error::Cfgpp { sampler: self.id, able: ids(|row| row.cfgpp) });
        }
        if options.zero_snr && !self.zero_snr() {
            let able = ids(SamplerRow::zero_snr).join(", ");
            return Err(self.refused("zero_snr", "true", format!("false: {able} read it"), "choose one of these"));
        }
        let numbers = [("s_churn", options.s_churn), ("s_noise", options.s_noise), ("enough", options.enough)];
        let Some((choice, got)) = numbers.into_iter().find(|(_, number)| !(0.0..=f32::MAX).contains(number)) else { return Ok(()) };
        Err(self.refused(choice, &got.to_string(), "0 or more".into(), "choose a number in that range"))
    }

    fn refused(&self, choice: &'static str, got: &str, expected: String, hint: &'static str) -> Error {
        Error::Choice { sampler: self.id, choice, got: got.into(), expected, hint }
    }
}

/// The samplers with a property, as errors list them.
fn ids(which: fn(&SamplerRow) -> bool) -> Vec<&'static str> {
    SAMPLERS.iter().filter(|row| which(row)).map(|row| row.id).collect()
}
