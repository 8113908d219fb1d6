/**
 * Documents of captures and jobs in a bucket where others can write. Whatever stands in them, what lies outside of their place stays
 * as it is: it is not read, not asked for, not changed and not removed.
 */
import { AppError } from '../../electron/contract/app-error.ts';
import type { ExtractSpec } from '../../electron/contract/extract-spec.ts';
import { compactCapture } from '../../electron/engine/capture/compact/compact-capture.ts';
import { makeCaptureScripts } from '../../electron/engine/capture/replay/make-scripts.ts';
import { systemClock } from '../../electron/engine/lib/system-clock.ts';
import type { ObjectSink } from '../../electron/engine/ports.ts';
import { verifyCapture } from '../../electron/engine/verify/verify-capture.ts';
import { JobLedger, stateKey } from '../../electron/engine/watermark/job-ledger.ts';
import { insert, ORDERS, remove, transaction, update } from '../harness/capture/stream-script.ts';
import { JOB, openWriter, sinkOn } from '../harness/capture/writer-world.ts';
import { Random } from '../harness/random.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { mutated } from './mutation.ts';

const BUCKET = 'lake';
/** Where the capture and the job have their place. */
const PREFIX = 'data/in';
const SELF = { pid: process.pid, host: 'here', startedAt: '2026-01-01T00:00:00.000Z' };

type Watermark = NonNullable<Extract<ExtractSpec, { mode: 'incremental' }>['watermark']>;
const IDENTITY = {
  job: 'orders',
  watermark: { column: 'id', mode: 'exact', nulls: 'include' } as Watermark,
  where: null,
};

/** What somebody does with a capture or a job, and what it may end with. */
type Act = (sink: ObjectSink, signal: AbortSignal) => Promise<unknown>;

const ACTS: Readonly<Record<string, Act>> = {
  'go on': async (sink, signal) => {
    await using hand = await openWriter(sink, { pid: 2, lsn: 0n, signal });
    await hand.writer.write(transaction(9_000, insert(ORDERS, '99', 'later')));
    await hand.writer.stop();
  },
  compact: (sink, signal) =>
    compactCapture(
      { sink, job: JOB, clock: systemClock, self: SELF, isAlive: () => false },
      { targetBytes: 16 * 1024 ** 2, removeAfterHours: 0 },
      signal,
    ),
  verify: (sink, signal) => verifyCapture(sink, { job: JOB }, signal),
  script: (sink, signal) =>
    makeCaptureScripts(sink, { job: JOB, target: 'duckdb', table: undefined, settings: undefined }, signal),
  claim: (sink, signal) =>
    new JobLedger(IDENTITY.job, sink).claim(
      IDENTITY,
      '20261122T093000Z-4f3a9c21',
      { clock: systemClock, self: SELF, isAlive: () => false },
      signal,
    ),
  look: (sink, signal) => new JobLedger(IDENTITY.job, sink).look(signal),
};

export class HostileCampaign {
  /** Acts by how they ended. */
  readonly outcomes = new Map<string, number>();

  /** Plays the round of a seed. Returns what was touched that lies outside, or an end that is no error of the table. */
  readonly play = async (seed: number): Promise<string | undefined> => {
    const random = new Random(seed);
    const { signal } = new AbortController();
    // One for each round: a listing looks through all that a server has.
    await using s3 = await startS3({ buckets: [BUCKET] });
    await using sink = sinkOn(s3, PREFIX);
    const strange = await writeStrangers(s3, signal);
    await write(sink, signal);
    const documents = s3
      .objects(BUCKET)
      .map(({ key }) => key)
      .filter((key) => key.startsWith(`${PREFIX}/_sluice/`) && !strange.has(key));
    const said: string[] = [];
    for (let change = 1 + random.below(3); change > 0; change--) {
      const key = random.pick(documents);
      const stored = await sink.readState(key, signal);
      if (stored === undefined) continue;
      const text = mutateText(stored.text, [...strange.keys()], random);
      await sink.replaceState(key, text, stored.tag, signal);
      said.push(`${key.slice(PREFIX.length)}: ${text.slice(0, 400)}`);
    }
    const seen = s3.requests.all.length;
    const problems: string[] = [];
    for (let acts = 1 + random.below(3); acts > 0; acts--) {
      const name = random.pick(Object.keys(ACTS));
      const problem = await this.#perform(name, sink, signal);
      if (problem !== undefined) problems.push(problem);
    }
    for (const { key, operation } of s3.requests.all.slice(seen)) {
      if (key !== '' && !key.startsWith(`${PREFIX}/`)) problems.push(`${operation} of ${key}`);
    }
    for (const [key, text] of strange)
      if (textOf(s3, key) !== text) problems.push(`${key} is not what it was`);
    return problems.length === 0 ? undefined : `${problems.join('\n')}\nafter ${said.join('\n')}`;
  };

  text(): string {
    return [...this.outcomes]
      .toSorted(([, a], [, b]) => b - a)
      .map(([code, count]) => `${code} ${count}`)
      .join(', ');
  }

  async #perform(name: string, sink: ObjectSink, signal: AbortSignal): Promise<string | undefined> {
    let outcome = 'done';
    let problem: string | undefined;
    try {
      await ACTS[name]?.(sink, signal);
    } catch (error) {
      outcome = error instanceof AppError ? error.code : 'no code';
      if (!(error instanceof AppError) || error.code.startsWith('INTERNAL_'))
        problem = `${name} ended with ${error instanceof Error ? error.stack : String(error)}`;
    }
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
    return problem;
  }
}

/** Objects of others: outside of the prefix, beside what Sluice keeps, and with names like those of captures. */
async function writeStrangers(s3: S3Server, signal: AbortSignal): Promise<ReadonlyMap<string, string>> {
  const names = [
    'data/a.txt',
    'data/in2/a.txt',
    'data/shop/public/Orders/2026-01-01/0000000000000001-0000000000000002-00001.jsonl.zst',
    `data/_sluice/${JOB}/schema/public.Orders-1.json`,
    `${PREFIX}/theirs.txt`,
    `${PREFIX}/_sluice/theirs/checkpoint.json`,
  ];
  await using outside = sinkOn(s3, '');
  for (const name of names) await outside.replaceState(name, `of a stranger: ${name}`, undefined, signal);
  return new Map(names.map((name) => [name, `of a stranger: ${name}`]));
}

function textOf(s3: S3Server, key: string): string | undefined {
  const isThere = s3.objects(BUCKET).some((object) => object.key === key);
  return isThere ? s3.object(BUCKET, key).toString() : undefined;
}

/** A document that an earlier change has broken is broken again. */
function mutateText(text: string, strange: readonly string[], random: Random): string {
  try {
    return mutated(text, strange, random);
  } catch (error) {
    if (error instanceof SyntaxError) return '{';
    throw error;
  }
}

/** A capture with a few objects and a compaction, and the state of a job. */
async function write(sink: ObjectSink, signal: AbortSignal): Promise<void> {
  for (const [life, items] of [
    [
      ...transaction(200, insert(ORDERS, '1', 'a'), insert(ORDERS, '2', 'b')),
      ...transaction(300, update(ORDERS, ['1', 'c'])),
    ],
    [...transaction(400, remove(ORDERS, 'key', '2', null), insert(ORDERS, '3', 'd'))],
  ].entries()) {
    await using hand = await openWriter(sink, { pid: life + 1, spec: { rollRows: 1 }, signal });
    await hand.writer.write(items);
    await hand.writer.stop();
  }
  await ACTS['compact']?.(sink, signal);
  const ledger = new JobLedger(IDENTITY.job, sink);
  const who = { clock: systemClock, self: SELF, isAlive: () => false };
  await ledger.claim(IDENTITY, '20261122T093000Z-00000001', who, signal);
  const state = await sink.readState(stateKey(sink.prefix, IDENTITY.job), signal);
  if (state === undefined) throw new Error('there is no state of the job');
}
