// How weight files are called: the ends of their names, as the program's formats have them (`FORMATS` in crates/sd/src/weights.rs, whose test reads this line).

export const WEIGHT_ENDINGS = [".gguf", ".safetensors", ".sft", ".ckpt", ".pt", ".pth", ".bin"];

/** For a field that takes such files. */
export const ACCEPT_WEIGHTS = WEIGHT_ENDINGS.join();

/** Whether a file is called as weight files are. @param {string} name */
export function isWeightFile(name) {
  return WEIGHT_ENDINGS.some((end) => name.toLowerCase().endsWith(end));
}
