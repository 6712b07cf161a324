// The largest of one number from each of a workgroup's 64 invocations, known to all of them.
var<workgroup> max64_tree: array<f32, 64>;

fn max64(x: f32, local: u32) -> f32 {
    workgroupBarrier();
    max64_tree[local] = x;
    for (var half = 32u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local < half) { max64_tree[local] = max(max64_tree[local], max64_tree[local + half]); }
    }
    workgroupBarrier();
    return max64_tree[0];
}
