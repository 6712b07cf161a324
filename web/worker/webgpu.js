// wgpu 30 asks a browser's adapter only for the features that it knows, and `subgroups` is not among them.
// WGSL goes through unchanged, so asking for the feature here is all that it takes.

/** Makes every later `requestDevice` ask for `subgroups` as well, where the adapter has them. */
export function requestSubgroupsToo() {
  const { GPUAdapter } = /** @type {any} */ (self);
  if (!GPUAdapter || GPUAdapter.prototype.requestDevice.asksForSubgroups) return;
  const plain = GPUAdapter.prototype.requestDevice;
  /** @this {any} @param {{ requiredFeatures?: Iterable<string> }} [descriptor] */
  function requestDevice(descriptor = {}) {
    const features = new Set(descriptor.requiredFeatures ?? []);
    if (this.features.has("subgroups")) features.add("subgroups");
    return plain.call(this, { ...descriptor, requiredFeatures: [...features] });
  }
  GPUAdapter.prototype.requestDevice = Object.assign(requestDevice, { asksForSubgroups: true });
}
