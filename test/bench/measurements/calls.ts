/** The round trip of a small call, while nothing happens and while an extract runs as fast as it can. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isActive } from '../../../electron/contract/run.ts';
import { atMost, type Figure } from '../figure.ts';
import type { Bench, Outcome } from '../measurement.ts';
import { saveBenchProfiles, ServedClient } from '../served-client.ts';
import { median, quantile } from '../statistics.ts';

/** Milliseconds between two calls. They go out whether or not the last one was answered: a stall meets all of them. */
const INTERVAL_MS = 5;
const IDLE_CALLS = 1_000;
const WORKERS = 2;

export async function measureCalls({ world, rounds, lines, signal }: Bench): Promise<Outcome> {
  await using client = await ServedClient.start(world);
  await saveBenchProfiles(client, world);
  const activity = watchRuns(client);

  const ticks = IDLE_CALLS;
  await callWhile(client, signal, (call) => call < ticks / 4);
  const idle = await callWhile(client, signal, (call) => call < ticks);
  const busy: number[] = [];
  for (let round = 1; round <= rounds; round++) {
    const { runId } = await client.call('jobs.start', {
      spec: {
        source: { profile: 'Bench' },
        selection: { table: { schema: world.large.schema, name: world.large.name } },
        destination: { profile: 'Bench' },
        parallel: WORKERS,
      },
    });
    const times = await callWhile(client, signal, () => !activity.ended.has(runId));
    busy.push(...times);
    lines.say(`  round ${round}, extract: ${times.length} calls, p99 ${quantile(times, 0.99).toFixed(1)} ms`);
    const { run } = await client.call('runs.get', { runId });
    if (run.state.tag !== 'succeeded') throw new Error(`the extract of round ${round} has ${run.state.tag}`);
  }
  const figure = (work: string, times: readonly number[], goal: Figure['goal']): Figure => ({
    work,
    against: '-',
    value: quantile(times, 0.99),
    unit: 'ms',
    goal,
    from: `${median(times).toFixed(1)} ms (${quantile(times, 0).toFixed(1)} to ${quantile(times, 1).toFixed(1)}), ${times.length} calls`,
  });
  return {
    figures: [
      figure('round trip of a small call, idle: p99', idle, null),
      figure(`round trip of a small call, extract with ${WORKERS} workers: p99`, busy, atMost(50)),
    ],
    samples: { 'idle ms': idle, 'busy ms': busy },
    notes: [],
  };
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
