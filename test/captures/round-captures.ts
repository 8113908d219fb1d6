/** The captures of a round: some that are killed, one that all tables come through, and the last, which comes to its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CaptureEvent, CaptureProcess } from './capture-process.ts';
import type { CompactionPlan, ProcessEnd } from './round-case.ts';
import type { RoundStage } from './round-stage.ts';
import { PreparedAcross } from './round-writers.ts';
import { within } from './world.ts';

/** Transactions that writers commit while a capture reads, before they are told to end. */
const STEADY_TRANSACTIONS = 60;

/** Milliseconds in which a capture comes to its end, or on with an entry, when nothing fails any more. */
const LIMIT_MS = 60_000;

/** Starts one process after the other. @returns what is wrong with how one of them ended */
export async function captures(stage: RoundStage): Promise<string | undefined> {
  const { round, tables, trace } = stage;
  const across = new PreparedAcross(stage);
  for (const [at, end] of round.processes.entries()) {
    trace.step(`capture until ${end.how} after ${end.after}`);
    await using capture = stage.capture(round.late && at === 0 ? tables.slice(1) : tables);
    await startedWith(capture, end);
    const before = round.processes[at - 1]?.prepared;
    if (before !== undefined) await across.end(before);
    if (end.prepared !== undefined) await across.prepare();
    const problem = await endAsTold(capture, end, stage);
    stage.count(end.how === 'SIGKILL' ? 'killed' : 'stopped');
    if (problem !== undefined) return problem;
  }
  await across.end('COMMIT');
  return undefined;
}

async function startedWith(capture: CaptureProcess, { after }: ProcessEnd): Promise<void> {
  const began = (event: CaptureEvent) => {
    if (after === 'changes') return event.type === 'entry' && event['entry'] === 'changes';
    return event.type === (after === 'start' ? 'started' : after);
  };
  const started = capture.heard(({ type }) => type === 'started').then(() => sleep(1_500));
  await Promise.race([capture.heard(began), started]);
}

async function endAsTold(
  capture: CaptureProcess,
  { how, ms }: Pick<ProcessEnd, 'how' | 'ms'>,
  { late }: RoundStage,
): Promise<string | undefined> {
  await Promise.race([sleep(ms), capture.exitCode()]);
  if (capture.ended) return failureOf(capture, 'ended by itself');
  if (how === 'SIGKILL') {
    await capture.kill('SIGKILL');
    return undefined;
  }
  const code = await Promise.race([
    capture.kill(how),
    within(LIMIT_MS, late.signal).then(() => 'late' as const),
  ]);
  if (code === 'late')
    return `a capture has not ended ${LIMIT_MS} ms after ${how}:\n${await capture.describe()}`;
  // Node itself needs a moment until anything can listen.
  if (code === null && capture.events.length === 0) return undefined;
  if (capture.events.at(-1)?.type !== 'finished')
    return failureOf(
      capture,
      `has not said that it ended after ${how}, and ended with ${code ?? capture.signal}`,
    );
  return code === 0 ? undefined : failureOf(capture, `ended with ${String(code)} after ${how}`);
}

/** All tables are in the log, and everything that the writers do from then on has to come through the stream. */
export async function steadyCapture(stage: RoundStage): Promise<string | undefined> {
  const { counts, trace, round, late } = stage;
  trace.step('capture of all tables');
  await using capture = stage.capture(stage.tables);
  // A busy machine with small objects does not catch up with writers that never rest.
  await Promise.race([capture.heard(hasAllTables), sleep(2_000)]);
  stage.paused = true;
  await Promise.race([capture.heard(hasAllTables), within(LIMIT_MS / 2, late.signal)]);
  stage.paused = false;
  trace.step('capture of the stream');
  const written = () => counts['transactions'] ?? 0;
  const enough = written() + STEADY_TRANSACTIONS;
  const until = performance.now() + LIMIT_MS / 4;
  while (written() < enough && !capture.ended && performance.now() < until) await sleep(50);
  if (capture.ended) return failureOf(capture, 'ended by itself');
  return await endAsTold(capture, { how: round.seed % 2 === 0 ? 'SIGTERM' : 'SIGKILL', ms: 0 }, stage);
}

function hasAllTables({ type, snapshotTables }: CaptureEvent): boolean {
  if (type !== 'progress') return false;
  const { done, all } = snapshotTables as { readonly done: number; readonly all: number };
  return all > 0 && done === all;
}

/** A rival can be fenced off, and fence the others off: that is no fault. */
function failureOf(capture: CaptureProcess, what: string): string | undefined {
  const last = capture.events.at(-1) as { error?: { code: string; message: string } } | undefined;
  if (last?.error?.code === 'DEST_CAPTURE_FENCED' || last?.error?.code === 'SLOT_IN_USE') return undefined;
  return `a capture ${what}: ${JSON.stringify(last)}\n${capture.said}`;
}

export async function startRival(stage: RoundStage): Promise<CaptureProcess> {
  await sleep(2_000);
  return stage.capture([], [], 'elsewhere');
}

/** Nothing fails any more. @returns what is wrong with it */
export async function lastCapture(stage: RoundStage): Promise<string | undefined> {
  stage.trace.step('last capture');
  await using capture = stage.capture(stage.tables, ['--until', 'current']);
  const code = await exitOrStandstill(capture, stage.late.signal);
  if (code === 0) return undefined;
  const how =
    code === 'late' ? `has written nothing for ${LIMIT_MS} ms, and not ended` : `ended with ${String(code)}`;
  return `the last capture ${how}:\n${await stage.describe()}`;
}

/** Small objects of much can take a while on a busy machine: as long as entries come, it is at work. */
async function exitOrStandstill(capture: CaptureProcess, late: AbortSignal): Promise<number | null | 'late'> {
  const entries = () => capture.events.filter(({ type }) => type === 'entry').length;
  for (let before = -1; before < entries() && !late.aborted;) {
    before = entries();
    const code = await Promise.race([capture.exitCode(), within(LIMIT_MS, late).then(() => 'late' as const)]);
    if (code !== 'late') return code;
  }
  return 'late';
}

/** Compactions beside the captures: what fails is tried again by the last one. */
export async function compactions(stage: RoundStage): Promise<void> {
  const { round, over } = stage;
  for (const { afterMs, ...plan } of round.compactions) {
    await within(afterMs, over.signal);
    if (over.signal.aborted) return;
    await using compaction = stage.compaction(argumentsOf(plan));
    const ended = plan.killedAfterMs === undefined ? over.signal : AbortSignal.timeout(plan.killedAfterMs);
    await Promise.race([compaction.exitCode(), within(LIMIT_MS, ended)]);
    stage.count('compactions');
  }
}

/** Merges what there is, and removes what others have left. @returns what is wrong with it */
export async function lastCompaction(stage: RoundStage): Promise<string | undefined> {
  const last = stage.round.compactions.at(-1);
  if (last === undefined) return undefined;
  stage.trace.step('last compaction');
  await using compaction = stage.compaction(argumentsOf(last));
  const code = await Promise.race([
    compaction.exitCode(),
    within(LIMIT_MS, stage.late.signal).then(() => 'late' as const),
  ]);
  return code === 0
    ? undefined
    : `the last compaction ended with ${String(code)}:\n${await compaction.describe()}`;
}

function argumentsOf({ removes }: Pick<CompactionPlan, 'removes'>): string[] {
  return ['--target-bytes', '1MiB', ...(removes ? ['--remove-replaced', '0'] : [])];
}
