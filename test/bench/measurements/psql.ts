/** Delimited text to S3, against psql, which only has to read it. */
import os from 'node:os';
import { atMost, formatSeconds, type Figure } from '../figure.ts';
import { workersInWords, type Bench, type Outcome } from '../measurement.ts';
import { findCopyPeers } from '../peers/psql-copy.ts';
import { runRounds, type Side } from '../rounds.ts';
import { runSluice } from '../sluice-extract.ts';
import { median, ratioOfMedians, summarise } from '../statistics.ts';

const WORKERS = [
  { workers: 1, goal: atMost(1) },
  { workers: 2, goal: atMost(0.7) },
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
    ...WORKERS.map(({ workers }) => ({
      name: sideName(workers),
      run: () => runSluice(world, { table: world.large, dialect: 'postgres', workers }, signal),
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
    WORKERS.map(({ workers, goal }): Figure => ({
      work: `full extract, delimited text, ${workersInWords(workers)}`,
      against: peer.name,
      value: ratioOfMedians(times(sideName(workers)), times(peer.name)),
      unit: 'ratio',
      goal,
      from: `${formatSeconds(summarise(times(sideName(workers))))} / ${formatSeconds(summarise(times(peer.name)))}`,
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

function sideName(workers: number): string {
  return `Sluice, ${workersInWords(workers)}`;
}
