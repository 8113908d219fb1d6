import type { EngineEvent, RunEvent } from '../contract/events.ts';
import { isActive, type Run } from '../contract/run.ts';
import type { Engine } from '../engine/engine-api.ts';
import { callEngine } from './call-engine.ts';
import type { RunReporter } from './run-reporter.ts';

/**
 * Begins a run, tells the reporter about it, and resolves when the run has ended, however it ended. When
 * `interrupted` fires, the run is cancelled, and has ended when everything is cleaned up.
 * @throws AppError when the job could not be started: then there is no run
 */
export async function followRun(
  engine: Engine,
  begin: () => Promise<{ readonly runId: string }>,
  interrupted: AbortSignal,
  reporter: RunReporter,
): Promise<Run> {
  // Starting and cancelling are not given up half-way: what was begun must be known to be ended.
  const never = new AbortController().signal;
  const ended = Promise.withResolvers<Run>();
  const early: EngineEvent[] = [];
  let runId: string | undefined;

  const hear = (event: EngineEvent) => {
    if (!belongsTo(event, runId)) return;
    reporter.event(event);
    if (event.type === 'run' && !isActive(event.run.state)) ended.resolve(event.run);
  };
  // The first events can come before the call has given the id that they belong to.
  const unsubscribe = engine.subscribe((event) => {
    if (runId === undefined) early.push(event);
    else hear(event);
  });
  const cancel = () => {
    if (runId === undefined) return;
    reporter.cancelling();
    callEngine(engine, 'runs.cancel', { runId }, never).catch((error: unknown) => {
      reporter.warning(
        `The run could not be cancelled: ${error instanceof Error ? error.message : 'unknown'}`,
      );
    });
  };

  interrupted.addEventListener('abort', cancel);
  try {
    ({ runId } = await begin());
    reporter.started(runId);
    const own = early.filter((event) => belongsTo(event, runId));
    for (const event of own) reporter.event(event);
    // Only the last counts: a run that was killed is brought to an end before it is resumed.
    const last = own.findLast((event) => event.type === 'run');
    if (last !== undefined && !isActive(last.run.state)) ended.resolve(last.run);
    if (interrupted.aborted) cancel();
    // A run that ended before it could be listened to says so here.
    const { run } = await callEngine(engine, 'runs.get', { runId }, never);
    if (!isActive(run.state)) ended.resolve(run);
    return await ended.promise;
  } finally {
    interrupted.removeEventListener('abort', cancel);
    unsubscribe();
  }
}

function belongsTo(event: EngineEvent, runId: string | undefined): event is RunEvent {
  if (event.type === 'run') return event.run.id === runId;
  return (event.type === 'progress' || event.type === 'log') && event.runId === runId;
}
