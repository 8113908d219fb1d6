/**
 * Draws the app's icons from icon.svg: `node assets/make-icons.ts [path of a Chromium]`. Run it after the drawing has
 * changed; the results are kept in the repository, because packaging must not need a browser.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { chromium, type Browser } from 'playwright-core';

const FOLDER = import.meta.dirname;
const at = (file: string) => path.join(FOLDER, file);

/** Share of the side that Apple's template leaves free around the shape. */
const MAC_MARGIN = 100 / 1024;

/** Entry types of an .icns file that hold PNG, by their side in pixels. https://en.wikipedia.org/wiki/Apple_Icon_Image_format */
const ICNS_TYPES = [
  ['icp4', 16],
  ['icp5', 32],
  ['ic11', 32],
  ['ic12', 64],
  ['ic07', 128],
  ['ic13', 256],
  ['ic08', 256],
  ['ic14', 512],
  ['ic09', 512],
  ['ic10', 1024],
] as const;

const ICO_SIDES = [16, 24, 32, 48, 64, 128, 256];

async function draw(browser: Browser, svg: string, side: number, margin: number): Promise<Buffer> {
  const page = await browser.newPage({ viewport: { width: side, height: side } });
  const picture = Buffer.from(svg).toString('base64');
  const shape = Math.round(side * (1 - 2 * margin));
  await page.setContent(
    `<style>body{margin:0;display:grid;place-items:center;height:${String(side)}px}</style>` +
      `<img width="${String(shape)}" height="${String(shape)}" src="data:image/svg+xml;base64,${picture}">`,
  );
  const png = await page.screenshot({ omitBackground: true });
  await page.close();
  return png;
}

/** Windows: a directory of sixteen-byte entries, then the PNGs. https://learn.microsoft.com/en-us/previous-versions/ms997538(v=msdn.10) */
function ico(pictures: readonly { side: number; png: Buffer }[]): Buffer {
  const header = Buffer.alloc(6);
  header.writeUInt16LE(1, 2);
  header.writeUInt16LE(pictures.length, 4);
  let offset = 6 + 16 * pictures.length;
  const entries = pictures.map(({ side, png }) => {
    const entry = Buffer.alloc(16);
    // A byte cannot hold 256, so 0 stands for it.
    entry.writeUInt8(side % 256, 0);
    entry.writeUInt8(side % 256, 1);
    entry.writeUInt16LE(1, 4);
    entry.writeUInt16LE(32, 6);
    entry.writeUInt32LE(png.length, 8);
    entry.writeUInt32LE(offset, 12);
    offset += png.length;
    return entry;
  });
  return Buffer.concat([header, ...entries, ...pictures.map(({ png }) => png)]);
}

/** macOS: blocks of a type, a length that counts its own eight bytes, and a PNG. */
function icns(pictures: readonly { type: string; png: Buffer }[]): Buffer {
  const block = (type: string, content: Buffer) => {
    const head = Buffer.alloc(8);
    head.write(type, 'latin1');
    head.writeUInt32BE(content.length + 8, 4);
    return Buffer.concat([head, content]);
  };
  return block('icns', Buffer.concat(pictures.map(({ type, png }) => block(type, png))));
}

const svg = await readFile(at('icon.svg'), 'utf8');
const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
});
try {
  await writeFile(at('icon.png'), await draw(browser, svg, 512, 0));
  const forWindows = [];
  for (const side of ICO_SIDES) forWindows.push({ side, png: await draw(browser, svg, side, 0) });
  await writeFile(at('icon.ico'), ico(forWindows));
  const forMac = [];
  for (const [type, side] of ICNS_TYPES)
    forMac.push({ type, png: await draw(browser, svg, side, MAC_MARGIN) });
  await writeFile(at('icon.icns'), icns(forMac));
} finally {
  await browser.close();
}
