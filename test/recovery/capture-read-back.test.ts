/**
 * What the writer of captures writes is read back: by the replay, by a compaction and a replay, and by DuckDB with the script
 * that is made for it. A random table that changes at random is the measure of all three.
 */
import { expect, test } from 'vitest';
import type { CaptureSpecInput } from '../../electron/contract/capture-spec.ts';
import type { CaptureSchemaFile } from '../../electron/contract/capture-log.ts';
import { compactCapture } from '../../electron/engine/capture/compact/compact-capture.ts';
import type { Change, TableShape } from '../../electron/engine/capture/change.ts';
import { makeCaptureScripts } from '../../electron/engine/capture/replay/make-scripts.ts';
import { readHistory } from '../../electron/engine/capture/replay/read-log.ts';
import { FolderSink } from '../../electron/engine/folder/folder-sink.ts';
import { systemClock } from '../../electron/engine/lib/system-clock.ts';
import { verifyCapture } from '../../electron/engine/verify/verify-capture.ts';
import { tupleOf, transaction, UNCHANGED, type ScriptedChange } from '../harness/capture/stream-script.ts';
import { tableSource } from '../harness/capture/table-source.ts';
import { JOB, openWriter } from '../harness/capture/writer-world.ts';
import { DuckDb } from '../harness/duckdb.ts';
import { Dice } from '../harness/incremental/dice.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

type Row = readonly (string | null)[];

const TABLE = { schema: 'public', name: 'Orders' };
const COLUMNS = [
  { name: 'id', type: 'integer', typeId: 23, typeModifier: -1 },
  { name: '_paid', type: 'boolean', typeId: 16, typeModifier: -1 },
  { name: 'price', type: 'numeric(10,2)', typeId: 1700, typeModifier: ((10 << 16) | 2) + 4 },
  { name: 'note "x"', type: 'text', typeId: 25, typeModifier: -1 },
  { name: 'at', type: 'timestamp with time zone', typeId: 1184, typeModifier: -1 },
] as const;

function shape(replicaIdentity: CaptureSchemaFile['replicaIdentity']): TableShape {
  const columns = COLUMNS.map((column) => ({
    ...column,
    key: replicaIdentity === 'full' || (replicaIdentity === 'default' && column.name === 'id'),
  }));
  return { file: { version: 1, table: TABLE, replicaIdentity, columns }, digest: replicaIdentity };
}

/** A table that changes, and tells of it as the server would. */
class RandomTable {
  rows: Row[] = [];
  readonly #dice: Dice;
  readonly #shape: TableShape;
  #lastId = 0;

  constructor(dice: Dice, tableShape: TableShape) {
    this.#dice = dice;
    this.#shape = tableShape;
  }

  change(): ScriptedChange {
    const identity = this.#shape.file.replicaIdentity;
    const roll = this.#dice.below(100);
    if (roll < 2) return this.#truncate();
    const at = this.#dice.below(Math.max(1, this.rows.length));
    const row = this.rows[at];
    if (row === undefined || roll < 40 || identity === 'nothing') return this.#insert();
    return roll < 80 ? this.#update(at, row) : this.#remove(at, row);
  }

  #insert(): ScriptedChange {
    // Without a key there can be a row twice.
    const known = this.rows[0];
    const row =
      this.#shape.file.replicaIdentity !== 'default' && known !== undefined && this.#dice.below(3) === 0
        ? known
        : this.#row(this.#dice.below(4) === 0 ? this.#freeId() : String(++this.#lastId));
    this.rows.push(row);
    return this.#of('insert', undefined, row);
  }

  #update(at: number, row: Row): ScriptedChange {
    const full = this.#shape.file.replicaIdentity === 'full';
    const moves = this.#dice.below(3) === 0;
    const next = [...this.#row(moves ? this.#freeId() : (row[0] ?? ''))];
    // A value that moves to another key without being sent is not known to a query.
    const keeps = !moves && this.#dice.below(2) === 0;
    if (keeps) next[3] = row[3] ?? null;
    this.rows[at] = next;
    const after = next.map((value, i) => (keeps && i === 3 ? UNCHANGED : value));
    const old = full ? row : moves ? [row[0] ?? '', null, null, null, null] : undefined;
    return (lsn) => ({ ...this.#of('update', old, next)(lsn), after: tupleOf(after) });
  }

  #remove(at: number, row: Row): ScriptedChange {
    this.rows.splice(at, 1);
    const full = this.#shape.file.replicaIdentity === 'full';
    return this.#of('delete', full ? row : [row[0] ?? '', null, null, null, null], undefined);
  }

  #truncate(): ScriptedChange {
    this.rows = [];
    return this.#of('truncate', undefined, undefined);
  }

  #of(operation: Change['operation'], before: Row | undefined, after: Row | undefined): ScriptedChange {
    const full = this.#shape.file.replicaIdentity === 'full';
    return (lsn) => ({
      kind: 'change',
      operation,
      shape: this.#shape,
      lsn,
      old: before === undefined ? 'none' : full ? 'full' : 'key',
      before: before === undefined ? undefined : tupleOf(before),
      after: after === undefined ? undefined : tupleOf(after),
    });
  }

  #freeId(): string {
    const free = Array.from({ length: this.#lastId }, (_, i) => String(i + 1)).filter(
      (id) => !this.rows.some(([taken]) => taken === id),
    );
    return free[this.#dice.below(Math.max(1, free.length))] ?? String(++this.#lastId);
  }

  #row(id: string): Row {
    const pick = <T>(values: readonly T[]): T => values[this.#dice.below(values.length)] as T;
    return [
      id,
      pick(['t', 'f', null]),
      pick(['0.10', '-5.00', '12345.67', null]),
      pick(['', 'a "quoted"\n\ttext \\', 'ä受😀', 'x'.repeat(300), null]),
      pick(['2020-06-01 10:00:00.123456+00', '1999-12-31 23:59:59+00', null]),
    ];
  }
}

const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).toSorted();

/** The rows of the view, as Postgres would write them. */
async function rowsInDuckDb(script: string, keyed: boolean): Promise<string[]> {
  using duck = await DuckDb.open();
  await duck.run(script);
  const text = `strftime("at" AT TIME ZONE 'UTC', '%Y-%m-%d %H:%M:%S.%f')`;
  const copies = keyed ? '1' : '_copies';
  const columns = `"id"::VARCHAR, CASE "_paid" WHEN true THEN 't' WHEN false THEN 'f' END, "price"::VARCHAR, "note ""x""", ${text}`;
  const found = await duck.rows(`SELECT ${columns}, ${copies} FROM "Orders"`);
  return found
    .flatMap((row) => {
      const cells = row.slice(0, 5).map((value) => (value === null ? null : String(value)));
      const at = cells[4]?.replace(/\.?0+$/, '') ?? null;
      const fixed = [...cells.slice(0, 4), at === null ? null : `${at}+00`];
      return Array.from({ length: Number(row[5]) }, () => JSON.stringify(fixed));
    })
    .toSorted();
}

const CASES = [
  ['jsonl', 'default'],
  ['flat', 'default'],
  ['jsonl', 'full'],
  ['jsonl', 'nothing'],
  ['flat', 'full'],
  ['flat', 'nothing'],
  ['parquet', 'default'],
  ['parquet', 'full'],
  ['parquet', 'nothing'],
] as const;

test.each(
  CASES.flatMap(([format, identity]) => [1, 2, 3, 4].map((seed) => [format, identity, seed] as const)),
)('%s, replica identity %s, seed %i', async (format, identity, seed) => {
  await using folder = await makeTemporaryFolder('readback');
  const sink = new FolderSink(folder.path);
  const signal = AbortSignal.timeout(50_000);
  const dice = new Dice(seed);
  const tableShape = shape(identity);
  const table = new RandomTable(dice, tableShape);
  const spec: Partial<CaptureSpecInput> = {
    format,
    rollRows: 7,
    unchanged: seed % 2 === 0 ? 'list' : 'placeholder',
  };
  let lsn = 1_000;
  {
    await using hand = await openWriter(sink, { spec, lsn: 1_000n });
    const { writer } = hand;
    const commit = async () => {
      lsn += 100;
      const changes = Array.from({ length: 1 + dice.below(5) }, () => table.change());
      await writer.write(transaction(lsn, ...changes));
    };
    for (let i = 0; i < 10; i++) await commit();
    // A snapshot of what is there now, which is written while the stream goes on.
    const rows = [...table.rows];
    const at = BigInt(lsn + 50);
    const snapshot = await writer.snapshotTable({ table: TABLE, lsn: at, at: new Date(0) });
    for (let i = 0; i < 5; i++) await commit();
    const read = rows.map((row): Change => ({
      kind: 'change',
      operation: 'read',
      shape: tableShape,
      lsn: at,
      old: 'none',
      before: undefined,
      after: tupleOf(row),
    }));
    await snapshot.write({ shape: tableShape, rows: read });
    await snapshot.complete();
    for (let i = 0; i < 60; i++) await commit();
    await writer.stop();
  }
  const source = tableSource(BigInt(lsn) + 8n, tableShape.file, table.rows);
  const settings = { host: '', port: 1, database: '', user: '', tls: 'disable' as const };
  const expectTable = async () => {
    const database = { source, access: { settings, password: undefined }, waitSeconds: 0 };
    const found = await verifyCapture(sink, { job: JOB, database }, signal);
    expect(found).toMatchObject({ logProblems: [], objectProblems: [], proved: true });
    const counts = { rows: table.rows.length, missing: 0, extra: 0, different: 0, unknownValues: 0 };
    expect(found.tables).toMatchObject([{ complete: true, irregular: 0, compared: counts }]);
    const request = { job: JOB, target: 'duckdb', settings: undefined } as const;
    const [script] = await makeCaptureScripts(sink, request, signal);
    const same = (row: Row): Row => [...row.slice(0, 4), row[4]?.replace(/\.(\d*?)0*\+/, '.$1+') ?? null];
    expect(await rowsInDuckDb(script!.text, identity === 'default')).toEqual(sorted(table.rows.map(same)));
  };
  await expectTable();
  const before = (await readHistory(sink, JOB, signal)).history.keys().size;
  const self = { pid: 1, host: 'here', startedAt: new Date(0).toISOString() };
  const world = { sink, job: JOB, clock: systemClock, self, isAlive: () => false };
  const done = await compactCapture(world, { targetBytes: 64 * 1024, removeAfterHours: 0 }, signal);
  expect(done.replaced).toBeGreaterThan(5);
  expect((await readHistory(sink, JOB, signal)).history.keys().size).toBe(
    before - done.replaced + done.written,
  );
  await expectTable();
});
