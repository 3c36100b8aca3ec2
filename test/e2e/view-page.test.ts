// A desktop's page in a real Chromium: the screen is shown live, what is done on it is done on the desktop, and the button
// records it, under the name that the address gives.
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { readTrace } from '../../sdk/index.ts';
import { startComputer, type TestComputer } from '../support/computer.ts';
import { centreOf, findElements, readTree, waitForElement } from '../support/elements.ts';
import { openPageBrowser, type PageBrowser } from '../support/page-browser.ts';
import { eventually } from '../support/server.ts';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const EDITOR = { role: 'text', app: 'mousepad' };

describe("a desktop's page", () => {
  let computer: TestComputer;
  let chromium: PageBrowser;
  let page: Page;
  before(async () => {
    computer = await startComputer({ resolution: '900x600' });
    chromium = await openPageBrowser();
    page = await chromium.browser.newPage({ viewport: { width: 1100, height: 720 } });
    const { url, token } = computer.server.running;
    await page.goto(`${url}/login?token=${token}`);
    await page.goto(`${url}/view/${computer.computer.desktop.id}?actor=alice`);
  });
  after(async () => {
    await chromium[Symbol.asyncDispose]();
    await computer[Symbol.asyncDispose]();
  });

  /** A point of the desktop, where the page shows it. */
  async function shown(x: number, y: number): Promise<[number, number]> {
    const box = await page.locator('#screen canvas').boundingBox();
    assert.ok(box);
    return [box.x + (x * box.width) / 900, box.y + (y * box.height) / 600];
  }

  it('shows the screen, live', async () => {
    await page.locator('#state', { hasText: 'live' }).waitFor();
    await computer.desktop.launch('mousepad');
    await waitForElement(computer.desktop, EDITOR);
    await eventually(async () => {
      const canvas = await page.locator('#screen canvas').screenshot();
      const seen = await pixelsOf(canvas);
      const real = await pixelsOf(Buffer.from(await computer.desktop.screenshot()));
      const difference =
        real.reduce((sum, byte, at) => sum + Math.abs(byte - (seen[at] ?? 0)), 0) / real.length;
      assert.ok(difference < 6, `its bytes differ by ${difference} in the mean`);
    });
  });

  it('records what is done on it, and offers the archive', async () => {
    const record = page.getByRole('button', { name: 'Record', exact: true });
    await record.click();
    await page.getByRole('button', { name: 'Stop recording' }).waitFor();
    const { x, y } = centreOf((await waitForElement(computer.desktop, EDITOR)).bounds);
    await page.mouse.click(...(await shown(x, y)));
    await page.keyboard.type('done by hand', { delay: 20 });
    await eventually(async () => {
      const [editor] = findElements(await readTree(computer.desktop), EDITOR);
      assert.equal(editor?.value, 'done by hand');
    });
    await page.getByRole('button', { name: 'Stop recording' }).click();
    const link = page.getByRole('link', { name: 'Download trace' });
    const href = await link.getAttribute('href');
    const archive = await fetch(new URL(href ?? '', computer.server.url), { headers: computer.server.auth });
    const path = join(computer.folder, 'recorded.zip');
    await writeFile(path, Buffer.from(await archive.arrayBuffer()));
    const { events } = await readTrace(path);
    const byHand = events.filter(
      ({ type, actor }) => type === 'api_call' && (actor as { id?: string }).id === 'alice',
    );
    assert.deepEqual(
      byHand.map(({ data }) => [data['method'], (data['args'] as { text?: string }).text]),
      [
        ['left_click', undefined],
        ['type_text', 'done by hand'],
      ],
    );
  });

  it('says what is wrong where the trace was stopped by somebody else', async () => {
    await page.getByRole('button', { name: 'Record', exact: true }).click();
    const stop = page.getByRole('button', { name: 'Stop recording' });
    await stop.waitFor();
    // The page looks every three seconds: it is to know nothing of it when the button is pressed.
    await page.route(/\/trace$/, (route) => route.fulfill({ json: { active: true, trace: null } }));
    await computer.tracing.stop({ format: 'zip', path: computer.folder });
    await stop.click();
    await page.getByText('Tracing is not active').waitFor();
    await page.unroute(/\/trace$/);
    await page.getByRole('button', { name: 'Record', exact: true }).waitFor();
  });
});

async function pixelsOf(picture: Buffer): Promise<Buffer> {
  return sharp(picture).removeAlpha().resize(450, 300, { fit: 'fill' }).raw().toBuffer();
}
