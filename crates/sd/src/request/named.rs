//! Rows of the solver's tables as JSON knows them: by their id. The solver itself depends on nothing, so it cannot say this.

use decant_solver::{Error, Rng, Sampler, Sigmas, TimestepSpacing};

/// What has an id.
pub trait Named: Sized {
    /// Its row's id.
    fn id(&self) -> String;
    /// That row's value, or a sentence that names the nearest.
    fn from_id(id: &str) -> Result<Self, Error>;
}

impl Named for Sampler {
    fn id(&self) -> String {
        self.row().id.into()
    }
    fn from_id(id: &str) -> Result<Self, Error> {
        Sampler::from_id(id)
    }
}

impl Named for Sigmas {
    fn id(&self) -> String {
        self.to_string()
    }
    fn from_id(id: &str) -> Result<Self, Error> {
        id.parse()
    }
}

impl Named for TimestepSpacing {
    fn id(&self) -> String {
        TimestepSpacing::id(*self).into()
    }
    fn from_id(id: &str) -> Result<Self, Error> {
        TimestepSpacing::from_id(id)
    }
}

impl Named for Rng {
    fn id(&self) -> String {
        self.row().id.into()
    }
    fn from_id(id: &str) -> Result<Self, Error> {
        id.parse()
    }
}

/// A value as its id.
pub mod one {
    use super::Named;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<T: Named, S: Serializer>(value: &T, to: S) -> Result<S::Ok, S::Error> {
        value.id().serialize(to)
    }

    pub fn deserialize<'d, T: Named, D: Deserializer<'d>>(from: D) -> Result<T, D::Error> {
        T::from_id(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// A value as its id, or null.
pub mod maybe {
    use super::Named;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    pub fn serialize<T: Named, S: Serializer>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(Named::id).serialize(to)
    }

    pub fn deserialize<'d, T: Named, D: Deserializer<'d>>(from: D) -> Result<Option<T>, D::Error> {
        let id = Option::<String>::deserialize(from)?;
        id.map(|id| T::from_id(&id).map_err(D::Error::custom)).transpose()
    }
}
