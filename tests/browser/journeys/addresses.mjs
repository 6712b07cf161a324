// What stands in the page's address: settings, a model of another site, a language; and the link that says it all.

import { strict as assert } from "node:assert";
import { EVERYTHING, namesIn } from "../all-settings.mjs";
import { elsewhere, madeBytes } from "../other-site.mjs";
import { again, finished, load, pixels, ready, status, text } from "../steps.mjs";

/** @import { Journey } from "./index.mjs" */

/** @type {Journey[]} */
export const ADDRESSES = [
  {
    name: "the address does what the form does",
    open: "?prompt=green%20eight&negative=red&steps=4&guidance=2.5&seed=123&sampler=euler&width=32&height=48&run=1",
    async play({ page }) {
      await finished(page, 4);
      const values = await page.$$eval("#details [name], #prompt", (fields) =>
        Object.fromEntries(fields.map(({ name, value }) => [name, value])),
      );
      assert.deepEqual(values, {
        prompt: "green eight",
        negative: "red",
        steps: "4",
        guidance: "2.5",
        seed: "123",
        sampler: "euler",
        width: "32",
        height: "48",
        count: "",
      });
      assert.deepEqual((await pixels(page)).size, [32, 48]);
    },
  },
  {
    name: "what the address cannot have is said in sentences",
    fake: true,
    open: "?steps=0&guidance=much&width=50&sampler=magic&device=tpu&colour=red",
    async play({ page }) {
      await ready(page);
      const said = (await page.locator(".message.error p").allTextContents()).join("\n");
      for (const part of [
        "“0” as “Steps”. Steps must be between 1",
        "Guidance must be a number",
        "multiple of",
        "no sampler called “magic”",
        "device=tpu",
        "“colour”",
      ]) {
        assert.ok(said.includes(part), `“${part}” is not said in:\n${said}`);
      }
      await page.fill("#steps", "2");
      await again(page, 2);
    },
  },
  {
    name: "a link says every setting, and opens with it again",
    fake: true,
    open: null,
    async play({ page, address }) {
      await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
      await page.goto(`${address}?${new URLSearchParams(EVERYTHING)}`);
      await ready(page);
      assert.deepEqual(await page.locator(".message.error").allTextContents(), []);
      await page.evaluate(() => document.querySelector("#more")?.setAttribute("open", ""));
      assert.equal(await text(page, "#more-count"), `${namesIn("sampling", "guidance", "losses", "words", "second").length} changed`);
      await page.click("#copy-link");
      await page.waitForSelector("text=Link copied.");
      const link = await page.evaluate(() => navigator.clipboard.readText());
      assert.deepEqual(Object.fromEntries(new URL(link).searchParams), EVERYTHING);
      const values = () =>
        page.$$eval("#settings :is(input, select, textarea)", (fields) => fields.map(({ id, value, checked }) => [id, value, checked]));
      const before = await values();
      await page.goto(link);
      await ready(page);
      assert.deepEqual(await values(), before);
    },
  },
  {
    name: "a link to another site asks first, shows its size before the rest comes, and asks no second time",
    open: null,
    fake: true,
    expects: /Failed to load resource|favicon/,
    async play({ page, address }) {
      const server = await elsewhere({ "linked.safetensors": madeBytes(20 << 20, 31) });
      const host = new URL(server.address).host;
      const asked = [];
      page.on("request", (request) => request.url().startsWith(server.address) && asked.push(request.url()));
      await page.goto(`${address}models/digits/model_index.json`);
      await page.evaluate(async () =>
        (await navigator.storage.getDirectory()).removeEntry("decant-models", { recursive: true }).catch(() => {}),
      );
      const link = `${address}?model=${server.address}linked.safetensors&prompt=a%20red%20four&steps=3&run=1`;
      await page.goto(link);
      await page.waitForSelector("#ask:visible");
      assert.equal(await text(page, "#ask-host"), `This link asks for a model from ${host}.`);
      assert.equal(await text(page, "#ask-address"), `${server.address}linked.safetensors`);
      assert.equal(await page.inputValue("#prompt"), "a red four");
      await page.reload();
      await page.waitForSelector("#ask:visible");
      assert.deepEqual(asked, [], "nothing is asked of it before");
      // Declined, the page's own model comes, with the link's words, and nothing runs by itself.
      await page.click("#decline");
      await ready(page);
      assert.deepEqual(
        [await text(page, "#model-name"), await page.inputValue("#prompt"), await text(page, "#status")],
        ["digits", "a red four", ""],
      );
      assert.deepEqual(asked, []);
      const other = await page.context().newPage();
      await other.goto(link);
      await other.click("#agree");
      await other.waitForSelector("#load:visible");
      assert.match(await text(other, "#choices td"), /^21\.0 MB$/);
      assert.ok(server.log.sent < 20 << 20, "the rest waits");
      await load(other);
      await finished(other, 3);
      server.asked();
      await other.goto(link);
      await finished(other, 3);
      assert.ok(await other.isHidden("#opener"));
      // Deleted, it asks again.
      await other.click("#open-model");
      await other.click("#stored [aria-label='Delete linked.safetensors']");
      await other.waitForFunction(() => document.querySelectorAll("#stored li").length === 0);
      await other.goto(link);
      await other.waitForSelector("#ask:visible");
      await other.close();
      await server.close();
    },
  },
  {
    name: "the first paint has no other model's words, and a language in the address asks for nothing",
    first: true,
    open: null,
    fake: true,
    async play({ page, address }) {
      await page.addInitScript(() => {
        globalThis.seen = new Set();
        const look = () => {
          const prompt = document.querySelector("#prompt");
          if (prompt) globalThis.seen.add(`${prompt.value}|${document.querySelector("#steps").value}`);
          requestAnimationFrame(look);
        };
        look();
      });
      await page.goto(`${address}?lang=es`);
      await page.waitForFunction(() => document.querySelector("#status")?.textContent?.includes("20 pasos"));
      assert.deepEqual(await page.evaluate(() => [...globalThis.seen]), ["|", "a blue seven on a yellow background|20"]);
      await page.goto(`${address}?prompt=a%20red%20four&steps=4`);
      await ready(page);
      assert.deepEqual(await page.evaluate(() => [...globalThis.seen].filter((one) => !one.startsWith("a red four") && one !== "|")), []);
    },
  },
];
