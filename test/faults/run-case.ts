/** One run of the campaign: the job, what goes wrong, and what the oracle finds afterwards. */
import { setTimeout as sleep } from 'node:timers/promises';
import { LAKE, type EndedRun } from '../harness/engine/test-engine.ts';
import type { FaultCase } from './fault-case.ts';
import { debrisProblem, failureProblem, successProblem } from './oracle.ts';
import { cause } from './postgres-faults.ts';
import { BUCKET, type FaultWorld } from './world.ts';

/** Milliseconds in which a run has to end, whatever happens to it. */
const LIMIT_MS = 45_000;

export interface CaseResult {
  readonly seed: number;
  /** `succeeded`, the code of the failure, or either of them after the run was gone on with. */
  readonly outcome: string;
  /** Which faults have happened, in the order of `faultNames`: a run can end before its turn. */
  readonly reached: readonly boolean[];
  /** What must not be, in words; undefined where all is well. */
  readonly problem: string | undefined;
}

/** Never throws for what Sluice does: that is the result. */
export async function runCase(faults: FaultCase, world: FaultWorld): Promise<CaseResult> {
  await world.table(faults.table);
  const ended = new AbortController();
  world.s3.faults.add(...faults.s3);
  const caused = faults.postgres.map((fault) => cause(fault, world, ended.signal));
  try {
    const first = await runToItsEnd(faults, world);
    ended.abort();
    const inPostgres = await Promise.all(caused);
    const reached = [...world.s3.faults.hits().map((hits) => hits > 0), ...inPostgres];
    world.s3.faults.clear();
    world.wire.forget();
    return { seed: faults.seed, reached, ...(await judge(faults, first, world)) };
  } finally {
    ended.abort();
    world.s3.faults.clear();
    await Promise.allSettled(caused);
    await world.s3.emptyBucket(BUCKET);
  }
}

async function runToItsEnd({ table, job }: FaultCase, { engine }: FaultWorld): Promise<EndedRun | undefined> {
  const runId = await engine.start({
    selection: { table: { name: table } },
    destination: { profile: LAKE },
    ...job,
  });
  const limit = new AbortController();
  const late = sleep(LIMIT_MS, undefined, { signal: limit.signal }).catch(() => undefined);
  const ended = await Promise.race([engine.ended(runId), late]);
  limit.abort();
  if (ended === undefined) await engine.call('runs.cancel', { runId });
  return ended;
}

type Verdict = Pick<CaseResult, 'outcome' | 'problem'>;

async function judge(faults: FaultCase, ended: EndedRun | undefined, world: FaultWorld): Promise<Verdict> {
  if (ended === undefined) return { outcome: 'hung', problem: `has not ended within ${LIMIT_MS} ms` };
  const { state } = ended;
  if (state.tag === 'succeeded') {
    return { outcome: 'succeeded', problem: await successProblem(faults, ended, world) };
  }
  if (state.tag !== 'failed') return { outcome: state.tag, problem: 'nobody has cancelled it' };
  const { code } = state.error;
  const problem = failureProblem(ended);
  if (problem !== undefined) return { outcome: code, problem };
  // What could not be removed while the faults lasted is the next start's to remove.
  const late = ended.log.some(({ message }) => message.startsWith('Could not clean up'));
  if (late) await world.restartEngine();
  if (state.resumable !== undefined) return await goOn(faults, ended, world);
  const outcome = late ? `${code}, cleaned up at the next start` : code;
  return { outcome, problem: await debrisProblem([], world) };
}

/** A run that has kept what was finished: it is gone on with, or thrown away. */
async function goOn(faults: FaultCase, { run }: EndedRun, world: FaultWorld): Promise<Verdict> {
  const kept = await debrisProblem(await world.keptKeys(run.id), world);
  if (kept !== undefined) return { outcome: 'kept', problem: kept };
  const { engine } = world;
  if (faults.afterwards === 'discard') {
    await engine.call('runs.discard', { runId: run.id });
    return { outcome: 'discarded', problem: await debrisProblem([], world) };
  }
  engine.events.length = 0;
  await engine.call('runs.resume', { runId: run.id });
  const resumed = await engine.ended(run.id);
  const outcome = `resumed: ${resumed.state.tag}`;
  if (resumed.state.tag !== 'succeeded') return { outcome, problem: 'nothing was wrong any more' };
  return { outcome, problem: await successProblem(faults, resumed, world) };
}
