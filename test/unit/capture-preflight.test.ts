/** What a capture makes of the look at the server before it begins. */
import { expect, it } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import type { ErrorCode } from '../../electron/contract/error-table.ts';
import { CaptureReport } from '../../electron/engine/capture/capture-report.ts';
import { CaptureRun, type CaptureRunDeps } from '../../electron/engine/capture/capture-run.ts';
import { systemClock } from '../../electron/engine/lib/system-clock.ts';
import type { CaptureFacts } from '../../electron/engine/wal/wal-source.ts';
import { fakeCaptureSpec } from '../fakes/renderer-capture.ts';
import { slotOf, walServer } from '../fakes/wal-facts.ts';

/** Looks at a server to which the connection for replication fails, and stops at the second word of it. */
async function phasesOf(code: ErrorCode): Promise<{ phases: string[]; error: string | undefined }> {
  const spec = fakeCaptureSpec('orders');
  const ref = { slot: 'sluice_orders', publication: 'sluice_orders' };
  const phases: string[] = [];
  let run: CaptureRun | undefined;
  const report: CaptureReport = new CaptureReport({
    spec,
    ref,
    owner: { pid: 1, host: 'here', startedAt: '2026-11-22T09:30:00Z' },
    clock: systemClock,
    onNews: () => undefined,
    onPhase: () => {
      phases.push(report.current);
      if (report.current === 'waiting') run?.stop();
    },
  });
  const facts: Partial<CaptureFacts> = {
    facts: { server: walServer(), slots: [slotOf({ name: ref.slot })], senders: [] },
    catalog: { publications: [], tables: [] },
    superuser: true,
    providerSettings: [],
    mayCreate: true,
    unreadable: [],
    rowBytes: new Map(),
    replication: { ok: false, error: new AppError(code, 'It was closed.') },
  };
  const deps = {
    spec,
    ref,
    access: async () => ({}),
    captureFacts: async () => facts,
    report,
    clock: systemClock,
    random: () => 0,
  } as unknown as CaptureRunDeps;
  run = new CaptureRun(deps);
  await run.run();
  return { phases, error: report.status().lastError?.error.code };
}

it('a network that breaks in the midst of it is waited for', async () => {
  expect(await phasesOf('SOURCE_CONNECTION_LOST')).toEqual({
    phases: ['waiting', 'stopped'],
    error: 'SOURCE_CONNECTION_LOST',
  });
});

it('a server that refuses replication is not', async () => {
  expect(await phasesOf('SOURCE_QUERY_FAILED')).toEqual({
    phases: ['failed'],
    error: 'SLOT_PREFLIGHT',
  });
});
