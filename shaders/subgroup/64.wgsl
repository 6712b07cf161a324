// Invocations of a subgroup, always so many on the adapter.
const SUBGROUP = 64u;
