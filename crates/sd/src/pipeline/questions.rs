//! What can be asked of a model without making a picture.

pub(super) mod add_noise;
pub(super) mod embed;
pub(super) mod round_trip;
pub(super) mod token_neighbours;
