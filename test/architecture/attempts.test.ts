/** A test that fails once in a while says so: a second attempt would hide it. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..', '..');

test('T2: no test has a second attempt', () => {
  const tests = readdirSync(path.join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => path.join('test', name));
  const again = ['vite.config.ts', ...tests].filter((name) =>
    /\bretry: [1-9{]/.test(readFileSync(path.join(ROOT, name), 'utf8')),
  );
  expect(again).toEqual([]);
});
