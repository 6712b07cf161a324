//! The table of samplers.

use super::{
    Sampler, SamplerRow, ddim, ddpm, deis, descent, dpm2, dpm2_a, dpmpp_2m, dpmpp_2s, dpmpp_3m_sde, dpmpp_sde, euler, euler_a, heun, lcm,
    lms, pndm, tcd, unipc,
};
use crate::Error;
use crate::error::unknown;

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
        let found = SAMPLERS.iter().find(|row| row.id == id);
        found.map(|row| row.sampler).ok_or_else(|| unknown("sampler", id, SAMPLERS.iter().map(|row| row.id)))
    }

    /// This sampler's row in [`SAMPLERS`].
    pub fn row(self) -> &'static SamplerRow {
        SAMPLERS.iter().find(|row| row.sampler == self).expect("a test looks for every sampler's row")
    }
}
