/** The files of a capture are read back: the log, every object, and what they come to. */
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CaptureSchemaFile } from '../../electron/contract/capture-log.ts';
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import type { ConnectionAccess } from '../../electron/engine/ports.ts';
import { verifyCapture } from '../../electron/engine/verify/verify-capture.ts';
import { JOB, MadeCapture, shapeOf, type MadeChange } from '../harness/capture/made-capture.ts';
import { tableSource } from '../harness/capture/table-source.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

let folder: TemporaryFolder;
let made: MadeCapture;

beforeEach(async () => {
  folder = await makeTemporaryFolder('replay');
  made = new MadeCapture(new FolderSink(folder.path));
});
afterEach(() => folder.remove());

const shape = shapeOf(['id', 'name', 'note']);
const verify = (database?: Parameters<typeof verifyCapture>[1]['database']) =>
  verifyCapture(made.sink, { job: JOB, database }, made.signal);
const access: ConnectionAccess = {
  settings: { host: '', port: 1, database: '', user: '', tls: 'disable' },
  password: undefined,
};

/** What a comparison with these rows, at a position, finds. */
async function compared(
  lsn: number,
  rows: readonly (readonly (string | null)[])[],
  file: CaptureSchemaFile = shape,
) {
  await made.checkpoint();
  const source = tableSource(BigInt(lsn), file, rows);
  const found = await verify({ source, access, waitSeconds: 0 });
  const { compared: counts, irregular } = found.tables[0]!;
  const { missing = -1, extra = -1, different = -1, unknownValues = -1 } = counts ?? {};
  return { proved: found.proved, missing, extra, different, unknownValues, irregular };
}
/** A number with more digits than a double has. https://tc39.es/proposal-json-parse-with-source/ */
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => unknown };
const SAME = { proved: true, missing: 0, extra: 0, different: 0, unknownValues: 0, irregular: 0 };

const snapshot: readonly MadeChange[] = [
  { op: 'r', at: 100, after: { id: 1, name: 'one', note: null } },
  { op: 'r', at: 100, after: { id: 2, name: 'two', note: 'long' } },
];

describe('what the files come to', () => {
  test('is the table, after inserts, updates and deletes', async () => {
    await made.snapshot(100, { shape, changes: snapshot });
    await made.changes(200, {
      shape,
      changes: [
        { op: 'c', at: 110, after: { id: 3, name: 'three', note: '' } },
        { op: 'u', at: 120, after: { id: 1, name: 'uno', note: null } },
        { op: 'd', at: 130, before: { id: 2 } },
      ],
    });
    expect(
      await compared(200, [
        ['1', 'uno', null],
        ['3', 'three', ''],
      ]),
    ).toEqual(SAME);
  });

  test('is the table as it was: what was committed at the moment of the comparison or later does not count', async () => {
    await made.snapshot(100, { shape, changes: snapshot });
    await made.changes(300, {
      shape,
      changes: [
        { op: 'd', at: 150, before: { id: 1 } },
        { op: 'd', at: 200, before: { id: 2 } },
      ],
    });
    expect(await compared(200, [['2', 'two', 'long']])).toEqual(SAME);
  });

  test('leaves out changes that the snapshot has already, wherever the log has the snapshot', async () => {
    await made.changes(200, {
      shape,
      changes: [
        { op: 'c', at: 90, after: { id: 1, name: 'one', note: null } },
        { op: 'u', at: 150, after: { id: 1, name: 'uno', note: null } },
      ],
    });
    await made.snapshot(100, { shape, changes: snapshot });
    expect(
      await compared(200, [
        ['1', 'uno', null],
        ['2', 'two', 'long'],
      ]),
    ).toEqual(SAME);
  });

  test('has the value that an update did not touch, also where the update moves the row to another key', async () => {
    await made.snapshot(100, { shape, changes: snapshot });
    await made.changes(200, {
      shape,
      changes: [
        { op: 'u', at: 110, after: { id: 2, name: 'deux' }, unchanged: ['note'] },
        { op: 'u', at: 120, before: { id: 2 }, after: { id: 20, name: 'vingt' }, unchanged: ['note'] },
      ],
    });
    expect(
      await compared(200, [
        ['1', 'one', null],
        ['20', 'vingt', 'long'],
      ]),
    ).toEqual(SAME);
  });

  test('takes the placeholder of an unchanged value for what it is', async () => {
    await made.snapshot(100, { shape, changes: snapshot });
    const after = { id: 2, name: 'deux', note: '__debezium_unavailable_value' };
    await made.changes(200, { shape, changes: [{ op: 'u', at: 110, after, unchanged: ['note'] }] });
    expect(
      await compared(200, [
        ['1', 'one', null],
        ['2', 'deux', 'long'],
      ]),
    ).toEqual(SAME);
  });

  test('is empty after a truncate, and goes on', async () => {
    await made.snapshot(100, { shape, changes: snapshot });
    const later: MadeChange = { op: 'c', at: 120, after: { id: 1, name: 'new', note: null } };
    await made.changes(200, { shape, changes: [{ op: 't', at: 110 }, later] });
    expect(await compared(200, [['1', 'new', null]])).toEqual(SAME);
  });

  test('keeps all digits of a number', async () => {
    await made.snapshot(100, {
      shape: shapeOf(['id', 'name']),
      changes: [{ op: 'r', at: 100, after: { id: 1, name: rawJson('12345678901234567890.10') } }],
    });
    expect(await compared(100, [['1', '12345678901234567890.10']], shapeOf(['id', 'name']))).toEqual(SAME);
  });

  test('counts what differs, and says no value', async () => {
    await made.snapshot(100, { shape, changes: snapshot });
    const found = await compared(100, [
      ['1', 'other', null],
      ['3', 'new', null],
    ]);
    expect(found).toEqual({ ...SAME, proved: false, missing: 1, extra: 1, different: 1 });
  });
});

describe('a table whose rows have no key', () => {
  const full = shapeOf(['a', 'b'], { replicaIdentity: 'full' });

  test('has a row as often as it was inserted, and an update changes one of them', async () => {
    const row = { a: 'x', b: null };
    await made.snapshot(100, {
      shape: full,
      changes: [1, 2, 3].map(() => ({ op: 'r', at: 100, after: row })),
    });
    await made.changes(200, {
      shape: full,
      changes: [
        { op: 'u', at: 110, before: row, after: { a: 'y', b: null } },
        { op: 'd', at: 120, before: row },
      ],
    });
    expect(
      await compared(
        200,
        [
          ['x', null],
          ['y', null],
        ],
        full,
      ),
    ).toEqual(SAME);
  });

  test('finds its rows after a column was added, of which they have an unknown value', async () => {
    const wider = shapeOf(['a', 'b', 'c'], { replicaIdentity: 'full' });
    await made.snapshot(100, {
      shape: full,
      changes: ['1', '2', '3'].map((a) => ({ op: 'r', at: 100, after: { a, b: 'b' } })),
    });
    await made.changes(200, {
      shape: wider,
      changes: [
        { op: 'u', at: 110, before: { a: '1', b: 'b', c: '7' }, after: { a: '1', b: 'b', c: '8' } },
        { op: 'd', at: 120, before: { a: '2', b: 'b', c: '7' } },
      ],
    });
    const found = await compared(
      200,
      [
        ['1', 'b', '8'],
        ['3', 'b', '7'],
      ],
      wider,
    );
    expect(found).toEqual({ ...SAME, unknownValues: 1 });
  });
});

describe('columns that change', () => {
  test('a column that goes away, one that comes, and a key of other columns', async () => {
    await made.snapshot(100, { shape, changes: snapshot });
    const later = shapeOf(['id', 'name', 'price'], { keys: ['id', 'name'] });
    await made.changes(200, {
      shape: later,
      changes: [
        { op: 'u', at: 110, after: { id: 1, name: 'one', price: '5' } },
        { op: 'd', at: 120, before: { id: 2, name: 'two' } },
        { op: 'c', at: 130, after: { id: 1, name: 'other', price: null } },
      ],
    });
    expect(
      await compared(
        200,
        [
          ['1', 'one', '5'],
          ['1', 'other', null],
        ],
        later,
      ),
    ).toEqual(SAME);
  });

  test('a column that was added since the last change is compared with nothing', async () => {
    await made.snapshot(100, { shape, changes: snapshot });
    const later = shapeOf(['id', 'name', 'note', 'price']);
    const rows = [
      ['1', 'one', null, '0'],
      ['2', 'two', 'long', '0'],
    ];
    expect(await compared(100, rows, later)).toEqual({ ...SAME, unknownValues: 2 });
  });
});

describe('a history in which a change is there twice, or not at all', () => {
  test('is found by what cannot be', async () => {
    await made.snapshot(100, { shape, changes: snapshot });
    const insert: MadeChange = { op: 'c', at: 110, after: { id: 3, name: 'three', note: null } };
    await made.changes(200, { shape, changes: [insert, insert, { op: 'd', at: 120, before: { id: 9 } }] });
    await made.checkpoint();
    const found = await verify();
    expect(found.proved).toBe(false);
    expect(found.tables[0]).toMatchObject({ irregular: 2, rows: 3, compared: null });
  });
});

describe('an object that is no longer what was written', () => {
  const file = (key: string) => path.join(folder.path, key);
  const damages: readonly (readonly [string, (file: string) => Promise<unknown>, RegExp])[] = [
    ['is gone', (name) => rm(name), /not there/],
    ['is cut short', (name) => truncate(name, 20), /unpacked|bytes instead of/],
    [
      'has a byte that differs',
      async (name) => {
        const bytes = await readFile(name);
        bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1;
        await writeFile(name, bytes);
      },
      /CRC-32|unpacked/,
    ],
  ];
  test.each(damages)('because it %s is found', async (_, damage, problem) => {
    const { objects } = await made.snapshot(100, { shape, changes: snapshot });
    await made.checkpoint();
    expect(await verify()).toMatchObject({ proved: true, objects: 1, objectProblems: [] });
    await damage(file(objects[0]!.key));
    const found = await verify();
    expect(found.proved).toBe(false);
    expect(found.objectProblems).toEqual([{ key: objects[0]!.key, problem: expect.stringMatching(problem) }]);
  });
});

describe('the log', () => {
  const insert = (id: number, at: number): MadeChange => ({
    op: 'c',
    at,
    after: { id, name: 'n', note: null },
  });

  test('with an entry that is missing is not proved', async () => {
    await made.changes(100, { shape, changes: [insert(1, 50)] });
    await made.changes(200, { shape, changes: [insert(2, 150)] });
    await made.changes(300, { shape, changes: [insert(3, 250)] });
    await made.checkpoint();
    expect(await verify()).toMatchObject({ proved: true, entries: 3 });
    await rm(path.join(folder.path, '_sluice', JOB, 'log', '0000000000000002-00000001.json'));
    expect((await verify()).logProblems).toEqual(['Entry 2 is missing.']);
  });

  test('may begin an entry later than the one before ended, and not earlier', async () => {
    await made.changes(100, { shape, changes: [insert(1, 50)] });
    await made.changes(200, { shape, changes: [insert(2, 150)] }, { from: 120 });
    await made.checkpoint();
    expect(await verify()).toMatchObject({ proved: true });
    await made.changes(300, { shape, changes: [insert(3, 250)] }, { from: 180 });
    await made.checkpoint();
    expect((await verify()).logProblems).toEqual([
      'Entry 3 begins at 0/B4, before the end of the changes that are there already, 0/C8.',
    ]);
  });

  test('decides, and not the checkpoint, which may be an entry behind', async () => {
    await made.changes(100, { shape, changes: [insert(1, 50)] });
    await made.changes(200, { shape, changes: [insert(2, 150)] });
    await made.checkpoint({ sequence: 1, durableLsn: '0/64' });
    expect(await verify()).toMatchObject({ proved: true, entries: 2, durableLsn: '0/C8' });
  });

  test('that ends before its checkpoint is not proved', async () => {
    await made.changes(100, { shape, changes: [insert(1, 50)] });
    await made.checkpoint({ sequence: 3 });
    expect((await verify()).logProblems).toEqual([
      'The checkpoint counts 3 entries, and the log ends with 1.',
    ]);
  });

  test('that is damaged is said to be', async () => {
    await made.changes(100, { shape, changes: [insert(1, 50)] });
    await made.checkpoint();
    await writeFile(path.join(folder.path, '_sluice', JOB, 'log', '0000000000000001-00000001.json'), '{');
    await expect(verify()).rejects.toMatchObject({ code: 'DATA_LOG_INVALID' });
  });

  test('of no capture is not there', async () => {
    await expect(verify()).rejects.toMatchObject({ code: 'DEST_NO_OBJECT' });
  });
});

test('a capture that lags is not compared', async () => {
  await made.snapshot(100, { shape, changes: snapshot });
  await expect(compared(500, [])).rejects.toMatchObject({ code: 'DATA_CAPTURE_LAGS' });
});

test('a table whose rows from before were not wanted is not compared', async () => {
  const changes: MadeChange[] = [{ op: 'u', at: 50, after: { id: 1, name: 'n', note: null } }];
  await made.changes(100, { shape, changes });
  await made.checkpoint();
  const source = tableSource(100n, shape, [
    ['1', 'n', null],
    ['2', 'm', null],
  ]);
  const found = await verify({ source, access, waitSeconds: 0 });
  expect(found.proved).toBe(true);
  expect(found.tables[0]).toMatchObject({ complete: false, compared: null, irregular: 0, rows: 1 });
});
