// A workgroup of 16 x 8 makes 128 x 64 results, 8 x 8 each, from 16 columns at a time: decodes weights half as often as `square`.
const THREADS_M = 16u;
const THREADS_N = 8u;
const PER_M = 8u;
const PER_N = 8u;
const DEPTH = 4u; // in vec4
