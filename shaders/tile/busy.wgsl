// A workgroup of 8 x 16 makes 64 x 64 results, 8 x 4 each: as `square` with twice the invocations of fewer registers, for GPUs that have few.
const THREADS_M = 8u;
const THREADS_N = 16u;
const PER_M = 8u;
const PER_N = 4u;
const DEPTH = 4u; // in vec4
