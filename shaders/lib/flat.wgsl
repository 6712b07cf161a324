// A workgroup of 64, four numbers to an invocation.
const EACH = 4u;
const PER_GROUP = 64u * EACH;

// The index of this invocation in a grid of workgroups of 64 that was folded into two dimensions (`flat_groups` in Rust).

fn flat_index(group: vec3<u32>, groups: vec3<u32>, local: u32) -> u32 {
    return (group.y * groups.x + group.x) * 64u + local;
}
