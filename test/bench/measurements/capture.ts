/** A capture against pg_recvlogical, which throws away what it reads; and how old a change is when it is in the log. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startPostgres } from '../../harness/postgres/postgres-server.ts';
import { CAPTURE_BUCKET, CaptureSide, OF_TRANSACTION, type Drained } from '../capture-side.ts';
import { atLeast, atMost, formatMegabytes, formatSeconds, type Figure } from '../figure.ts';
import { firstLineOf } from '../machine.ts';
import type { Bench, Outcome } from '../measurement.ts';
import { startS3Process } from '../s3-process.ts';
import { median, orderOfRound, ratioOfMedians, summarise } from '../statistics.ts';

/** Transactions a second, and for how many seconds. */
const RATE = 1_000;
const SECONDS = 20;
/** Megabytes of memory that a capture may take, whatever it captures. */
export const MOST_MB = 250;
/** Milliseconds between two looks at the position: what is committed in between counts as committed at its begin. */
const LOOK_MS = 50;

export const CAPTURE_SETTINGS = {
  wal_level: 'logical',
  max_wal_size: '16GB',
  checkpoint_timeout: '1d',
  autovacuum: 'off',
};

/** Changes that each side drains: a tenth of the rows, so a million in a full run. */
const changesOf = (rows: number) => Math.max(OF_TRANSACTION, Math.floor(rows / 10));

export async function measureCapture(bench: Bench): Promise<Outcome> {
  const { world, rounds, lines, signal } = bench;
  if ((await firstLineOf('pg_recvlogical', ['--version'])) === undefined) {
    return {
      figures: [],
      samples: {},
      notes: ['There is no pg_recvlogical here: captures were not measured.'],
    };
  }
  const changes = changesOf(world.large.rows);
  await using server = await startPostgres({ settings: CAPTURE_SETTINGS });
  // Checkpoint and log are read again, so this one keeps what it gets.
  await using s3 = await startS3Process(CAPTURE_BUCKET, path.join(world.folder, 'captures'), 'disk');
  const side = new CaptureSide(server, s3, world.env, world.folder);
  await side.prepare(signal);
  const theirs: number[] = [];
  const ours: Drained[] = [];
  const sides = [
    { name: 'pg_recvlogical', run: () => side.receive(signal) },
    { name: 'Sluice', run: () => side.capture(signal) },
  ];
  for (let round = 0; round <= rounds; round++) {
    await lines.during(`Writing ${changes.toLocaleString('en')} changes …`, () => side.write(changes));
    for (const { name, run } of orderOfRound(sides, round)) {
      const drained = await run();
      lines.say(`  round ${round}, ${name}: ${(drained.wallMs / 1_000).toFixed(2)} s`);
      if (round === 0) continue;
      if (name === 'Sluice') ours.push(drained);
      else theirs.push(drained.wallMs);
    }
  }
  const times = ours.map(({ wallMs }) => wallMs);
  const memory = ours.map(({ peakRss }) => peakRss);
  const ages = await lines.during(`${RATE} transactions a second …`, () => agesOf(side, signal));
  const p99 = ages.toSorted((a, b) => a - b)[Math.floor(ages.length * 0.99)] ?? Number.NaN;
  const large = await memoryOfLarge(side, bench);
  const what = changes.toLocaleString('en');
  return {
    figures: [
      {
        work: `capture, ${what} changes drained to JSON Lines with zstd`,
        against: '`pg_recvlogical -f /dev/null`, pgoutput',
        // A rate: whoever needs twice the time has half of it.
        value: ratioOfMedians(theirs, times),
        unit: 'ratio',
        goal: atLeast(0.95),
        from: `${formatSeconds(summarise(theirs))} / ${formatSeconds(summarise(times))}`,
      },
      {
        work: `capture, ${RATE.toLocaleString('en')} transactions a second, objects of one second: commit to log, p99`,
        against: '-',
        value: p99,
        unit: 'ms',
        goal: atMost(2_000),
        from: `median ${median(ages).toFixed(0)} ms`,
      },
      {
        work: `capture, peak memory while it drains ${what} changes`,
        against: '-',
        value: median(memory) / 1e6,
        unit: 'MB',
        goal: atMost(MOST_MB),
        from: formatMegabytes(summarise(memory)),
      },
      ...large.figures,
    ],
    samples: {
      'pg_recvlogical: ms': theirs,
      'capture: ms': times,
      'capture: bytes': memory,
      'commit to log: ms': ages,
      ...large.samples,
    },
    notes: [`Transactions that are drained have ${OF_TRANSACTION.toLocaleString('en')} changes each.`],
  };
}

/** The most memory while one transaction is drained that has half as many rows as the table of the benchmark. */
async function memoryOfLarge(
  side: CaptureSide,
  { world, lines, signal }: Bench,
): Promise<{ figures: Figure[]; samples: Record<string, number[]> }> {
  const rows = Math.max(OF_TRANSACTION, Math.floor(world.large.rows / 2));
  const what = rows.toLocaleString('en');
  const figures: Figure[] = [];
  const samples: Record<string, number[]> = {};
  for (const [way, memory] of [
    ['sent while it runs', '64MB'],
    ['sent when it has ended', '64GB'],
  ] as const) {
    await side.keepUpTo(memory);
    await lines.during(`Writing one transaction of ${what} rows …`, () => side.writeLarge(rows));
    const { peakRss, wallMs } = await side.capture(signal);
    lines.say(`  ${way}: ${(wallMs / 1_000).toFixed(2)} s, ${(peakRss / 1e6).toFixed(0)} MB`);
    figures.push({
      work: `capture, peak memory while one transaction of ${what} rows is drained, ${way}`,
      against: '-',
      value: peakRss / 1e6,
      unit: 'MB',
      goal: atMost(MOST_MB),
      from: `${(wallMs / 1_000).toFixed(1)} s`,
    });
    samples[`large transaction, ${way}: bytes`] = [peakRss];
    samples[`large transaction, ${way}: ms`] = [wallMs];
  }
  return { figures, samples };
}

/** How long each commit took to be in the log, in milliseconds; rounded up to {@link LOOK_MS}. */
async function agesOf(side: CaptureSide, signal: AbortSignal): Promise<number[]> {
  const committed: { readonly atMs: number; readonly lsn: bigint }[] = [];
  const entries = await side.captureDuring(async () => {
    const end = Date.now() + SECONDS * 1_000;
    while (Date.now() < end) {
      signal.throwIfAborted();
      const atMs = Date.now();
      const batch = Array.from({ length: (RATE * LOOK_MS) / 1_000 }, () => side.writeOne());
      await Promise.all(batch);
      committed.push({ atMs, lsn: lsnOf(await side.position()) });
      await sleep(Math.max(0, atMs + LOOK_MS - Date.now()));
    }
    // What was committed last is in the log when its second is over.
    await sleep(3_000);
  });
  return committed.flatMap(({ atMs, lsn }) => {
    const entry = entries.find(({ toLsn }) => lsnOf(toLsn) >= lsn);
    return entry === undefined ? [] : [entry.atMs - atMs];
  });
}

function lsnOf(text: string): bigint {
  const [high = '0', low = '0'] = text.split('/');
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}
