/** The memory of a capture that goes on and on, as a series: whether it is flat. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startPostgres } from '../../harness/postgres/postgres-server.ts';
import { CAPTURE_BUCKET, CaptureSide } from '../capture-side.ts';
import { atMost, formatMegabytes } from '../figure.ts';
import type { Bench, Outcome } from '../measurement.ts';
import { startS3Process } from '../s3-process.ts';
import { growth, summarise } from '../statistics.ts';
import { CAPTURE_SETTINGS, MOST_MB } from './capture.ts';

/** Transactions a second, and milliseconds between two helpings of them. */
const RATE = 1_000;
const HELPING_MS = 50;

/** Milliseconds between two looks at the memory, and how long it may take until it is what it stays. */
const LOOK_MS = 500;
const SETTLING_MS = 60_000;

/** Megabytes that it may grow by from then on to the end. */
const GROWTH_MB = 10;

export async function measureCaptureSoak({ world, minutes, lines, signal }: Bench): Promise<Outcome> {
  await using server = await startPostgres({ settings: CAPTURE_SETTINGS });
  await using s3 = await startS3Process(CAPTURE_BUCKET, path.join(world.folder, 'soak'), 'disk');
  const side = new CaptureSide(server, s3, world.env, world.folder);
  await side.prepare(signal);
  await using writer = await side.writer();
  const series: number[] = [];
  let transactions = 0;
  const durationMs = minutes * 60_000;
  const started = performance.now();
  await side.captureDuring(async (pid) => {
    const begun = performance.now();
    const ended = () => signal.aborted || performance.now() - begun >= durationMs;
    const looking = (async () => {
      while (!ended()) {
        series.push(await residentBytes(pid));
        await sleep(LOOK_MS);
      }
    })();
    await lines.during(`${RATE} transactions a second for ${minutes} minutes …`, async (update) => {
      while (!ended()) {
        // By the clock and not by the helping before: the rate is that of the whole.
        const due = Math.floor(((performance.now() - begun) / 1_000) * RATE) - transactions;
        const some = Math.min(Math.max(due, 0), RATE);
        if (some > 0) await writer.write(some);
        transactions += some;
        const now = ((series.at(-1) ?? 0) / 1e6).toFixed(0);
        update(`${transactions.toLocaleString('en')} transactions, ${now} MB`);
        await sleep(HELPING_MS);
      }
    });
    await looking;
  });
  signal.throwIfAborted();
  const settled = series.slice(Math.min(SETTLING_MS, durationMs / 2) / LOOK_MS);
  const seconds = (performance.now() - started) / 1_000;
  const rate = Math.round(transactions / (durationMs / 1_000)).toLocaleString('en');
  const work = `capture, ${rate} transactions a second for ${minutes} minutes, objects of one second`;
  const from = formatMegabytes(summarise(settled));
  return {
    figures: [
      {
        work: `${work}: peak memory`,
        against: '-',
        value: Math.max(...series) / 1e6,
        unit: 'MB',
        goal: atMost(MOST_MB),
        from,
      },
      {
        work: `${work}: growth from the second minute to the end`,
        against: '-',
        value: growth(settled) / 1e6,
        unit: 'MB',
        goal: atMost(GROWTH_MB),
        from,
      },
    ],
    samples: { 'soak: bytes': series },
    notes: [`The soak took ${seconds.toFixed(0)} s, with a look at the memory every ${LOOK_MS} ms.`],
  };
}

/** What the process has in memory now. */
async function residentBytes(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes) * 1_024;
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout.trim()) * 1_024;
}
