/** The round trip of a small call, while nothing happens and while an extract runs as fast as it can. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isActive } from '../../../electron/contract/run.ts';
import { atMost, type Figure } from '../figure.ts';
import { workersInWords, type Bench, type Outcome } from '../measurement.ts';
import { saveBenchProfiles, ServedClient } from '../served-client.ts';
import { median, quantile } from '../statistics.ts';

/** Milliseconds between two calls. They go out whether or not the last one was answered: a stall meets all of them. */
const INTERVAL_MS = 5;
const IDLE_CALLS = 1_000;
const WARM_UP_CALLS = 250;
const WORKERS = [1, 2];

export async function measureCalls(bench: Bench): Promise<Outcome> {
  const { world, rounds, signal } = bench;
  await using client = await ServedClient.start(world);
  await saveBenchProfiles(client, world);
  const { ended } = watchRuns(client);

  await callWhile(client, signal, (calls) => calls < WARM_UP_CALLS);
  const idle = await callWhile(client, signal, (calls) => calls < IDLE_CALLS);
  const figures = [figure('round trip of a small call, idle: p99', idle, null)];
  const samples: Record<string, number[]> = { 'idle ms': idle };
  for (const workers of WORKERS) {
    const times: number[] = [];
    for (let round = 1; round <= rounds; round++) {
      times.push(...(await callDuringExtract(client, bench, workers, ended)));
    }
    const who = workersInWords(workers);
    figures.push(figure(`round trip of a small call, while ${who} extract: p99`, times, atMost(50)));
    samples[`${who} ms`] = times;
  }
  return { figures, samples, notes: [] };
}

function figure(work: string, times: readonly number[], goal: Figure['goal']): Figure {
  const [least, most] = [quantile(times, 0), quantile(times, 1)];
  return {
    work,
    against: '-',
    value: quantile(times, 0.99),
    unit: 'ms',
    goal,
    from: `${median(times).toFixed(1)} ms (${least.toFixed(1)} to ${most.toFixed(1)}), ${times.length} calls`,
  };
}

/** Extracts the large table once. @throws Error when that did not succeed */
async function callDuringExtract(
  client: ServedClient,
  { world, lines, signal }: Bench,
  workers: number,
  ended: ReadonlySet<string>,
): Promise<number[]> {
  const { schema, name } = world.large;
  const { runId } = await client.call('jobs.start', {
    spec: {
      source: { profile: 'Bench' },
      selection: { table: { schema, name } },
      destination: { profile: 'Bench' },
      parallel: workers,
    },
  });
  const times = await callWhile(client, signal, () => !ended.has(runId));
  const { run } = await client.call('runs.get', { runId });
  if (run.state.tag !== 'succeeded') throw new Error(`the extract has ${run.state.tag}`);
  lines.say(`  workers ${workers}: ${times.length} calls, p99 ${quantile(times, 0.99).toFixed(1)} ms`);
  return times;
}

/** Which runs have ended, heard as a window hears it. */
function watchRuns(client: ServedClient): { readonly ended: ReadonlySet<string> } {
  const ended = new Set<string>();
  client.listen((event) => {
    if (event.type === 'run' && !isActive(event.run.state)) ended.add(event.run.id);
  });
  return { ended };
}

/** Calls at a fixed pace while there is reason to; the time of each until its answer. */
async function callWhile(
  client: ServedClient,
  signal: AbortSignal,
  goesOn: (calls: number) => boolean,
): Promise<number[]> {
  const times: number[] = [];
  const answers: Promise<void>[] = [];
  const call = async () => {
    const started = performance.now();
    await client.call('app.info', {});
    times.push(performance.now() - started);
  };
  const begun = performance.now();
  for (let calls = 0; goesOn(calls); calls++) {
    answers.push(call());
    const due = begun + (calls + 1) * INTERVAL_MS;
    await sleep(Math.max(0, due - performance.now()), undefined, { signal });
  }
  await Promise.all(answers);
  return times;
}
