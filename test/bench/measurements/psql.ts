/** Delimited text and Parquet to S3, against psql, which only has to read the rows. */
import os from 'node:os';
import { atMost, formatSeconds, type Figure } from '../figure.ts';
import { workersInWords, type Bench, type Outcome } from '../measurement.ts';
import { findCopyPeers } from '../peers/psql-copy.ts';
import { runRounds, type Side } from '../rounds.ts';
import { runSluice } from '../sluice-extract.ts';
import { median, ratioOfMedians, summarise } from '../statistics.ts';

const OURS = [
  { format: 'postgres', workers: 1, work: 'delimited text', goal: atMost(1) },
  { format: 'postgres', workers: 2, work: 'delimited text', goal: atMost(0.7) },
  { format: 'parquet', workers: 1, work: 'Parquet with zstd', goal: atMost(1.5) },
] as const;

interface Timed {
  readonly wallMs: number;
  readonly busyMs: number;
}

export async function measurePsql({ world, rounds, lines, signal }: Bench): Promise<Outcome> {
  const { text, csv, notes } = await findCopyPeers(world);
  const peers = [text, csv];
  const sides: Side<Timed>[] = [
    ...peers.map((peer) => ({ name: peer.name, run: () => peer.run(signal) })),
    ...OURS.map((ours) => ({
      name: sideName(ours),
      run: () => runSluice(world, { table: world.large, ...ours }, signal),
    })),
  ];
  const results = await runRounds(sides, {
    rounds,
    onRun: (side, round, { wallMs }) =>
      lines.say(`  round ${round}, ${side}: ${(wallMs / 1_000).toFixed(2)} s`),
  });
  const times = (side: string) => (results.get(side) ?? []).map(({ wallMs }) => wallMs);
  const busy = (side: string) => (results.get(side) ?? []).map(({ busyMs }) => busyMs);
  const figures = peers.flatMap((peer) =>
    OURS.map((ours): Figure => ({
      work: `full extract, ${ours.work}, ${workersInWords(ours.workers)}`,
      against: peer.name,
      value: ratioOfMedians(times(sideName(ours)), times(peer.name)),
      unit: 'ratio',
      goal: ours.goal,
      from: `${formatSeconds(summarise(times(sideName(ours))))} / ${formatSeconds(summarise(times(peer.name)))}`,
    })),
  );
  const work = sides.map(({ name }) => `${name} ${(median(busy(name)) / 1_000).toFixed(1)} s`).join('; ');
  return {
    figures,
    samples: Object.fromEntries(
      sides.flatMap(({ name }) => [
        [`${name}: ms`, times(name)],
        [`${name}: busy ms`, busy(name)],
      ]),
    ),
    notes: [
      ...notes,
      `Work of all processes together (the client, Postgres, S3), in processor time: ${work}. Divided by ${os.availableParallelism()} cores it is the least that a run can take here.`,
    ],
  };
}

function sideName({ work, workers }: (typeof OURS)[number]): string {
  return `Sluice, ${work}, ${workersInWords(workers)}`;
}
