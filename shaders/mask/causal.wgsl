// Token i sees keys 0..=i.
fn last_key(token: u32) -> u32 { return min(token, params.keys - 1u); }
