// Where a tiled product's results go when its columns are shared out among several workgroups: into `parts` [parts, m, n], which
// `sum_parts` adds up. Rows are a multiple of four long. Needs in `params`: m, n.
@group(0) @binding(3) var<storage, read_write> parts: array<vec4<f32>>;
#import lib/columns

fn write(group: vec3<u32>, local: u32, sums: ptr<function, Sums>) {
    let width = params.n / 4u;
    let y = in_fours(sums);
    for (var i = 0u; i < PER_M; i++) {
        let m = group.y * ROWS + i * THREADS_M + local / THREADS_N;
        for (var j = 0u; j < FOURS; j++) {
            let n = group.x * COLUMNS / 4u + j * THREADS_N + local % THREADS_N;
            if (m < params.m && n < width) { parts[(group.z * params.m + m) * width + n] = y[i][j]; }
        }
    }
}
