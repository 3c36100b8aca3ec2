// The page of a server in a real Chromium: its desktops and traces, what is found in them, and the archive to take along.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import { Deskreel, readTrace } from '../../sdk/index.ts';
import { DESKTOP_TRACE, entriesOf, exported } from '../support/exports.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { openPageBrowser, type PageBrowser } from '../support/page-browser.ts';

describe("a server's page", () => {
  let computer: TestComputer;
  let chromium: PageBrowser;
  let page: Page;
  let deskreel: Deskreel;
  before(async () => {
    computer = await startComputer({ name: 'bench', resolution: '900x600' });
    chromium = await openPageBrowser();
    page = await chromium.browser.newPage({ viewport: { width: 1100, height: 720 } });
    const { url, token } = computer.server.running;
    deskreel = await Deskreel.open({ url, token });
    await page.goto(`${url}/login?token=${token}`);
  });
  after(async () => {
    await deskreel.close();
    await chromium[Symbol.asyncDispose]();
    await computer[Symbol.asyncDispose]();
  });

  /** What the link leads to, as the page gets it. */
  async function downloaded(name: string): Promise<Buffer> {
    const href = (await page.getByRole('link', { name }).getAttribute('href')) ?? '';
    const bytes = await page.evaluate(async (path) => [...(await (await fetch(path)).bytes())], href);
    return Buffer.from(bytes);
  }

  it('lists the desktops, and says how the first trace comes about', async () => {
    await page.locator('#desktops li', { hasText: 'bench' }).waitFor();
    await page.getByText('No trace yet.').waitFor();
    assert.equal(await page.getByRole('searchbox').isVisible(), false);
  });

  it('lists the traces as they come, with their counts and files', async () => {
    await computer.tracing.start({ name: 'first try' });
    await page.locator('#traces li', { hasText: 'recording' }).waitFor();
    await computer.desktop.leftClick(450, 300);
    await computer.tracing.stop({ path: computer.folder });
    const card = page.locator('#traces li', { hasText: 'sealed' });
    await card.waitFor();
    assert.match(
      await card.innerText(),
      /^first try\nsealed\nArchive\nPlaywright\ntrace_\S+ · d-\w+ · .* · 1 step · [0-9.]+ s$/,
    );
    const bytes = await downloaded('Archive of first try');
    const path = join(computer.folder, 'page.zip');
    await writeFile(path, bytes);
    assert.equal((await readTrace(path)).overview.steps, 1);
    const viewer = await entriesOf(await downloaded("first try for Playwright's trace viewer"));
    assert.ok(viewer.has('trace.trace'), [...viewer.keys()].join(' '));
  });

  it('finds a text in an imported run, and shows where', async () => {
    const run = join(computer.folder, 'run.zip');
    await writeFile(run, await exported(DESKTOP_TRACE, 'osworld'));
    const imported = await deskreel.importTrace(run);
    await page.locator('#traces li', { hasText: imported.traceId }).waitFor();
    await page.getByRole('searchbox').fill('GOOD morning');
    await page.getByRole('button', { name: 'Search' }).click();
    const found = page.locator('#found li', { hasText: 'args.text' });
    await found.waitFor();
    assert.match(await found.innerText(), /type_text\nargs\.text: Good morning, "world"!/);
    await page.getByRole('searchbox').fill('no such thing');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('“no such thing” stands in no finished trace.').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.locator('#found').waitFor({ state: 'hidden' });
  });
});
