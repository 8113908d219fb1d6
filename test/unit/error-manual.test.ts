import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { errorManual } from '../harness/error-manual.ts';

test('the manual of errors is the one that the table makes: after a change run `npm run docs`', async () => {
  const manual = await readFile(path.resolve(import.meta.dirname, '../../docs/errors.md'), 'utf8');
  expect(manual).toBe(errorManual());
});
