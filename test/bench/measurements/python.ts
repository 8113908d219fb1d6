/** The whole way, against a plain Python script that goes it too. */
import { atLeast, atMost, formatMegabytes, formatSeconds } from '../figure.ts';
import type { Bench, Outcome } from '../measurement.ts';
import { findPython, NO_PYTHON, runPython } from '../peers/python-script.ts';
import { runRounds } from '../rounds.ts';
import { runSluice } from '../sluice-extract.ts';
import { ratioOfMedians, summarise } from '../statistics.ts';

/** The script takes most of a minute, and its time varies little. */
const MOST_ROUNDS = 3;

interface EndToEnd {
  readonly wallMs: number;
  readonly bytes: number;
  readonly peakRss: number;
}

export async function measurePython({ world, rounds, lines, signal }: Bench): Promise<Outcome> {
  const python = await findPython();
  if (python === undefined) return { figures: [], samples: {}, notes: [NO_PYTHON] };

  const sluice = async (): Promise<EndToEnd> => {
    const options = { table: world.large, dialect: 'python', workers: 1, withUsage: true } as const;
    const { wallMs, bytes, usage } = await runSluice(world, options, signal);
    return { wallMs, bytes, peakRss: usage?.peakRss ?? Number.NaN };
  };
  const results = await runRounds<EndToEnd>(
    [
      { name: 'python', run: () => runPython(world, python, world.large, signal) },
      { name: 'sluice', run: sluice },
    ],
    {
      rounds: Math.min(rounds, MOST_ROUNDS),
      onRun: (side, round, { wallMs, peakRss }) =>
        lines.say(
          `  round ${round}, ${side}: ${(wallMs / 1_000).toFixed(2)} s, ${(peakRss / 1e6).toFixed(0)} MB`,
        ),
    },
  );
  const theirs = results.get('python') ?? [];
  const ours = results.get('sluice') ?? [];
  assertSameBytes([...theirs, ...ours]);
  const times = (runs: readonly EndToEnd[]) => runs.map(({ wallMs }) => wallMs);
  const peaks = (runs: readonly EndToEnd[]) => runs.map(({ peakRss }) => peakRss);
  const against = 'Python script (fetchall, csv.writer, upload_file)';
  return {
    figures: [
      {
        work: 'python dialect, end to end: times faster',
        against,
        value: ratioOfMedians(times(theirs), times(ours)),
        unit: 'ratio',
        goal: atLeast(10),
        from: `${formatSeconds(summarise(times(theirs)))} / ${formatSeconds(summarise(times(ours)))}`,
      },
      {
        work: 'python dialect, end to end: peak RSS',
        against,
        value: ratioOfMedians(peaks(ours), peaks(theirs)),
        unit: 'ratio',
        goal: atMost(0.1),
        from: `${formatMegabytes(summarise(peaks(ours)))} / ${formatMegabytes(summarise(peaks(theirs)))}`,
      },
    ],
    samples: {
      'python ms': times(theirs),
      'sluice ms': times(ours),
      'python bytes': peaks(theirs),
      'sluice bytes': peaks(ours),
    },
    notes: [`The script runs on ${python.versions}.`],
  };
}

/** A comparison of two programs that do not write the same is none. */
function assertSameBytes(runs: readonly EndToEnd[]): void {
  const sizes = new Set(runs.map(({ bytes }) => bytes));
  if (sizes.size === 1) return;
  throw new Error(`the objects differ in size: ${[...sizes].join(' and ')} bytes`);
}
