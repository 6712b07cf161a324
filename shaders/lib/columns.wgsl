// Which row of the weights a place of a tiled product's tile holds: column 4 * (p % THREADS_N) + p / THREADS_N of each 4 * THREADS_N, so
// that an invocation's results are neighbours in fours. Past the last, the last, whose results nobody writes.

fn b_row(group: vec3<u32>, p: u32) -> u32 {
    let j = p / THREADS_N;
    return min(group.x * COLUMNS + (j / 4u * THREADS_N + p % THREADS_N) * 4u + j % 4u, params.n - 1u);
}
