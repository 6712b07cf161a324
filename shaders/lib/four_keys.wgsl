// Four channels of a query over four keys at once: what they add to the keys' scores, and what the keys' weights add to four channels of the
// result.

fn add_scores(scores: vec4<f32>, x: vec4<f32>, k0: vec4<f32>, k1: vec4<f32>, k2: vec4<f32>, k3: vec4<f32>) -> vec4<f32> {
    var sums = fma(vec4(x.x), vec4(k0.x, k1.x, k2.x, k3.x), scores);
    sums = fma(vec4(x.y), vec4(k0.y, k1.y, k2.y, k3.y), sums);
    sums = fma(vec4(x.z), vec4(k0.z, k1.z, k2.z, k3.z), sums);
    return fma(vec4(x.w), vec4(k0.w, k1.w, k2.w, k3.w), sums);
}

fn add_values(result: vec4<f32>, weight: vec4<f32>, v0: vec4<f32>, v1: vec4<f32>, v2: vec4<f32>, v3: vec4<f32>) -> vec4<f32> {
    var sums = fma(vec4(weight.x), v0, result);
    sums = fma(vec4(weight.y), v1, sums);
    sums = fma(vec4(weight.z), v2, sums);
    return fma(vec4(weight.w), v3, sums);
}
