// Functions of one number, and their codes; 0 is none. `Activation` in Rust has the same.
const SILU = 1u;
const GELU = 2u; // exact
const GELU_TANH = 3u;
const QUICK_GELU = 4u;
const RELU = 5u;
const LEAKY_RELU = 6u;

fn sigmoid(x: f32) -> f32 {
    return 1.0 / (1.0 + exp(-clamp(x, -80.0, 80.0)));
}

// Abramowitz & Stegun 7.1.26: |error| <= 1.5e-7.
fn erf(x: f32) -> f32 {
    let t = 1.0 / (1.0 + 0.3275911 * abs(x));
    let p = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return sign(x) * (1.0 - p * exp(-min(x * x, 80.0)));
}

fn gelu(x: f32) -> f32 {
    return 0.5 * x * (1.0 + erf(x * 0.7071067811865476));
}

fn activate(x: f32, code: u32) -> f32 {
    switch code {
        case SILU: { return x * sigmoid(x); }
        case GELU: { return gelu(x); }
        case GELU_TANH: { return x * sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x)); }
        case QUICK_GELU: { return x * sigmoid(1.702 * x); }
        case RELU: { return max(x, 0.0); }
        case LEAKY_RELU: { return max(x, 0.2 * x); }
        default: { return x; }
    }
}
