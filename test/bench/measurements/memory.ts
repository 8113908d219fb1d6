/** Peak memory: of a large table no more than of a small one. */
import { atMost, formatMegabytes, type Figure } from '../figure.ts';
import { workersInWords, type Bench, type Outcome } from '../measurement.ts';
import { runRounds } from '../rounds.ts';
import { runSluice } from '../sluice-extract.ts';
import { ratioOfMedians, summarise } from '../statistics.ts';

/** Memory varies less than time. */
const MOST_ROUNDS = 3;

const WORKERS = [1, 2];

export async function measureMemory({ world, rounds, lines, signal }: Bench): Promise<Outcome> {
  const tables = [world.small, world.large];
  const sides = WORKERS.flatMap((workers) =>
    tables.map((table) => ({
      name: sideName(workers, table.rows),
      run: async () => {
        const run = await runSluice(world, { table, format: 'postgres', workers, withUsage: true }, signal);
        return run.usage?.peakRss ?? Number.NaN;
      },
    })),
  );
  const results = await runRounds(sides, {
    rounds: Math.min(rounds, MOST_ROUNDS),
    onRun: (side, round, peak) => lines.say(`  round ${round}, ${side}: ${(peak / 1e6).toFixed(0)} MB`),
  });
  const figures = WORKERS.flatMap((workers): Figure[] => {
    const small = results.get(sideName(workers, world.small.rows)) ?? [];
    const large = results.get(sideName(workers, world.large.rows)) ?? [];
    const work = `peak RSS, ${world.large.rows.toLocaleString('en')} rows, ${workersInWords(workers)}`;
    return [
      {
        work,
        against: `itself at ${world.small.rows.toLocaleString('en')} rows`,
        value: ratioOfMedians(large, small),
        unit: 'ratio',
        goal: atMost(1.1),
        from: `${formatMegabytes(summarise(large))} / ${formatMegabytes(summarise(small))}`,
      },
      {
        work,
        against: '-',
        value: summarise(large).max / 1e6,
        unit: 'MB',
        goal: atMost(300),
        from: formatMegabytes(summarise(large)),
      },
    ];
  });
  return {
    figures,
    samples: Object.fromEntries([...results].map(([name, peaks]) => [`${name} bytes`, peaks])),
    notes: [],
  };
}

function sideName(workers: number, rows: number): string {
  return `${rows.toLocaleString('en')} rows, workers ${workers}`;
}
