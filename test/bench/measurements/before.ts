/** This build against an earlier one: a mended fault must not be paid for with time, work or memory. */
import { atMost, formatMegabytes, formatSeconds, type Figure } from '../figure.ts';
import { workersInWords, type Bench, type Outcome } from '../measurement.ts';
import { runRounds, type Side } from '../rounds.ts';
import { cliOf, ROOT, runSluice } from '../sluice-extract.ts';
import { ratioOfMedians, summarise } from '../statistics.ts';

const WORK = [
  { format: 'postgres', workers: 1, name: 'delimited text' },
  { format: 'postgres', workers: 2, name: 'delimited text' },
  { format: 'parquet', workers: 1, name: 'Parquet with zstd' },
] as const;

interface Spent {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly peakRss: number;
}

const COSTS = [
  { cost: 'wallMs', name: 'time', goal: atMost(1.05), format: formatSeconds },
  { cost: 'cpuMs', name: 'processor time', goal: atMost(1.03), format: formatSeconds },
  { cost: 'peakRss', name: 'peak memory', goal: atMost(1.03), format: formatMegabytes },
] as const;

/** @throws TypeError when it was not said which build */
export async function measureBefore({ world, rounds, than, lines, signal }: Bench): Promise<Outcome> {
  if (than === undefined) throw new TypeError('--than FOLDER is missing');
  const figures: Figure[] = [];
  const samples: Record<string, readonly number[]> = {};
  for (const { format, workers, name } of WORK) {
    const side = (build: string, cli: string): Side<Spent> => ({
      name: build,
      run: async () => {
        const run = await runSluice(
          world,
          { table: world.large, format, workers, cli, withUsage: true },
          signal,
        );
        if (run.usage === undefined) throw new Error('Nobody wrote down what the run used.');
        return { wallMs: run.wallMs, ...run.usage };
      },
    });
    const results = await runRounds([side('before', cliOf(than)), side('now', cliOf(ROOT))], {
      rounds,
      onRun: (build, round, { wallMs }) =>
        lines.say(`  round ${round}, ${name}, ${workers}, ${build}: ${(wallMs / 1_000).toFixed(2)} s`),
    });
    for (const { cost, name: what, goal, format: inWords } of COSTS) {
      const of = (build: string) => (results.get(build) ?? []).map((spent) => spent[cost]);
      const work = `${what}, full extract, ${name}, ${workersInWords(workers)}`;
      figures.push({
        work,
        against: 'the build before',
        value: ratioOfMedians(of('now'), of('before')),
        unit: 'ratio',
        goal,
        from: `${inWords(summarise(of('now')))} / ${inWords(summarise(of('before')))}`,
      });
      samples[`${work}, now: ${cost}`] = of('now');
      samples[`${work}, before: ${cost}`] = of('before');
    }
  }
  return { figures, samples, notes: [] };
}
