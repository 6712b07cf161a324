// Made by tests/browser/record.mjs. Do not edit.

export const RECORDING = { pictures: "", numbers: "", shown: {} };
