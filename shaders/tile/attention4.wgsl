// A workgroup of 8 x 8 handles 32 queries, four rows each, for heads of at most 160 channels.
const PER_ROW = 4u;
const VECTORS = 5u;
