// Debian's Firefox for the tests, spoken to in its own protocol, Marionette: lines of JSON over a socket, each led by its length. Playwright drives
// only a Firefox of its own making. It knows no page.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROGRAM = process.env.FIREFOX || "/usr/bin/firefox-esr";

/** Whether there is one here. */
export const HAS_FIREFOX = existsSync(PROGRAM);

/** Nothing of its own accord: no network, no first page. @type {Record<string, string | number | boolean>} */
const QUIET = {
  "app.update.disabledForTesting": true,
  "browser.aboutwelcome.enabled": false,
  "browser.shell.checkDefaultBrowser": false,
  "browser.startup.page": 0,
  "datareporting.policy.dataSubmissionEnabled": false,
  "dom.disable_beforeunload": true,
  "extensions.update.enabled": false,
  "network.captive-portal-service.enabled": false,
  "network.connectivity-service.enabled": false,
  "services.settings.server": "data:,",
  "toolkit.telemetry.reportingpolicy.firstRun": false,
};

/**
 * A window of a fresh Firefox. What is evaluated is the body of an async function.
 * @param {Record<string, string | number | boolean>} [preferences]
 */
export async function firefox(preferences = {}) {
  const profile = await mkdtemp(join(tmpdir(), "decant-firefox-"));
  const port = await freePort();
  const all = { ...QUIET, ...preferences, "marionette.port": port };
  await writeFile(
    join(profile, "user.js"),
    Object.entries(all)
      .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
      .join(""),
  );
  const started = spawn(PROGRAM, ["--headless", "--marionette", "--no-remote", "--profile", profile], {
    stdio: "ignore",
    env: { ...process.env, HOME: profile },
  });
  const line = await speak(port);
  const ended = new Promise((done) => started.once("exit", done));
  await line.ask("WebDriver:NewSession", {});
  await line.ask("WebDriver:SetTimeouts", { script: 60_000, pageLoad: 60_000 });
  return {
    goto: (/** @type {string} */ url) => line.ask("WebDriver:Navigate", { url }),
    reload: () => line.ask("WebDriver:Refresh", {}),
    /** @param {string} body @param {unknown[]} [args] */
    async evaluate(body, ...args) {
      const script = `const done = arguments[arguments.length - 1]; (async function () { ${body} }).apply(null, arguments).then((value) => done({ value }), (error) => done({ error: String(error) }))`;
      const {
        value: { value, error },
      } = await line.ask("WebDriver:ExecuteAsyncScript", { script, args, newSandbox: true, sandbox: null });
      if (error) throw new Error(`in Firefox: ${error}`);
      return value;
    },
    /** Waits until an expression is true. @param {string} expression */
    async until(expression) {
      for (let tries = 0; tries < 600; tries++) {
        if (await this.evaluate(`return Boolean(${expression})`)) return;
        await new Promise((done) => setTimeout(done, 100));
      }
      throw new Error(`in Firefox, after a minute: not ${expression}`);
    },
    async newTab() {
      const { handle } = await line.ask("WebDriver:NewWindow", { type: "tab" });
      await line.ask("WebDriver:SwitchToWindow", { handle });
    },
    async close() {
      await line.ask("Marionette:Quit", { flags: ["eForceQuit"] }).catch(() => {});
      line.end();
      await Promise.race([ended, new Promise((done) => setTimeout(done, 10_000))]);
      started.kill("SIGKILL");
      await rm(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** @param {number} port */
async function speak(port) {
  const socket = await patiently(() => opened(port));
  /** @type {Map<number, [(value: any) => void, (error: Error) => void]>} */
  const open = new Map();
  let [heard, count] = [Buffer.alloc(0), 0];
  socket.on("data", (data) => {
    heard = Buffer.concat([heard, data]);
    for (;;) {
      const colon = heard.indexOf(":");
      const end = colon + 1 + Number(heard.subarray(0, colon));
      if (colon < 0 || heard.length < end) return;
      const message = JSON.parse(heard.subarray(colon + 1, end).toString());
      heard = heard.subarray(end);
      if (!Array.isArray(message)) continue; // its greeting
      const [, id, error, result] = message;
      const [resolve, reject] = open.get(id) ?? [];
      if (error) reject?.(new Error(`Firefox: ${error.message}`));
      else resolve?.(result);
      open.delete(id);
    }
  });
  socket.on("close", () => open.forEach(([, reject]) => reject(new Error("Firefox hung up."))));
  return {
    /** @param {string} name @param {object} parameters @returns {Promise<any>} */
    ask: (name, parameters) =>
      new Promise((resolve, reject) => {
        open.set(++count, [resolve, reject]);
        const text = JSON.stringify([0, count, name, parameters]);
        socket.write(`${Buffer.byteLength(text)}:${text}`);
      }),
    end: () => socket.destroy(),
  };
}

/** @param {number} port @returns {Promise<import("node:net").Socket>} */
function opened(port) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket)).on("error", reject);
  });
}

/** It takes a busy machine some seconds to start. @template T @param {() => Promise<T>} act @returns {Promise<T>} */
async function patiently(act) {
  for (let tries = 0; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (tries > 300) throw error;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
      server.close(() => resolve(port));
    });
  });
}
