// Starting Chromium for a test: headless, with WebGPU on the CPU.
//
// Which Chromium: DECANT_CHROMIUM if set, else the lavapipe one of setup_vulkan.sh if it is there, else Debian's with SwiftShader.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const LAVAPIPE = fileURLToPath(new URL("../../.tools/vulkan/chromium-lvp", import.meta.url));
const DEBIAN = "/usr/bin/chromium";

// Tests run in containers and as root, where Chromium's sandbox cannot start; both software adapters count as unsafe WebGPU.
const ARGUMENTS = ["--no-sandbox", "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];

/** The Chromium that tests use here. */
export function executable() {
  return process.env.DECANT_CHROMIUM ?? [LAVAPIPE, DEBIAN].find(existsSync) ?? DEBIAN;
}

/** @param {{ executablePath?: string, args?: string[] }} [options] @returns {Promise<import("playwright-core").Browser>} */
export function launch({ executablePath = executable(), args = [] } = {}) {
  return chromium.launch({ executablePath, args: [...ARGUMENTS, ...args] });
}
