// onnxruntime-web in a worker of its own, as Decant is in one: its WebGPU provider, or its CPU's on so many threads. One session for each network.
//
// On WebGPU with the options that its documentation recommends: inputs in GPU buffers of the caller's, outputs left on the GPU, the graph captured at its first
// calls and replayed, nothing validated. Shapes are fixed in the files. What comes back is read to JavaScript in both programs, and counts.

const NETWORKS = ["text", "unet", "vae"];
const TYPES = /** @type {const} */ ({ Float32Array: "float32", Int32Array: "int32" });

/** @type {any} */
let ort;
/** @type {Record<string, any>} */
const sessions = {};
/** What is captured reads these, by network and name, made at the first call. @type {Record<string, any>} */
const buffers = {};
/** Networks whose calls are captured. */
const captured = new Set();

addEventListener("message", async ({ data: { id, start, net, feeds } }) => {
  try {
    if (start) return postMessage({ id, refused: await open(start) });
    const started = performance.now();
    const values = captured.has(net) ? await replay(net, feeds) : await run(net, feeds);
    postMessage({ id, milliseconds: performance.now() - started, values });
  } catch (error) {
    postMessage({ id, failure: String(error) });
  }
});

/**
 * Opens every network; resolves to what was refused of capturing, by network.
 * @param {{ provider: "wasm" | "webgpu", threads: number, precision: string, capture: boolean }} how
 */
async function open({ provider, threads, precision, capture }) {
  // The build that suspends by the browser's own means, where it has them: the other one instruments all of its code.
  const file = provider === "wasm" ? "ort.wasm.min.mjs" : "Suspending" in WebAssembly ? "ort.jspi.min.mjs" : "ort.webgpu.min.mjs";
  ort = await import(new URL(`/ort/${file}`, location.href).href);
  Object.assign(ort.env.wasm, { wasmPaths: new URL("/ort/", location.href).href, numThreads: threads, proxy: false });
  const gpu = { name: "webgpu", validationMode: "disabled" };
  const options = { executionProviders: provider === "wasm" ? ["wasm"] : [gpu] };
  /** @type {Record<string, string>} */
  const refused = {};
  for (const net of NETWORKS) {
    const create = (/** @type {object} */ more) => ort.InferenceSession.create(`/made/${net}-${precision}.onnx`, { ...options, ...more });
    const whole = capture ? create({ enableGraphCapture: true, preferredOutputLocation: "gpu-buffer" }) : create({});
    const made = await whole.catch((/** @type {unknown} */ error) => void (refused[net] = String(error)));
    if (made && capture) captured.add(net);
    sessions[net] = made ?? (await create({}));
  }
  return refused;
}

/** @param {string} net @param {Record<string, [any, number[]]>} feeds */
async function run(net, feeds) {
  const tensors = Object.entries(feeds).map(([name, [values, shape]]) => [name, new ort.Tensor(typeOf(values), values, shape)]);
  const { out } = await sessions[net].run(Object.fromEntries(tensors));
  return out.data;
}

/** @param {string} net @param {Record<string, [any, number[]]>} feeds */
async function replay(net, feeds) {
  const device = await ort.env.webgpu.device;
  const inputs = (buffers[net] ??= allocated(device, feeds));
  for (const [name, [values]] of Object.entries(feeds)) device.queue.writeBuffer(inputs[name].gpuBuffer, 0, values);
  const { out } = await sessions[net].run(inputs);
  return out.getData(); // it stays the session's: the captured calls write there again
}

/** A GPU's buffer for each input, as a tensor. @param {any} device @param {Record<string, [any, number[]]>} feeds */
function allocated(device, feeds) {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
  const tensors = Object.entries(feeds).map(([name, [values, dims]]) => {
    const buffer = device.createBuffer({ size: Math.ceil(values.byteLength / 16) * 16, usage });
    return [name, ort.Tensor.fromGpuBuffer(buffer, { dataType: typeOf(values), dims })];
  });
  return Object.fromEntries(tensors);
}

/** @param {Float32Array | Int32Array} values */
function typeOf(values) {
  return TYPES[/** @type {keyof typeof TYPES} */ (values.constructor.name)];
}
