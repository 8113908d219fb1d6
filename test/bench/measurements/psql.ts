/** Delimited text to S3, against psql, which only has to read it. */
import { atMost, formatSeconds, type Figure } from '../figure.ts';
import type { Bench, Outcome } from '../measurement.ts';
import { findCopyPeer } from '../peers/psql-copy.ts';
import { runRounds, type Side } from '../rounds.ts';
import { runSluice } from '../sluice-extract.ts';
import { ratioOfMedians, summarise } from '../statistics.ts';

const WORKERS = [
  { workers: 1, work: 'full extract, delimited text, one worker', goal: atMost(1) },
  { workers: 2, work: 'full extract, delimited text, two workers', goal: atMost(0.7) },
] as const;

export async function measurePsql({ world, rounds, lines, signal }: Bench): Promise<Outcome> {
  const peer = await findCopyPeer(world);
  const sides: Side<{ wallMs: number }>[] = [
    { name: 'peer', run: () => peer.run(signal) },
    ...WORKERS.map(({ workers }) => ({
      name: `workers-${workers}`,
      run: () => runSluice(world, { table: world.large, dialect: 'postgres', workers }, signal),
    })),
  ];
  const results = await runRounds(sides, {
    rounds,
    onRun: (side, round, { wallMs }) =>
      lines.say(`  round ${round}, ${side}: ${(wallMs / 1_000).toFixed(2)} s`),
  });
  const times = (side: string) => (results.get(side) ?? []).map(({ wallMs }) => wallMs);
  const figures = WORKERS.map(({ workers, work, goal }): Figure => {
    const ours = times(`workers-${workers}`);
    return {
      work,
      against: peer.name,
      value: ratioOfMedians(ours, times('peer')),
      unit: 'ratio',
      goal,
      from: `${formatSeconds(summarise(ours))} / ${formatSeconds(summarise(times('peer')))}`,
    };
  });
  return {
    figures,
    samples: Object.fromEntries(sides.map(({ name }) => [`${name} ms`, times(name)])),
    notes: peer.note === undefined ? [] : [peer.note],
  };
}
