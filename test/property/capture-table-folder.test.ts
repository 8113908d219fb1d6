/** The folder that a warehouse is pointed to has all objects of a table, those of later days too, and of no other table. */
import { expect, test } from 'vitest';
import {
  CAPTURE_KEY_FIELDS,
  captureKeyProblem,
  captureTableFolder,
  DEFAULT_CAPTURE_KEY,
  renderCaptureKey,
} from '../../electron/contract/capture-key.ts';
import { Random } from '../harness/random.ts';

const SEED = Date.now() % 1_000_000;
const TABLES = ['Orders', 'orders', 'order', 'a b', 'x/y'];

function template(random: Random): string {
  const fields = Object.keys(CAPTURE_KEY_FIELDS).toSorted(() => random.next() - 0.5);
  return fields
    .map((field) => `${random.pick(['', 'k='])}{${field}}`)
    .join('/')
    .replaceAll('/', () => random.pick(['/', '/', '-']));
}

const facts = (random: Random, table: string, job = 'shop') => {
  const lsn = BigInt(random.below(2 ** 31));
  return {
    job,
    database: 'db',
    schema: 'public',
    table,
    fromLsn: lsn,
    toLsn: lsn + 8n,
    at: new Date(random.below(2 ** 31) * 1_000),
    part: 1 + random.below(200),
    snapshot: random.chance(0.5),
    ext: 'jsonl.zst',
  };
};

test(`D1: the folder of a table (seed ${SEED}) has every object that comes later, and none of another table`, () => {
  const random = new Random(SEED);
  let named = 0;
  for (let round = 0; round < 2_000; round++) {
    const key = round % 3 === 0 ? DEFAULT_CAPTURE_KEY : template(random);
    if (captureKeyProblem(key) !== undefined) continue;
    const prefix = random.pick(['', 'lake/in']);
    const table = random.pick(TABLES);
    const folder = captureTableFolder(key, prefix, facts(random, table));
    if (folder === undefined) continue;
    named++;
    for (let object = 0; object < 5; object++) {
      expect(renderCaptureKey(key, prefix, facts(random, table)), key).toMatch(
        new RegExp(`^${RegExp.escape(folder)}`),
      );
      const other = random.pick(TABLES.filter((each) => each !== table));
      expect(renderCaptureKey(key, prefix, facts(random, other)).startsWith(folder), `${key}: ${other}`).toBe(
        false,
      );
    }
  }
  expect(named).toBeGreaterThan(600);
});

test.each([
  [DEFAULT_CAPTURE_KEY, 'lake/shop/public/Orders/'],
  ['{schema}.{table}/{from_lsn}-{to_lsn}-{part}.{ext}', 'lake/public.Orders/'],
  ['{date}/{schema}/{table}/{from_lsn}-{to_lsn}-{part}.{ext}', undefined],
  ['{schema}/{table}-{from_lsn}-{to_lsn}-{part}.{ext}', undefined],
  ['{schema}/{table}/dt={date}/{from_lsn}-{to_lsn}-{part}.{ext}', 'lake/public/Orders/'],
])('D1: %s is read in %s', (key, folder) => {
  const of = { job: 'shop', database: 'db', schema: 'public', table: 'Orders' };
  expect(captureTableFolder(key, 'lake', of)).toBe(folder);
});
