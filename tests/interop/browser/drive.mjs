// SPDX-License-Identifier: Apache-2.0
// Drives Debian's chromium for chromium.py: one command a line in, one answer a line out, both JSON.
// Argument: the folder of a fresh profile.

import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const context = await chromium.launchPersistentContext(process.argv[2], {
  executablePath: '/usr/bin/chromium',
  headless: true,
  viewport: { width: 1280, height: 900 },
  colorScheme: 'light',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
const page = context.pages()[0] ?? await context.newPage();
const said = []; // on the console since the page was opened, what the browser itself says included
const faults = []; // exceptions of the page's script
page.on('console', (message) => said.push(message.text()));
page.on('pageerror', (error) => faults.push(error.message));

const commands = {
  async open({ url }) {
    said.length = 0;
    faults.length = 0;
    await page.goto(url);
    await page.waitForFunction(() => document.querySelector('#api').textContent);
    return page.title();
  },

  // Any page, at this width.
  async view({ url, width, height = 900, colorScheme = 'light' }) {
    said.length = 0;
    faults.length = 0;
    await page.setViewportSize({ width, height });
    await page.emulateMedia({ colorScheme });
    await page.goto(url);
    return page.title();
  },

  // Clicks a button and gives the answer that the page shows for it, as its reader sees it.
  async press({ button }) {
    const fresh = '#answers article:not([data-seen])';
    await page.evaluate(() => document.querySelectorAll('#answers article')
      .forEach((article) => { article.dataset.seen = ''; }));
    await page.click(button);
    await page.waitForSelector(fresh);
    return page.$eval(fresh, (article) => Object.fromEntries(
      ['status', 'request', 'sent', 'meaning', 'challenge', 'body'].map((name) => {
        const part = article.querySelector(`.${name}`);
        return [name, part.checkVisibility() ? part.textContent : ''];
      }),
    ));
  },

  fill: ({ field, text }) => page.fill(field, text),
  value: ({ field }) => page.inputValue(field),
  visible: ({ element }) => page.isVisible(element),
  href: ({ link }) => page.$eval(link, (a) => a.href),
  evaluate: ({ script }) => page.evaluate(script),
  noises: () => ({ said, faults }),
  async screenshot({ path, colorScheme = 'light' }) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path, fullPage: true });
  },
};

const say = (answer) => process.stdout.write(`${JSON.stringify(answer)}\n`);

say({ value: context.browser()?.version() ?? await page.evaluate(() => navigator.userAgent) });
for await (const line of createInterface({ input: process.stdin })) {
  const { command, ...options } = JSON.parse(line);
  try {
    say({ value: await commands[command](options) ?? null });
  } catch (error) {
    say({ error: `${command}: ${error.message}` });
  }
}
await context.close();
