/**
 * One round: writers change tables while captures are started and killed and everything around them fails; at the end one
 * capture comes to its end, and what its files say has to be what the tables hold.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { Random } from '../faults/random.ts';
import type { Database } from '../harness/postgres/database.ts';
import { CaptureProcess, type CaptureEvent } from './capture-process.ts';
import { disturb } from './disturb.ts';
import { HistoryError, readHistory, type Files } from './history-rows.ts';
import { replay } from './replay.ts';
import { roundCase, type ProcessEnd, type RoundCase } from './round-case.ts';
import { columnsOf, difference, replayedOf, truthOf } from './table-truth.ts';
import { isGone, Workload } from './workload.ts';
import { ColumnNames, createTables, type WorkTable } from './workload-tables.ts';
import { within, type CaptureWorld } from './world.ts';

export const JOB = 'round';

/** Transactions that writers commit while a capture reads, before they are told to end. */
const STEADY_TRANSACTIONS = 120;

/** Milliseconds in which a capture comes to its end, or on with an entry, when nothing fails any more. */
const LIMIT_MS = 60_000;

/** Whether the writers are to wait. */
interface Pause {
  wanted: boolean;
}

export interface RoundResult {
  readonly seed: number;
  /** What must not be, in words; undefined where all is well. */
  readonly problem: string | undefined;
  readonly counts: Readonly<Record<string, number>>;
  /** What lay at the destination, for tests that damage it. */
  readonly files: Files;
}

/** Never throws for what Sluice does: that is the result. */
export async function playRound(seed: number, world: CaptureWorld): Promise<RoundResult> {
  const round = roundCase(seed);
  const bucket = `round-${seed}`;
  const counts: Record<string, number> = { transactions: 0, killed: 0, stopped: 0 };
  world.s3.addBucket(bucket);
  world.s3.requests.clear();
  await using database = await world.postgres.createDatabase();
  let client = await database.connect();
  const random = new Random(seed ^ 0x5eed);
  const names = new ColumnNames();
  const tables = await createTables(client, random, names, round.format === 'flat');
  const over = new AbortController();
  const pause: Pause = { wanted: false };
  let problem: string | undefined;
  try {
    await fill(database, tables, names, random, round.rowsBefore);
    if (round.publication === 'all tables')
      await client.query(`CREATE PUBLICATION every FOR ALL TABLES WITH (publish_via_partition_root)`);
    const writers = Array.from({ length: round.writers }, (_, at) =>
      write(database, new Random(seed + at + 1), tables, names, `${seed} ${at}`, over.signal, counts, pause),
    );
    // Heard of at the end: until then nobody waits for them.
    for (const writer of writers) writer.catch(() => undefined);
    const faults = disturbAll(round, world, over.signal);
    faults.catch(() => undefined);
    const rival = round.rival ? startRival(round, world, database.database, bucket) : undefined;
    problem = await captures(round, world, database.database, bucket, tables, counts);
    problem ??= await steadyCapture(round, world, database.database, bucket, tables, counts, pause);
    over.abort();
    await Promise.all([...writers, faults]);
    await (await rival)?.kill('SIGKILL');
    world.s3.faults.clear();
    world.wire.forget();
    client = await database.connect();
    await settle(client);
    problem ??= await lastCapture(round, world, database.database, bucket, tables);
    problem ??= await judge(client, world.files(bucket), tables, counts);
    problem ??= damagedUpload(world);
  } catch (error) {
    problem = `the round itself failed: ${error instanceof Error ? error.stack : String(error)}`;
  } finally {
    over.abort();
    world.s3.faults.clear();
    await dropSlots(world, database.database);
  }
  const files = world.files(bucket);
  await world.s3.emptyBucket(bucket);
  world.s3.removeBucket(bucket);
  return { seed, problem, counts, files };
}

async function fill(
  database: Database,
  tables: readonly WorkTable[],
  names: ColumnNames,
  random: Random,
  count: number,
) {
  const writer = new Workload(await database.connect(), random, { tables, names, label: 'before' });
  for (let i = 0; i < count / 4; i++) await writer.transaction();
  await writer.settle();
}

/** Writes until it is told to end; a server that restarts is waited for. */
async function write(
  database: Database,
  random: Random,
  tables: readonly WorkTable[],
  names: ColumnNames,
  label: string,
  ended: AbortSignal,
  counts: Record<string, number>,
  pause: Pause,
): Promise<void> {
  while (!ended.aborted) {
    let client: Client | undefined;
    try {
      client = await database.connect();
      const workload = new Workload(client, random, {
        tables,
        names,
        label: `${label} ${random.below(1e9)}`,
      });
      while (!ended.aborted) {
        if (pause.wanted) {
          // What is prepared holds up every snapshot.
          await workload.settle();
          await sleep(20);
          continue;
        }
        await workload.transaction();
        counts['transactions'] = (counts['transactions'] ?? 0) + 1;
        await sleep(random.below(25));
      }
      await workload.settle();
      await client.end();
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '';
      if (!isGone(code) && !/terminated|ended|closed|not queryable/i.test(String(error))) throw error;
      await sleep(50);
    }
  }
}

async function disturbAll(
  { disturbances }: RoundCase,
  world: CaptureWorld,
  ended: AbortSignal,
): Promise<void> {
  for (const { afterMs, ...what } of disturbances) {
    await within(afterMs, ended);
    if (ended.aborted) return;
    await disturb(what, world, ended);
  }
}

/** Starts one process after the other. @returns what is wrong with how one of them ended */
async function captures(
  round: RoundCase,
  world: CaptureWorld,
  database: string,
  bucket: string,
  tables: readonly WorkTable[],
  counts: Record<string, number>,
): Promise<string | undefined> {
  for (const [at, end] of round.processes.entries()) {
    const wanted = round.late && at === 0 ? tables.slice(1) : tables;
    await using capture = startCapture(round, world, database, bucket, wanted);
    const problem = await endAsTold(capture, end);
    counts[end.how === 'SIGKILL' ? 'killed' : 'stopped'] =
      (counts[end.how === 'SIGKILL' ? 'killed' : 'stopped'] ?? 0) + 1;
    if (problem !== undefined) return problem;
  }
  return undefined;
}

async function endAsTold(
  capture: CaptureProcess,
  { how, after, ms }: ProcessEnd,
): Promise<string | undefined> {
  const began = (event: CaptureEvent) => {
    if (after === 'changes') return event.type === 'entry' && event['entry'] === 'changes';
    return event.type === (after === 'start' ? 'started' : after);
  };
  await Promise.race([capture.heard(began), sleep(6_000)]);
  await Promise.race([sleep(ms), capture.exitCode()]);
  if (capture.ended) return failureOf(capture, 'ended by itself');
  if (how === 'SIGKILL') {
    await capture.kill('SIGKILL');
    return undefined;
  }
  const code = await Promise.race([capture.kill(how), sleep(LIMIT_MS, 'late' as const)]);
  if (code === 'late') return failureOf(capture, `has not ended ${LIMIT_MS} ms after ${how}`);
  // Node itself needs a moment until anything can listen.
  if (code === null && capture.events.length === 0) return undefined;
  if (capture.events.at(-1)?.type !== 'finished')
    return failureOf(capture, `has not said that it ended after ${how}`);
  return code === 0 ? undefined : failureOf(capture, `ended with ${String(code)} after ${how}`);
}

/** All tables are in the log, and everything that the writers do from then on has to come through the stream. */
async function steadyCapture(
  round: RoundCase,
  world: CaptureWorld,
  database: string,
  bucket: string,
  tables: readonly WorkTable[],
  counts: Record<string, number>,
  pause: Pause,
): Promise<string | undefined> {
  await using capture = startCapture(round, world, database, bucket, tables);
  // A busy machine with small objects does not catch up with writers that never rest.
  await Promise.race([capture.heard(hasAllTables), sleep(3_000)]);
  pause.wanted = true;
  await Promise.race([capture.heard(hasAllTables), sleep(LIMIT_MS / 2)]);
  pause.wanted = false;
  const written = () => counts['transactions'] ?? 0;
  const enough = written() + STEADY_TRANSACTIONS;
  const until = performance.now() + LIMIT_MS / 4;
  while (written() < enough && !capture.ended && performance.now() < until) await sleep(50);
  if (capture.ended) return failureOf(capture, 'ended by itself');
  if (round.seed % 2 === 0) return await endAsTold(capture, { how: 'SIGTERM', after: 'start', ms: 0 });
  await capture.kill('SIGKILL');
  return undefined;
}

function hasAllTables({ type, snapshotTables }: CaptureEvent): boolean {
  if (type !== 'progress') return false;
  const { done, all } = snapshotTables as { readonly done: number; readonly all: number };
  return all > 0 && done === all;
}

/** A rival can be fenced off, and fence the others off: that is no fault. */
function failureOf(capture: CaptureProcess, what: string): string | undefined {
  const last = capture.events.at(-1) as { error?: { code: string; message: string } } | undefined;
  if (last?.error?.code === 'DEST_CAPTURE_FENCED' || last?.error?.code === 'SLOT_IN_USE') return undefined;
  return `a capture ${what}: ${JSON.stringify(last)}\n${capture.said}`;
}

function startCapture(
  { options, publication }: RoundCase,
  world: CaptureWorld,
  database: string,
  bucket: string,
  tables: readonly WorkTable[],
  more: readonly string[] = [],
  machine = 'here',
): CaptureProcess {
  const { args, env } = world.addresses(database, bucket);
  const named = tables.flatMap(({ name }) => ['--table', `public."${name.replaceAll('"', '""')}"`]);
  const what = publication === 'own' ? named : [...named, '--publication', 'every'];
  const home = world.dataFolder(`${machine}-${bucket}`);
  return new CaptureProcess(['--name', JOB, ...args, ...what, ...options, ...more], {
    ...env,
    SLUICE_HOME: home,
  });
}

async function startRival(
  round: RoundCase,
  world: CaptureWorld,
  database: string,
  bucket: string,
): Promise<CaptureProcess> {
  await sleep(2_500);
  return startCapture(round, world, database, bucket, [], [], 'elsewhere');
}

async function lastCapture(
  round: RoundCase,
  world: CaptureWorld,
  database: string,
  bucket: string,
  tables: readonly WorkTable[],
): Promise<string | undefined> {
  await using capture = startCapture(round, world, database, bucket, tables, ['--until', 'current']);
  const code = await exitOrStandstill(capture);
  if (code === 0) return undefined;
  const shown = capture.events.slice(-5).map((event) => JSON.stringify(event).slice(0, 600));
  return `the last capture ${code === 'late' ? `has written nothing for ${LIMIT_MS} ms, and not ended` : `ended with ${String(code)}`}:\n${shown.join('\n')}\n${capture.said}`;
}

/** The server compares every body with its checksum: what we send must be right, also when it is sent again. */
function damagedUpload({ s3 }: CaptureWorld): string | undefined {
  const refused = s3.requests.all.find(
    ({ operation, status, fault }) => operation === 'PutObject' && status === 400 && fault === undefined,
  );
  return refused === undefined ? undefined : `the body of ${refused.key} was refused: it was damaged`;
}

/** Small objects of much can take a while on a busy machine: as long as entries come, it is at work. */
async function exitOrStandstill(capture: CaptureProcess): Promise<number | null | 'late'> {
  const entries = () => capture.events.filter(({ type }) => type === 'entry').length;
  for (let before = -1; before < entries();) {
    before = entries();
    const code = await Promise.race([capture.exitCode(), sleep(LIMIT_MS, 'late' as const)]);
    if (code !== 'late') return code;
  }
  return 'late';
}

/** Transactions that nobody has ended: their changes would be in none of the two. */
async function settle(client: Client): Promise<void> {
  const { rows } = await client.query<{ gid: string }>(
    'SELECT gid FROM pg_prepared_xacts WHERE database = current_database()',
  );
  for (const { gid } of rows) await client.query(`COMMIT PREPARED '${gid}'`);
}

async function judge(
  client: Client,
  files: Files,
  tables: readonly WorkTable[],
  counts: Record<string, number>,
): Promise<string | undefined> {
  try {
    const history = readHistory(files, JOB);
    if (history.checkpoint['writer'] !== null) return 'the checkpoint says that somebody writes';
    const strangers = [...files.keys()].filter(
      (key) => !key.startsWith('_sluice/') && !history.named.has(key),
    );
    if (strangers.length > 0)
      return `there are objects that no entry names: ${strangers.slice(0, 3).join(', ')}`;
    const replayed = replay(history);
    counts['entries'] = history.entries.length;
    for (const { name } of tables) {
      const columns = await columnsOf(client, name);
      const state = replayed.get(`public.${name}`);
      for (const [op, count] of Object.entries(state?.applied ?? {})) counts[op] = (counts[op] ?? 0) + count;
      const expected = await truthOf(client, name);
      const wrong = difference(expected, replayedOf(state?.rows ?? [], columns));
      if (wrong !== undefined) return `${name}: ${wrong}`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof HistoryError) return error.message;
    throw error;
  }
}

/** Slots keep a database from being dropped. */
async function dropSlots({ postgres }: CaptureWorld, database: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    await postgres.query(
      'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = $1 AND active',
      [database],
    );
    const { rows } = await postgres.query<{ left: number }>(
      `SELECT count(pg_drop_replication_slot(slot_name)) AS left FROM pg_replication_slots WHERE database = $1 AND NOT active`,
      [database],
    );
    const { rows: open } = await postgres.query('SELECT FROM pg_replication_slots WHERE database = $1', [
      database,
    ]);
    if (open.length === 0 && rows.length > 0) return;
    await sleep(50);
  }
}
