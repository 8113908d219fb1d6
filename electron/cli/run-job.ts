import { EXIT_CANCELLED, exitCodeOf } from '../contract/error-table.ts';
import type { ExtractSpec } from '../contract/extract-spec.ts';
import type { RunState } from '../contract/run.ts';
import type { Engine } from '../engine/engine-api.ts';
import { callEngine } from './call-engine.ts';
import type { CommandContext } from './command-context.ts';
import { followRun } from './follow-run.ts';
import { createHumanReporter } from './human-reporter.ts';
import { createJsonReporter } from './json-reporter.ts';

interface RunJobOptions {
  readonly json: boolean;
  readonly warnings?: readonly string[];
}

/** Runs a job to its end and tells about it; the exit code says how it ended. @throws AppError when it cannot start */
export async function runJob(
  engine: Engine,
  spec: ExtractSpec,
  context: CommandContext,
  options: RunJobOptions,
): Promise<void> {
  const never = new AbortController().signal;
  await follow(engine, () => callEngine(engine, 'jobs.start', { spec }, never), context, options);
}

/** The same for a run that has kept something: it is gone on with. @throws AppError when it cannot be */
export async function resumeRun(
  engine: Engine,
  runId: string,
  context: CommandContext,
  options: RunJobOptions,
): Promise<void> {
  const never = new AbortController().signal;
  await follow(engine, () => callEngine(engine, 'runs.resume', { runId }, never), context, options);
}

async function follow(
  engine: Engine,
  begin: () => Promise<{ readonly runId: string }>,
  { world, exitWith }: CommandContext,
  options: RunJobOptions,
): Promise<void> {
  const reporter = options.json
    ? createJsonReporter(
        (text) => world.out(text),
        () => world.monotonicMs(),
      )
    : createHumanReporter(world);
  for (const warning of options.warnings ?? []) reporter.warning(warning);
  const run = await followRun(engine, begin, world.interrupted, reporter);
  reporter.finished(run);
  exitWith(exitCodeOfState(run.state));
}

function exitCodeOfState(state: RunState): number {
  if (state.tag === 'succeeded') return 0;
  return state.tag === 'failed' ? exitCodeOf(state.error.code) : EXIT_CANCELLED;
}
