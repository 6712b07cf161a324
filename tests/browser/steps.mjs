// The steps that journeys are made of.

/** What was looked at is loaded as it is proposed. */
export async function load(page) {
  await page.click("#load");
  await drawn(page);
}

/**
 * Opens a link to a model of another site, lets the page ask that site, and loads what it found there.
 * @param {import("playwright-core").Page} page
 * @param {string} link
 */
export async function follow(page, link) {
  await page.goto(link);
  await page.click("#agree");
  await load(page);
}

/** @param {import("playwright-core").Page} page */
export async function ready(page) {
  await drawn(page);
  await page.waitForSelector("#generate:enabled");
}

export async function again(page, steps) {
  await drawn(page);
  await page.waitForSelector("#generate:enabled");
  const began = await begun(page);
  await page.click("#generate");
  await began.evaluate(({ promise }) => promise);
  await finished(page, steps);
}

/** Until a run has begun, the page's words are still the last one's. */
async function begun(page) {
  return page.evaluateHandle(() => {
    const button = document.querySelector("#generate");
    const promise = new Promise((resolve) => {
      new MutationObserver((_, observer) => {
        if (button.textContent === "Generate") return;
        observer.disconnect();
        resolve(true);
      }).observe(button, { childList: true, characterData: true, subtree: true });
    });
    return { promise };
  });
}

export async function finished(page, steps) {
  await drawn(page);
  await page.waitForFunction(
    (count) =>
      document.querySelector("#status")?.textContent?.match(`^${count} steps? in`) &&
      document.querySelector("#generate")?.textContent === "Generate",
    steps,
  );
}

/** @param {string | RegExp} wanted */
export async function status(page, wanted) {
  const source = wanted instanceof RegExp ? wanted.source : `^${wanted}$`;
  await page.waitForFunction((pattern) => new RegExp(pattern).test(document.querySelector("#status")?.textContent ?? ""), source);
}

export async function text(page, selector) {
  return (await page.locator(selector).first().textContent())?.trim() ?? "";
}

export async function done(page) {
  return Number(await page.getAttribute("#progress", "aria-valuenow"));
}

/** Two frames later everything that was changed is drawn. */
export async function drawn(page) {
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
}

/** What is on the large canvas: its size, a checksum, and how much its pixels differ. */
export async function pixels(page) {
  return page.evaluate(() => {
    const canvas = document.querySelector("#picture canvas");
    const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const values = data.filter((_, index) => index % 4 !== 3);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
    return { size: [width, height], spread, sum: values.reduce((sum, value, index) => (sum * 31 + value + index) % 4294967291, 7) };
  });
}

/** A page whose gallery is empty, whatever was made before. @param {import("playwright-core").Page} page @param {string} address */
export async function anew(page, address, open = "?steps=3") {
  await page.goto(`${address}models/digits/model_index.json`);
  await page.evaluate(
    () =>
      new Promise((done) => Object.assign(indexedDB.deleteDatabase("decant-gallery"), { onsuccess: done, onerror: done, onblocked: done })),
  );
  await page.goto(address + open);
  await ready(page);
}

/** @param {import("playwright-core").Page} page @param {Record<string, string>} settings */
export async function make(page, settings, steps = 3) {
  for (const [name, value] of Object.entries(settings)) await page.fill(`#${name}`, value);
  await again(page, steps);
}

/** @param {import("playwright-core").Page} page @param {number} count */
export async function kept(page, count) {
  await page.waitForFunction((wanted) => document.querySelectorAll("#gallery-list li").length === wanted, count);
}

/** Opens the page, and a model by its address. */
export async function openByAddress(page, address, model) {
  await page.goto(address);
  await ready(page);
  await typeAddress(page, model);
  await load(page);
}

export async function typeAddress(page, model) {
  await page.click("#open-model");
  await page.fill("#address", model);
  await page.keyboard.press("Enter");
}

export const focused = (page) => page.evaluate(() => document.activeElement?.id || document.activeElement?.className);

/** The mean colour of the shown picture between two columns. */
export function mean(page, from = 0, to = Infinity) {
  return page.evaluate(
    ([from, to]) => {
      const canvas = document.querySelector("#picture canvas");
      const end = Math.min(to, canvas.width);
      const { data } = canvas.getContext("2d").getImageData(from, 0, end - from, canvas.height);
      return [0, 1, 2].map(
        (channel) => data.filter((_, i) => i % 4 === channel).reduce((sum, value) => sum + value, 0) / (data.length / 4),
      );
    },
    [from, to === Infinity ? 1e9 : to],
  );
}

/** Another place of the page, by its tab. @param {import("playwright-core").Page} page @param {string} place */
export async function enterPlace(page, place) {
  await page.click(`.places a[href="#${place}"]`);
  await page.waitForSelector(`#${place}:visible > *`);
}
