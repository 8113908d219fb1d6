import type { CallInput } from '../../contract/calls.ts';
import type { CaptureStatus } from '../../contract/capture-status.ts';
import { exitCodeOf } from '../../contract/error-table.ts';
import type { EngineEvent } from '../../contract/events.ts';
import type { Engine } from '../../engine/engine-api.ts';
import { callEngine } from '../call-engine.ts';
import type { CommandContext } from '../command-context.ts';
import { createCaptureHumanReporter, createCaptureJsonReporter } from './capture-reporter.ts';

/**
 * Starts a capture and tells about it until it has ended. The first interrupt stops it in good order, which is how a
 * capture ends: that is a success.
 * @throws AppError when it could not be started
 */
export async function followCapture(
  engine: Engine,
  input: CallInput<'capture.start'>,
  { world, exitWith }: CommandContext,
  options: { readonly json: boolean; readonly onStatus?: (status: CaptureStatus) => void },
): Promise<void> {
  const reporter = options.json ? createCaptureJsonReporter(world) : createCaptureHumanReporter(world);
  // Starting and stopping are not given up half-way.
  const never = new AbortController().signal;
  const ended = Promise.withResolvers<CaptureStatus>();
  const name = input.name ?? input.spec?.name ?? '';
  const early: EngineEvent[] = [];
  let begun = false;
  const hear = (event: EngineEvent) => {
    if (event.type === 'captureNews' && event.name === name) reporter.news(event.news);
    if (event.type !== 'capture' || event.status.name !== name) return;
    options.onStatus?.(event.status);
    if (hasEnded(event.status)) ended.resolve(event.status);
    else if (event.status.here) reporter.status(event.status);
  };
  // The first events can come before the call has said that it has started.
  const unsubscribe = engine.subscribe((event) => {
    if (begun) hear(event);
    else early.push(event);
  });
  const stop = () => {
    reporter.stopping();
    callEngine(engine, 'capture.stop', { name }, never).catch((error: unknown) => ended.reject(error));
  };
  try {
    const started = await callEngine(engine, 'capture.start', input, never);
    reporter.started(started);
    begun = true;
    early.filter((event) => !isOfBefore(event, started)).forEach(hear);
    world.interrupted.addEventListener('abort', stop);
    world.outClosed.addEventListener('abort', stop);
    if (world.interrupted.aborted) stop();
    const status = await ended.promise;
    reporter.finished(status);
    if (status.phase === 'failed' && status.lastError !== null)
      exitWith(exitCodeOf(status.lastError.error.code));
  } finally {
    world.interrupted.removeEventListener('abort', stop);
    world.outClosed.removeEventListener('abort', stop);
    unsubscribe();
  }
}

/** Of a process that worked on the job earlier: its end, which is told when the job is saved anew, is not that of this one. */
function isOfBefore(event: EngineEvent, started: CaptureStatus): boolean {
  return event.type === 'capture' && event.status.since < started.since;
}

function hasEnded({ phase, process }: CaptureStatus): boolean {
  return process === null && (phase === 'stopped' || phase === 'failed');
}
