/**
 * One round: writers change tables while captures are started and killed and everything around them fails; at the end one
 * capture comes to its end, and what its files say has to be what the tables hold.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { playAtRandom } from '../harness/planned-fault.ts';
import { Random } from '../harness/random.ts';
import { disturb } from './disturb.ts';
import type { Files } from './history-rows.ts';
import {
  captures,
  compactions,
  lastCapture,
  lastCompaction,
  startRival,
  steadyCapture,
} from './round-captures.ts';
import { roundCase } from './round-case.ts';
import { RoundStage } from './round-stage.ts';
import { RoundTrace } from './round-trace.ts';
import { damagedUpload, judge } from './round-verdict.ts';
import { fill, settle, write, writeHuge } from './round-writers.ts';
import { ColumnNames, createTables } from './workload-tables.ts';
import { within, type CaptureWorld } from './world.ts';

/** Milliseconds that a round may take on a machine that is busy with much else. */
const DEADLINE_MS = 300_000;

export interface RoundResult {
  readonly seed: number;
  /** What must not be, in words; undefined where all is well. */
  readonly problem: string | undefined;
  readonly counts: Readonly<Record<string, number>>;
  readonly trace: RoundTrace;
  /** What lay at the destination. */
  readonly files: Files;
}

/** Never throws for what Sluice does: that is the result. */
export async function playRound(
  seed: number,
  world: CaptureWorld,
  deadlineMs = DEADLINE_MS,
): Promise<RoundResult> {
  const trace = new RoundTrace();
  trace.step('tables');
  const bucket = `round-${seed}`;
  world.s3.addBucket(bucket);
  world.s3.requests.clear();
  await using database = await world.postgres.createDatabase();
  const client = await database.connect();
  const random = new Random(seed ^ 0x5eed);
  const round = roundCase(seed);
  const names = new ColumnNames();
  const tables = await createTables(client, random, names);
  const stage = new RoundStage({ round, world, database, bucket, tables, names, trace });
  const { counts, over } = stage;
  const deadline = new RoundDeadline(stage, deadlineMs);
  let problem: string | undefined;
  try {
    const { result, faults } = await playAtRandom(() => play(stage, random));
    problem = result;
    counts['faults that hit'] = faults.hit;
    counts['faults that missed'] = faults.missed;
  } catch (error) {
    problem = `the round itself failed: ${error instanceof Error ? error.stack : String(error)}`;
  } finally {
    deadline.stop();
    over.abort();
    world.s3.faults.clear();
    trace.step('removal');
    for (const process of stage.processes) await process[Symbol.asyncDispose]();
    await dropSlots(world, database.database);
  }
  const files = world.files(bucket);
  await world.s3.emptyBucket(bucket);
  world.s3.removeBucket(bucket);
  return { seed, problem: deadline.passed ?? problem, counts, trace, files };
}

/** Ends a round that does not end, and says what it was doing. */
class RoundDeadline {
  readonly #timer: NodeJS.Timeout;
  /** What was going on when it passed. */
  passed: string | undefined;

  constructor(stage: RoundStage, ms: number) {
    this.#timer = setTimeout(() => void this.#pass(stage, ms), ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #pass(stage: RoundStage, ms: number): Promise<void> {
    this.passed = `the round has not ended after ${ms} ms:\n${await stage.describe()}`;
    stage.late.abort();
    stage.over.abort();
    for (const process of stage.processes) await process[Symbol.asyncDispose]();
  }
}

async function play(stage: RoundStage, random: Random): Promise<string | undefined> {
  const { round, world, database, bucket, tables, counts, over, trace } = stage;
  await fill(stage, random);
  if (round.publication === 'all tables')
    await database.query(`CREATE PUBLICATION every FOR ALL TABLES WITH (publish_via_partition_root)`);
  const beside = [
    ...Array.from({ length: round.writers }, (_, at) => write(stage, at)),
    disturbAll(stage),
    compactions(stage),
    ...(round.huge ? [writeHuge(stage)] : []),
  ];
  // Heard of at the end: until then nobody waits for them.
  for (const each of beside) each.catch(() => undefined);
  const rival = round.rival ? startRival(stage) : undefined;
  let problem = await captures(stage);
  problem ??= await steadyCapture(stage);
  trace.step('writers and faults end');
  over.abort();
  await Promise.all(beside);
  await (await rival)?.[Symbol.asyncDispose]();
  world.s3.faults.clear();
  world.wire.forget();
  const client = await database.connect();
  await settle(client);
  problem ??= await lastCapture(stage);
  problem ??= await lastCompaction(stage);
  trace.step('verdict');
  problem ??= await judge(client, world.files(bucket), tables, counts);
  return problem ?? damagedUpload(world);
}

async function disturbAll({ round, world, over }: RoundStage): Promise<void> {
  for (const { afterMs, ...what } of round.disturbances) {
    await within(afterMs, over.signal);
    if (over.signal.aborted) return;
    await disturb(what, world, over.signal);
  }
}

/** Slots keep a database from being dropped. */
async function dropSlots({ postgres }: CaptureWorld, database: string): Promise<void> {
  for (let attempt = 0; attempt < 50; attempt++) {
    await postgres.query(
      'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = $1 AND active',
      [database],
    );
    await postgres.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = $1 AND NOT active`,
      [database],
    );
    const { rows: open } = await postgres.query('SELECT FROM pg_replication_slots WHERE database = $1', [
      database,
    ]);
    if (open.length === 0) return;
    await sleep(50);
  }
}
