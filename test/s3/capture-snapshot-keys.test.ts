/** Objects of snapshots whose tables have names that come to one key, interrupted at random. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TableSnapshot } from '../../electron/contract/capture-log.ts';
import type { TableShape } from '../../electron/engine/capture/change.ts';
import { decideCourse } from '../../electron/engine/capture/reading-course.ts';
import { isSameTable } from '../../electron/engine/capture/table-states.ts';
import type { ObjectSink } from '../../electron/engine/ports.ts';
import { DyingSink } from '../harness/capture/dying-sink.ts';
import { makeShape, read } from '../harness/capture/stream-script.ts';
import { JOB, openWriter, sinkOn } from '../harness/capture/writer-world.ts';
import { readWritten } from '../harness/capture/written-capture.ts';
import { campaignSeeds } from '../harness/campaign-options.ts';
import { playAtRandom } from '../harness/planned-fault.ts';
import { Random } from '../harness/random.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';

const ROUNDS = 8;
const SEED = Number(process.env['SLUICE_KEYS_SEED'] ?? Date.now() % 1_000_000);
const BLOCKS = 40;
const RANGES = Array.from({ length: BLOCKS }, (_, from) => ({
  from,
  to: from === BLOCKS - 1 ? null : from + 1,
}));
const FACTS = { keyed: true, identity: 'one', timeline: 1, oldestXid: 100n, nextXid: 200n, toasted: false };
/** In keys the second is the first where case does not count, and the fourth is the third. */
const SHAPES = ['Orders', 'orders', 'a/b', 'a_b'].map((name) =>
  makeShape(name, [{ name: 'id', typeId: 23, key: true }, { name: 'v' }]),
);

let s3: S3Server;
beforeAll(async () => {
  s3 = await startS3({ buckets: ['lake'] });
});
afterAll(async () => {
  await s3[Symbol.asyncDispose]();
});

const pendingOf = ({ file }: TableShape): TableSnapshot => ({
  table: file.table,
  state: 'pending',
  lsn: null,
  rows: 0,
});

/** One life of a capture: reads what is left of each table. Rows are named after the table, and after the block. */
async function live(sink: ObjectSink, random: Random, pid: number, lsn: bigint): Promise<void> {
  const shapes = SHAPES.slice(0, 2 + random.below(3));
  const rollRows = 1 + random.below(3);
  await using hand = await openWriter(sink, { pid, tables: shapes.map(pendingOf), spec: { rollRows } });
  const { writer } = hand;
  await writer.setTables(SHAPES.map(pendingOf));
  for (const shape of SHAPES) {
    const { table } = shape.file;
    const known = writer.checkpoint.tables.find((each) => isSameTable(each.table, table));
    if (known?.state === 'done') continue;
    const course = decideCourse(RANGES, FACTS, known?.reading);
    const before = course.resumed ? known?.reading : undefined;
    const snapshot = await writer.snapshotTable({ table, lsn, at: new Date(0), begun: course.begun, before });
    try {
      for (const { blocks } of course.pieces) {
        for (let block = blocks!.from; block < (blocks!.to ?? BLOCKS); block++) {
          const rows = [read(shape, lsn, String(block), table.name)];
          const to = block === BLOCKS - 1 ? null : block + 1;
          await snapshot.write({ shape, rows, finished: { from: block, to } });
        }
      }
      await snapshot.complete();
    } catch (error) {
      await snapshot.abandon().catch(() => undefined);
      throw error;
    }
  }
  await writer.stop();
}

/** What the log names is there, as it was written, and has rows of its own table alone. */
async function expectNamedObjects(sink: ObjectSink, when: string): Promise<void> {
  const { entries, lines } = await readWritten(sink, JOB);
  const etags = new Map(s3.objects('lake').map(({ key, etag }) => [key, etag]));
  for (const object of entries.flatMap(({ objects }) => objects)) {
    const there = { etag: etags.get(object.key), rows: lines.get(object.key)?.length };
    expect(there, `${when}: ${object.key}`).toEqual({ etag: object.etag, rows: object.rows });
    const owners = new Set(lines.get(object.key)!.map(({ after }) => after!['v']));
    expect([...owners], object.key).toEqual([object.table.name]);
  }
}

async function playRound(seed: number): Promise<void> {
  const random = new Random(seed);
  await using sink = sinkOn(s3, `k${seed}`);
  let lsn = 250n;
  for (let life = 1; life <= 3; life++) {
    const step = 3 + random.below(60);
    const when = random.chance(0.5) ? 'before' : 'after';
    const dying = new DyingSink(sink, { at: (_, at) => at === step, when });
    await live(dying.sink, random, life, lsn).catch(() => undefined);
    // On a server that nobody uses the next snapshot stands where this one stood.
    if (random.chance(0.4)) lsn += 50n;
    if (
      (await sink.readState(`${sink.prefix}/_sluice/${JOB}/checkpoint.json`, AbortSignal.timeout(9_000))) !==
      undefined
    )
      await expectNamedObjects(sink, `seed ${seed}, after life ${life}`);
  }
  await live(sink, random, 9, lsn);
  await expectNamedObjects(sink, `seed ${seed}, at the end`);
  const { entries, lines, checkpoint } = await readWritten(sink, JOB);
  expect(checkpoint.pending).toEqual([]);
  for (const { file } of SHAPES) {
    const keys = entries
      .flatMap(({ objects }) => objects)
      .filter(({ table }) => isSameTable(table, file.table))
      .map(({ key }) => key);
    expect(new Set(keys).size, `seed ${seed}: two objects have one key`).toBe(keys.length);
    const ids = new Set(keys.flatMap((key) => lines.get(key)!.map(({ after }) => Number(after!['id']))));
    expect(ids.size, `seed ${seed}: rows of ${file.table.name}`).toBe(BLOCKS);
  }
}

test(`C5: ${ROUNDS} captures (seed ${SEED}) of tables with names that come to one key keep every object that the log names`, async () => {
  for (const seed of campaignSeeds(SEED, ROUNDS)) await playAtRandom(() => playRound(seed));
}, 180_000);
