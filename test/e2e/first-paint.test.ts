/** How much the window loads before it shows anything. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { freshBuild } from './fresh-build.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../.vite/renderer/main_window');

/** Bytes, as a server with gzip would send them. */
const LIMIT = 250 * 1024;

/** The page, what it names, and the modules that these import at once; what is imported on demand comes later. */
async function loadedAtFirst(): Promise<ReadonlyMap<string, number>> {
  const sizes = new Map<string, number>();
  const waiting = ['index.html'];
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (sizes.has(file)) continue;
    const bytes = await readFile(path.join(FOLDER, file));
    sizes.set(file, gzipSync(bytes).length);
    const text = bytes.toString();
    if (file.endsWith('.html'))
      waiting.push(...[...text.matchAll(/(?:src|href)="\.\/(assets\/[^"]+)"/g)].map(([, name]) => name!));
    if (file.endsWith('.js'))
      waiting.push(
        ...[...text.matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)].map(([, name]) => `assets/${name}`),
      );
  }
  return sizes;
}

test('the window loads at most 250 KiB, compressed, before the first paint', async () => {
  await freshBuild('renderer');
  const sizes = await loadedAtFirst();
  expect([...sizes.keys()].filter((file) => file.endsWith('.js')).length).toBeGreaterThan(0);
  expect([...sizes.keys()].filter((file) => file.endsWith('.css')).length).toBeGreaterThan(0);
  const total = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  expect(total, JSON.stringify(Object.fromEntries(sizes))).toBeLessThanOrEqual(LIMIT);
});
