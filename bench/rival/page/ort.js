// onnxruntime-web in a worker of its own, as Decant is in one: its WebGPU provider, or its CPU's on so many threads. One session for each network.

/** @type {any} */
let ort;
/** @type {Record<string, any>} */
const sessions = {};

addEventListener("message", async ({ data: { id, provider, threads, net, feeds } }) => {
  try {
    if (provider) {
      ort = await import(new URL(`/ort/ort.${provider}.min.mjs`, location.href).href);
      Object.assign(ort.env.wasm, { wasmPaths: new URL("/ort/", location.href).href, numThreads: threads, proxy: false });
      for (const name of ["unet", "vae"])
        sessions[name] = await ort.InferenceSession.create(`/made/${name}.onnx`, { executionProviders: [provider] });
      return postMessage({ id });
    }
    const tensors = Object.fromEntries(
      Object.entries(feeds).map(([name, [values, shape]]) => [name, new ort.Tensor("float32", values, shape)]),
    );
    const started = performance.now();
    const { out } = await sessions[net].run(tensors);
    postMessage({ id, milliseconds: performance.now() - started, values: out.data });
  } catch (error) {
    postMessage({ id, failure: String(error) });
  }
});
