// A workgroup of 8 x 8 makes 32 x 64 results, 4 x 8 each: twice as many workgroups as `square` where there are too few rows.
const THREADS_M = 8u;
const THREADS_N = 8u;
const PER_M = 4u;
const PER_N = 8u;
const DEPTH = 4u; // in vec4
