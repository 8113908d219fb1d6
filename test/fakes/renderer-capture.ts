/** Captures of a server that is not there: one for each thing that a screen has to say. */
import { AppError, toWireError } from '../../electron/contract/app-error.ts';
import { captureSpecSchema, ownSlotName, type CaptureSpec } from '../../electron/contract/capture-spec.ts';
import type { CaptureSample, CaptureStatus } from '../../electron/contract/capture-status.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import type { CaptureCalls } from '../../electron/engine/capture/capture-desk.ts';

const HOUR_MS = 3_600_000;
const STEP_MS = 15_000;

export interface FakeCapturesOptions {
  /** True: some are there already. */
  readonly some: boolean;
  readonly emit: (event: EngineEvent) => void;
}

export function fakeCaptures({ some, emit }: FakeCapturesOptions): CaptureCalls {
  const captures = new Map((some ? examples() : []).map((status) => [status.name, status]));
  const find = (name: string) => {
    const status = captures.get(name);
    if (status === undefined)
      throw new AppError('STORE_CAPTURE_NOT_FOUND', `There is no saved capture "${name}".`);
    return status;
  };
  const put = (status: CaptureStatus) => {
    captures.set(status.name, status);
    emit({ type: 'capture', status });
    return status;
  };
  const process = { pid: 4711, host: 'here' };
  return {
    async 'capture.start'({ spec, name }) {
      const last = spec === undefined ? find(name ?? '') : fakeCaptureStatus(spec);
      return put({ ...last, phase: 'streaming', process, lastError: null });
    },
    async 'capture.save'({ spec }) {
      const last = captures.get(spec.name) ?? { ...fakeCaptureStatus(spec), sequence: 0 };
      return put({ ...last, spec, phase: 'stopped', process: null });
    },
    async 'capture.stop'({ name }) {
      return put({ ...find(name), phase: 'stopped', process: null });
    },
    async 'capture.pause'({ name }) {
      return put({ ...find(name), phase: 'paused', notes: [HELD] });
    },
    async 'capture.resume'({ name }) {
      return put({ ...find(name), phase: 'streaming', notes: [] });
    },
    async 'capture.plan'({ name = '' }) {
      const { slot, publication } = find(name);
      return { slot, publication, changes: [], refused: null, running: false };
    },
    async 'capture.reread'({ name }) {
      return put(find(name));
    },
    async 'capture.drop'({ name, confirm }) {
      const { slot } = find(name);
      if (confirm !== slot)
        throw new AppError('SLOT_NOT_CONFIRMED', `"${confirm}" is not the name of the slot.`);
      return { dropped: [`slot ${slot}`] };
    },
    async 'capture.status'({ name }) {
      return { status: find(name), samples: samplesUntil(Date.now()) };
    },
    async 'capture.list'() {
      return { captures: [...captures.values()] };
    },
    async 'capture.remove'({ name }) {
      captures.delete(find(name).name);
      emit({ type: 'captureRemoved', name });
      return {};
    },
  };
}

const HELD =
  'The slot holds WAL while the capture is paused: resume it before the disk of the server is full.';

/** A capture that streams; what is given takes the place of what it has. */
export function fakeCaptureStatus(spec: CaptureSpec, change: Partial<CaptureStatus> = {}): CaptureStatus {
  const slot = spec.slot ?? ownSlotName(spec.name);
  return {
    name: spec.name,
    spec,
    phase: 'streaming',
    here: true,
    process: { pid: 4711, host: 'here' },
    slot,
    publication: spec.publication ?? slot,
    since: '2026-11-22T09:30:00.000Z',
    marks: { received: '5A/1B85D70', decoded: '5A/1B85D70', durable: '5A/1B80000', acked: '5A/1B80000' },
    heldBytes: 42_000_000,
    lagBytes: 1_240_000,
    lagSeconds: 3.4,
    changes: 1_234_567,
    transactions: 45_678,
    objects: 321,
    bytes: 987_654_321,
    changesPerSecond: 842,
    snapshotTables: { done: 3, all: 3, rows: 2_000_000 },
    lastError: null,
    notes: [],
    epoch: 2,
    sequence: 318,
    checkpoint: `s3://lake/changes/_sluice/${spec.name}/checkpoint.json`,
    ...change,
  };
}

/** A job of two tables with saved profiles. */
export function fakeCaptureSpec(name: string): CaptureSpec {
  return captureSpecSchema.parse({
    name,
    source: { profile: 'Shop' },
    destination: { profile: 'Lake' },
    tables: [
      { schema: 'public', name: 'Orders' },
      { schema: 'public', name: 'Customers' },
    ],
  });
}

/** With the profiles that the fake engine has. */
function inDemo(name: string): CaptureSpec {
  return { ...fakeCaptureSpec(name), source: { profile: 'Demo' }, destination: { profile: 'Demo' } };
}

function examples(): readonly CaptureStatus[] {
  const at = '2026-11-22T09:41:00.000Z';
  const lost = toWireError(
    new AppError(
      'SLOT_LOST',
      'The server has removed WAL that the slot sluice_invoices needs: changes from 5A/1000000 to 5A/2000000 are missing.',
    ),
  );
  const away = toWireError(new AppError('DEST_UNAVAILABLE', 'The destination does not answer.'));
  return [
    fakeCaptureStatus(inDemo('orders')),
    fakeCaptureStatus(inDemo('invoices'), {
      phase: 'failed',
      process: null,
      lagBytes: null,
      lagSeconds: null,
      heldBytes: null,
      lastError: { at, error: lost },
    }),
    fakeCaptureStatus(inDemo('payments'), {
      phase: 'snapshot',
      snapshotTables: {
        done: 0,
        all: 2,
        rows: 1_250_000,
        reading: [{ table: { schema: 'public', name: 'Orders' }, done: 5, all: 16, rows: 1_250_000 }],
      },
    }),
    fakeCaptureStatus(inDemo('stock'), { phase: 'waiting', lastError: { at, error: away } }),
    fakeCaptureStatus(fakeCaptureSpec('an archive of everything that was ever paid'), {
      phase: 'paused',
      notes: [HELD],
    }),
  ];
}

/** An hour of a stream with a peak, and a pause of ten minutes. */
function samplesUntil(end: number): CaptureSample[] {
  return Array.from({ length: HOUR_MS / STEP_MS }, (_, index) => {
    const wave = 1 + Math.sin(index / 9) * 0.6 + (index > 180 && index < 195 ? 4 : 0);
    return {
      at: new Date(end - HOUR_MS + (index + 1) * STEP_MS).toISOString(),
      lagBytes: wave * 1_000_000,
      lagSeconds: wave * 2.5,
      changesPerSecond: wave * 800,
    };
  }).filter((_, index) => index < 60 || index > 100);
}
