/**
 * One round: somebody replaces what `t` stands for, again and again and in every way, and others read it at random moments.
 * Each reading has to give what `t` held at some moment while it went on: no mixture, and nothing that never was.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { settingsOf, TestEngine } from '../harness/engine/test-engine.ts';
import type { PostgresServer } from '../harness/postgres/postgres-server.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { Random } from '../harness/random.ts';
import { contentOf, Contents, sizeOf } from './content.ts';
import { readingOf, type Reader } from './readings.ts';
import { REPLACEMENTS } from './replacements.ts';
import { makeScene, SHAPES, type Shape } from './scene.ts';

/** Readings of a round, and milliseconds in which they begin. */
const READINGS = 6;
const BEGIN_WITHIN_MS = 700;

/** Milliseconds, the most, that a replacement keeps its locks. */
const HELD_MS = 120;

export interface RoundResult {
  readonly shape: Shape;
  readonly readings: number;
  readonly replaced: number;
  /** What was wrong, a line each. */
  readonly problems: readonly string[];
}

/** @throws Error where the round itself could not be played */
export async function playRound(server: PostgresServer, seed: number): Promise<RoundResult> {
  const random = new Random(seed);
  const shape = random.pick(SHAPES);
  await using db = await server.createDatabase();
  await using engine = await TestEngine.start({ readLimits: { minRangeBytes: 8_192 } });
  const writer = await db.connect();
  await makeScene(writer, shape, random);
  const reader = await makeReader(db, engine, random.chance(0.7));
  const contents = new Contents();
  await contents.add(writer);
  contents.commit();
  const over = new AbortController();
  const replacing = replaceOnAndOn(writer, shape, contents, new Random(random.below(2 ** 31)), over.signal);
  const problems = (
    await Promise.all(
      Array.from({ length: READINGS }, (_, number) =>
        readOnce(reader, shape, contents, new Random(random.below(2 ** 31)), number),
      ),
    )
  ).flat();
  over.abort();
  const replaced = await replacing;
  await writer.end();
  if (!reader.owner)
    await db.query(`DROP OWNED BY some_columns_${db.database}; DROP ROLE some_columns_${db.database}`);
  return { shape, readings: READINGS, replaced, problems };
}

async function makeReader(db: TemporaryDatabase, engine: TestEngine, owner: boolean): Promise<Reader> {
  if (owner) return { engine, connectionId: await engine.useDatabase(db), owner };
  const user = `some_columns_${db.database}`;
  await db.query(`CREATE ROLE ${user} LOGIN PASSWORD 'x'`);
  const connectionId = await engine.useProfile('Source', { ...settingsOf(db), user }, 'x');
  return { engine, connectionId, owner };
}

async function readOnce(
  reader: Reader,
  shape: Shape,
  contents: Contents,
  random: Random,
  number: number,
): Promise<readonly string[]> {
  const { name, lines } = readingOf(reader, shape, random, number);
  await sleep(random.below(BEGIN_WITHIN_MS));
  const from = contents.committed;
  try {
    const content = contentOf(await lines());
    const to = contents.known;
    if (contents.has(content, from, to)) return [];
    return [`${name}: ${sizeOf(content)} rows, and there were ${contents.sizes(from, to).join(', ')}`];
  } catch (error) {
    return [`${name}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** Replaces until it is told to stop; the number of replacements. */
async function replaceOnAndOn(
  writer: Client,
  shape: Shape,
  contents: Contents,
  random: Random,
  signal: AbortSignal,
): Promise<number> {
  const suited = REPLACEMENTS.filter(({ shapes }) => shapes.includes(shape));
  let gen = 0;
  while (!signal.aborted) {
    gen += 1;
    const { before, sql, alone } = random.pick(suited);
    if (before !== undefined) await writer.query(before(gen));
    if (alone === true) {
      // The rows stay the same.
      await writer.query(sql(gen, random));
    } else {
      await writer.query('BEGIN');
      await writer.query(sql(gen, random));
      await contents.add(writer);
      await sleep(random.below(HELD_MS));
      await commit(writer, contents);
    }
    await sleep(random.below(HELD_MS / 2));
  }
  return gen;
}

async function commit(writer: Client, contents: Contents): Promise<void> {
  await writer.query('COMMIT');
  contents.commit();
}
