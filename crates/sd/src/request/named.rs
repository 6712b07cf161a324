//! Rows of the solver's tables as JSON knows them: by their id. The solver itself depends on nothing, so it cannot say this.

/// `Option<Sampler>` as its row's id, or null.
pub mod sampler {
    use decant_solver::Sampler;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<S: Serializer>(sampler: &Option<Sampler>, to: S) -> Result<S::Ok, S::Error> {
        sampler.map(|sampler| sampler.row().id).serialize(to)
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Option<Sampler>, D::Error> {
        let id = Option::<String>::deserialize(from)?;
        id.map(|id| Sampler::from_id(&id).map_err(D::Error::custom)).transpose()
    }
}
