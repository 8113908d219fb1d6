import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { GUARANTEES } from '../guarantees.ts';
import { guaranteePage, titlesIn } from '../harness/guarantee-page.ts';

test('T3: the page of guarantees is the one that the tests make: after a change run `npm run docs`', async () => {
  const page = await readFile(path.resolve(import.meta.dirname, '../../docs/guarantees.md'), 'utf8');
  expect(page).toBe(guaranteePage(GUARANTEES));
});

test('T3: a guarantee without a test, and a test that is not there, are found', () => {
  const file = 'test/unit/guarantee-page.test.ts';
  expect(() => guaranteePage([{ promise: 'nothing', heldBy: {} }])).toThrow('no test holds');
  expect(() => guaranteePage([{ promise: 'nothing', heldBy: { [file]: ['is on the moon'] } }])).toThrow(
    'has no test',
  );
  expect(titlesIn(file, 'the page of guarantees')).toHaveLength(1);
});
