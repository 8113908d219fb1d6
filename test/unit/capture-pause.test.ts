/** A capture that is paused and resumed while it asks the server how much WAL is held. */
import { expect, it } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { CaptureReport } from '../../electron/engine/capture/capture-report.ts';
import { CaptureRun, type CaptureRunDeps } from '../../electron/engine/capture/capture-run.ts';
import { systemClock } from '../../electron/engine/lib/system-clock.ts';
import { fakeCaptureSpec } from '../fakes/renderer-capture.ts';

it('goes on at once when it is resumed while the server is asked what the slot holds', async () => {
  const spec = fakeCaptureSpec('orders');
  const ref = { slot: 'sluice_orders', publication: 'sluice_orders' };
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<never>();
  const phases: string[] = [];
  const report = new CaptureReport({
    spec,
    ref,
    owner: { pid: 1, host: 'here', startedAt: '2026-11-22T09:30:00Z' },
    clock: systemClock,
    onNews: () => undefined,
    onPhase: () => void phases.push(report.current),
  });
  let connections = 0;
  const deps = {
    spec,
    ref,
    ownSlot: true,
    ownPublication: true,
    source: {
      facts: () => {
        asked.resolve();
        return answer.promise;
      },
    },
    access: () => {
      connections += 1;
      // The first is that of the question; the second would be the connection of the capture.
      if (connections === 1) return Promise.resolve({});
      return Promise.reject(new AppError('SOURCE_AUTH_FAILED', 'No.'));
    },
    report,
    clock: systemClock,
    random: () => 0,
  } as unknown as CaptureRunDeps;
  const run = new CaptureRun(deps);
  run.pause();
  const finished = run.run();
  await asked.promise;
  run.resume();
  answer.reject(new AppError('SOURCE_UNREACHABLE', 'Nobody answers.'));
  await finished;
  expect(phases).toEqual(['paused', 'starting', 'failed']);
});
