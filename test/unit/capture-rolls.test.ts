/** The pure decisions of the writing side of a capture. */
import { expect, it } from 'vitest';
import {
  captureExtension,
  DEFAULT_CAPTURE_KEY,
  renderCaptureKey,
} from '../../electron/contract/capture-key.ts';
import type { CaptureCheckpoint, CaptureLogEntry } from '../../electron/contract/capture-log.ts';
import { AppError } from '../../electron/contract/app-error.ts';
import { withEntries } from '../../electron/engine/capture/claim-capture.ts';
import { delayAfter, mayPass } from '../../electron/engine/capture/destination-patience.ts';
import { isBehind, isCutDue, isRollDue, rowLimit } from '../../electron/engine/capture/roll-decision.ts';

const LIMITS = { rollBytes: 1000, rollRows: 10, rollSeconds: 2 };

it.each([
  ['nothing has come', [], undefined, false, false],
  ['little and young', [{ bytes: 999, rows: 9 }], 1999, false, false],
  [
    'enough bytes',
    [
      { bytes: 1, rows: 1 },
      { bytes: 1000, rows: 1 },
    ],
    0,
    false,
    true,
  ],
  ['enough rows', [{ bytes: 1, rows: 10 }], 0, false, true],
  ['old enough', [{ bytes: 1, rows: 1 }], 2000, false, true],
  ['an object had to end already', [{ bytes: 1, rows: 1 }], 0, true, true],
])('a roll where %s', (_, objects, ageMs, cut, due) => {
  expect(isRollDue({ objects, ageMs, cut, behind: false }, LIMITS)).toBe(due);
});

it.each([
  ['old, while the destination is behind', [{ bytes: 1, rows: 1 }], false, false],
  ['large, while the destination is behind', [{ bytes: 1000, rows: 1 }], false, true],
  ['cut, while the destination is behind', [{ bytes: 1, rows: 1 }], true, true],
])('a roll that is %s', (_, objects, cut, due) => {
  expect(isRollDue({ objects, ageMs: 3_600_000, cut, behind: true }, LIMITS)).toBe(due);
});

it('a destination is behind when four rolls are on their way to it', () => {
  expect([0, 3, 4, 5].map(isBehind)).toEqual([false, false, true, true]);
});

it.each([
  [1000, 10, false],
  [1499, 14, false],
  [1500, 1, true],
  [1, 15, true],
])('an object of %d bytes and %d rows inside of a transaction', (bytes, rows, due) => {
  expect(isCutDue({ bytes, rows }, 1, LIMITS)).toBe(due);
});

it('a transaction with very many objects has larger ones behind them', () => {
  const cut = (rows: number, part: number) => isCutDue({ bytes: 1, rows }, part, LIMITS);
  expect([cut(15, 256), cut(15, 257), cut(1_500, 257)]).toEqual([true, false, true]);
  // A limit that is higher is kept.
  expect(rowLimit(257, { rollRows: 5_000 })).toBe(5_000);
});

const FACTS = {
  job: 'shop',
  database: 'db',
  schema: 'public',
  table: 'Orders',
  fromLsn: 0x16b374d848n,
  toLsn: 2n ** 64n - 1n,
  at: new Date('2026-02-03T04:05:06Z'),
  part: 7,
  snapshot: false,
  ext: 'jsonl.zst',
};

it.each([
  [
    DEFAULT_CAPTURE_KEY,
    '',
    'shop/public/Orders/2026-02-03/00000016B374D848-FFFFFFFFFFFFFFFF-00007.jsonl.zst',
  ],
  ['{year}/{month}/{day}/{hour}/{database}-{table}', 'a/b', 'a/b/2026/02/03/04/db-Orders'],
])('the key of %s', (template, prefix, key) => {
  expect(renderCaptureKey(template, prefix, FACTS)).toBe(key);
});

it('a name cannot climb out of its folder, and a key cannot be longer than S3 takes', () => {
  expect(renderCaptureKey('{schema}/{table}', '', { ...FACTS, schema: '..', table: 'a/../b' })).toBe(
    '_/a_.._b',
  );
  expect(() => renderCaptureKey('{table}', '', { ...FACTS, table: 'é'.repeat(513) })).toThrow(RangeError);
});

it.each([
  ['jsonl', 'zstd', 'jsonl.zst'],
  ['flat', 'gzip', 'jsonl.gz'],
  ['jsonl', 'none', 'jsonl'],
  ['parquet', 'zstd', 'parquet'],
] as const)('the extension of %s with %s', (format, compression, extension) => {
  expect(captureExtension(format, compression)).toBe(extension);
});

it('waits longer and longer, up to a bound, and never all at once', () => {
  const delays = { firstMs: 500, longestMs: 30_000 };
  expect([1, 2, 3, 7, 100].map((failures) => delayAfter(failures, 0, delays))).toEqual([
    250, 500, 1000, 15_000, 15_000,
  ]);
  expect(delayAfter(100, 0.999999, delays)).toBe(30_000);
});

it.each([
  ['DEST_UNREACHABLE', true],
  ['DEST_THROTTLED', true],
  ['DEST_ACCESS_DENIED', false],
  ['DEST_CAPTURE_FENCED', false],
  ['SOURCE_CONNECTION_LOST', false],
] as const)('%s passes by itself: %s', (code, passes) => {
  expect(mayPass(new AppError(code, 'x'))).toBe(passes);
});

const CHECKPOINT: CaptureCheckpoint = {
  version: 1,
  job: 'shop',
  slot: 's',
  publication: 'p',
  database: 'db',
  systemIdentifier: '1',
  timeline: 1,
  format: 'jsonl',
  compression: 'zstd',
  epoch: 1,
  writer: null,
  fenced: true,
  sequence: 4,
  durableLsn: '0/200',
  durableCommitAt: null,
  tables: [{ table: { schema: 'public', name: 'Orders' }, state: 'pending', lsn: null, rows: 0 }],
  pending: ['a', 'b'],
  writeId: 'w',
  updatedAt: '2026-01-01T00:00:00.000Z',
};
const object = (key: string, lastCommitAt: string | null): CaptureLogEntry['objects'][number] => ({
  key,
  table: { schema: 'public', name: 'Orders' },
  schema: 's',
  rows: 3,
  bytes: 1,
  etag: '',
  crc32: '',
  operations: { read: 0, insert: 3, update: 0, delete: 0, truncate: 0 },
  firstLsn: '0/1',
  lastLsn: '0/2',
  firstCommitAt: null,
  lastCommitAt,
  part: 1,
});
const entry = (more: Partial<CaptureLogEntry>): CaptureLogEntry => ({
  version: 1,
  job: 'shop',
  sequence: 5,
  epoch: 1,
  kind: 'changes',
  fromLsn: '0/200',
  toLsn: '0/300',
  format: 'jsonl',
  compression: 'zstd',
  transactions: 1,
  objects: [object('a', '2026-01-01T00:00:00.000001Z')],
  writtenAt: '2026-01-01T00:00:00.000Z',
  ...more,
});

it.each([
  [
    'of changes',
    entry({}),
    { sequence: 5, durableLsn: '0/300', pending: ['b'], durableCommitAt: '2026-01-01T00:00:00.000001Z' },
  ],
  [
    'that is behind',
    entry({ toLsn: '0/100', objects: [] }),
    { sequence: 5, durableLsn: '0/200', pending: ['a', 'b'] },
  ],
  [
    'of a compaction',
    entry({ kind: 'compaction', toLsn: '0/900' }),
    { sequence: 5, durableLsn: '0/200', pending: ['a', 'b'] },
  ],
  [
    'of a snapshot',
    entry({
      kind: 'snapshot',
      fromLsn: '0/900',
      toLsn: '0/900',
      table: { schema: 'public', name: 'Orders' },
      objects: [object('b', null)],
    }),
    {
      durableLsn: '0/200',
      pending: ['a'],
      tables: [{ ...CHECKPOINT.tables[0], state: 'done', lsn: '0/900', rows: 3 }],
    },
  ],
])('an entry %s is counted in', (_, counted, expected) => {
  expect(withEntries(CHECKPOINT, [counted])).toMatchObject(expected);
});
