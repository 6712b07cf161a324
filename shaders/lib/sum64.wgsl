// The sum of one number from each of a workgroup's 64 invocations, known to all of them; a tree, so that errors grow with its depth.
var<workgroup> sum64_tree: array<f32, 64>;

fn sum64(x: f32, local: u32) -> f32 {
    workgroupBarrier();
    sum64_tree[local] = x;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) { sum64_tree[local] += sum64_tree[local + half]; }
    }
    workgroupBarrier();
    return sum64_tree[0];
}
