/** Tables that somebody has read anew while the capture goes on, lets wait, and lets go on. */
import { expect, test } from 'vitest';
import type { CaptureNews } from '../../electron/contract/capture-calls.ts';
import { campaignSeeds } from '../harness/campaign-options.ts';
import { InterruptedCapture, type RunningCapture } from '../harness/capture/interrupted-capture.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { Random } from '../harness/random.ts';

const SEED = Number(process.env['SLUICE_REREAD_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 2;
const TABLES = ['one', 'two'];
const ROWS = 4_000;
const postgres = sharedPostgres({ settings: { wal_level: 'logical', wal_writer_delay: '10ms' } });
const tableOf = (name: string) => ({ schema: 'public', name });
const asked = (name: string, action: 'begin' | 'pause' | 'resume') => ({ tables: [tableOf(name)], action });

const MAKE = TABLES.map(
  (name) => `CREATE TABLE ${name} (id int PRIMARY KEY, v text);
    INSERT INTO ${name} SELECT i, repeat('v' || i, 20) FROM generate_series(1, ${ROWS}) i;`,
).join('\n');

/** Entries of whole snapshots of a table. */
function snapshotsOf(news: readonly CaptureNews[], name: string): number {
  return news.filter(
    (each) => each.kind === 'entry' && each.entry === 'snapshot' && each.table?.name === name,
  ).length;
}

async function untilRead(running: RunningCapture, name: string, times: number): Promise<void> {
  await expect.poll(() => snapshotsOf(running.news, name), { timeout: 60_000 }).toBe(times);
}

/** What differs; nothing where the files are what the tables are. */
async function differences(capture: InterruptedCapture): Promise<unknown[]> {
  const { tables, proved } = await capture.verify(30);
  return proved ? [] : tables.map(({ table, compared, note }) => [table.name, compared, note]);
}

test('a table is read anew while the others go on, and its changes with it', async () => {
  await using db = await postgres().createDatabase();
  await db.query(MAKE);
  await using capture = await InterruptedCapture.make(db, TABLES);
  await using running = capture.start(200);
  for (const name of TABLES) await untilRead(running, name, 1);
  await db.query(`UPDATE one SET v = 'changed' WHERE id % 3 = 0; DELETE FROM two WHERE id % 5 = 0`);
  running.reread(asked('one', 'begin'));
  await untilRead(running, 'one', 2);
  await db.query(`INSERT INTO one VALUES (0, 'later')`);
  expect(await differences(capture)).toEqual([]);
  expect(snapshotsOf(running.news, 'two')).toBe(1);
});

test('a reading that waits is read on where it was, also by the next process', async () => {
  await using db = await postgres().createDatabase();
  await db.query(MAKE);
  await using capture = await InterruptedCapture.make(db, TABLES);
  const paused = () => running.status().snapshotTables.reading?.filter((each) => each.paused === true) ?? [];
  let running = capture.start(200);
  {
    await using first = running;
    for (const name of TABLES) await untilRead(first, name, 1);
    // Asked for together: the reading has not ended before it is to wait.
    first.reread(asked('one', 'begin'));
    first.reread(asked('one', 'pause'));
    await expect.poll(() => paused().map(({ table }) => table.name)).toEqual(['one']);
    await db.query(`UPDATE one SET v = 'while it waits' WHERE id % 7 = 0`);
    await expect.poll(() => first.status().phase).toBe('streaming');
  }
  running = capture.start(200);
  await using second = running;
  await expect.poll(() => paused().map(({ table }) => table.name)).toEqual(['one']);
  // What was read before counts until the new reading is complete.
  expect(await differences(capture)).toEqual([]);
  second.reread(asked('one', 'resume'));
  await untilRead(second, 'one', 1);
  expect(await differences(capture)).toEqual([]);
});

test(`whatever is asked at random moments, the files are what the tables are (seed ${SEED})`, async () => {
  for (const seed of campaignSeeds(SEED, ROUNDS)) {
    const random = new Random(seed);
    await using db = await postgres().createDatabase();
    await db.query(MAKE);
    await using capture = await InterruptedCapture.make(db, TABLES);
    const done: string[] = [];
    for (let life = 0; life < 2; life++) {
      await using running = capture.start(200);
      await expect.poll(() => running.status().phase).toBe('streaming');
      for (let step = 0; step < 10; step++) {
        const name = random.pick(TABLES);
        const act = random.pick(['begin', 'begin', 'pause', 'resume', 'write', 'write', 'look'] as const);
        done.push(`${act} ${name}`);
        if (act === 'write') {
          const at = random.below(ROWS);
          await db.query(`INSERT INTO ${name} SELECT i, 'w${step}' FROM generate_series(${at}, ${at + 300}) i
            ON CONFLICT (id) DO UPDATE SET v = excluded.v; DELETE FROM ${name} WHERE id % 11 = ${random.below(11)}`);
        } else if (act === 'look') {
          const told = `seed ${seed} (SLUICE_REREAD_SEED), after:\n${done.join('\n')}`;
          expect(await differences(capture), told).toEqual([]);
        } else running.reread(asked(name, act));
      }
      for (const name of TABLES) running.reread(asked(name, 'resume'));
      await expect.poll(() => running.status().snapshotTables.reading, { timeout: 60_000 }).toEqual([]);
      const told = `seed ${seed} (SLUICE_REREAD_SEED), after:\n${done.join('\n')}`;
      expect(await differences(capture), told).toEqual([]);
      done.push('(stopped)');
    }
  }
}, 400_000);
