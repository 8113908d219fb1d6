/** The whole way, against a plain Python script that goes it too. */
import { atLeast, atMost, formatMegabytes, formatSeconds, type Figure } from '../figure.ts';
import { workersInWords, type Bench, type Outcome } from '../measurement.ts';
import { findPython, NO_PYTHON, runPython } from '../peers/python-script.ts';
import { runRounds, type Side } from '../rounds.ts';
import { runSluice } from '../sluice-extract.ts';
import { ratioOfMedians, summarise } from '../statistics.ts';

/** The script takes most of a minute, and its time varies little. */
const MOST_ROUNDS = 3;

const WORKERS = [1, 2];

interface EndToEnd {
  readonly wallMs: number;
  readonly bytes: number;
  readonly peakRss: number;
}

export async function measurePython(bench: Bench): Promise<Outcome> {
  const { world, rounds, lines, signal } = bench;
  const python = await findPython();
  if (python === undefined) return { figures: [], samples: {}, notes: [NO_PYTHON] };
  const sides: Side<EndToEnd>[] = [
    { name: 'Python', run: () => runPython(world, python, world.large, signal) },
    ...WORKERS.map((workers) => ({ name: sideName(workers), run: () => sluice(bench, workers) })),
  ];
  const results = await runRounds(sides, {
    rounds: Math.min(rounds, MOST_ROUNDS),
    onRun: (side, round, { wallMs, peakRss }) =>
      lines.say(
        `  round ${round}, ${side}: ${(wallMs / 1_000).toFixed(2)} s, ${(peakRss / 1e6).toFixed(0)} MB`,
      ),
  });
  assertSameBytes([...results.values()].flat());
  const times = (side: string) => (results.get(side) ?? []).map(({ wallMs }) => wallMs);
  const peaks = (side: string) => (results.get(side) ?? []).map(({ peakRss }) => peakRss);
  return {
    figures: WORKERS.flatMap((workers) => figuresOf(workers, times, peaks)),
    samples: Object.fromEntries(
      sides.flatMap(({ name }) => [
        [`${name}: ms`, times(name)],
        [`${name}: bytes`, peaks(name)],
      ]),
    ),
    notes: [`The script runs on ${python.versions}.`],
  };
}

async function sluice({ world, signal }: Bench, workers: number): Promise<EndToEnd> {
  const options = { table: world.large, format: 'python', workers, withUsage: true } as const;
  const { wallMs, bytes, usage } = await runSluice(world, options, signal);
  return { wallMs, bytes, peakRss: usage?.peakRss ?? Number.NaN };
}

type ValuesOf = (side: string) => readonly number[];

function figuresOf(workers: number, times: ValuesOf, peaks: ValuesOf): Figure[] {
  const ours = sideName(workers);
  const work = `python dialect, end to end, ${workersInWords(workers)}`;
  const against = 'Python script (fetchall, csv.writer, upload_file)';
  return [
    {
      work: `${work}: times faster`,
      against,
      value: ratioOfMedians(times('Python'), times(ours)),
      unit: 'ratio',
      goal: atLeast(10),
      from: `${formatSeconds(summarise(times('Python')))} / ${formatSeconds(summarise(times(ours)))}`,
    },
    {
      work: `${work}: peak RSS`,
      against,
      value: ratioOfMedians(peaks(ours), peaks('Python')),
      unit: 'ratio',
      goal: atMost(0.1),
      from: `${formatMegabytes(summarise(peaks(ours)))} / ${formatMegabytes(summarise(peaks('Python')))}`,
    },
  ];
}

function sideName(workers: number): string {
  return `Sluice, ${workersInWords(workers)}`;
}

/** A comparison of two programs that do not write the same is none. */
function assertSameBytes(runs: readonly EndToEnd[]): void {
  const sizes = new Set(runs.map(({ bytes }) => bytes));
  if (sizes.size === 1) return;
  throw new Error(`the objects differ in size: ${[...sizes].join(' and ')} bytes`);
}
