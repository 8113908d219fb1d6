/** Runs that take their time, fail or succeed, for tests of the renderer. */
import { toWireError, AppError } from '../../electron/contract/app-error.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import type { ExtractSpec } from '../../electron/contract/extract-spec.ts';
import type { Manifest } from '../../electron/contract/manifest.ts';
import type {
  FailedState,
  Run,
  RunLogLine,
  RunPhase,
  RunProgress,
  RunState,
} from '../../electron/contract/run.ts';

export interface FakeRun {
  run: Run;
  readonly log: RunLogLine[];
  manifest: Manifest | null;
  resumed?: boolean;
}

/** How a run is to go. */
export interface RunPlan {
  readonly rows: number;
  readonly estimatedRows: number | null;
  readonly rowsPerSecond: number;
  readonly error: AppError | undefined;
}

const BYTES_PER_ROW = 142;
const TICK_MS = 100;
const RANGES = 64;

export class FakeRuns {
  readonly runs = new Map<string, FakeRun>();
  readonly #emit: (event: EngineEvent) => void;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  #last = 0;

  constructor(emit: (event: EngineEvent) => void) {
    this.#emit = emit;
  }

  /** An id in the form of the contract, sorted like the time. */
  newId(at: Date): string {
    this.#last += 1;
    const time = at.toISOString().replaceAll(/[-:]|\.\d+/g, '');
    return `${time}-${this.#last.toString(16).padStart(8, '0')}`;
  }

  add(run: Run, log: RunLogLine[]): FakeRun {
    const fake = { run, log, manifest: null };
    this.runs.set(run.id, fake);
    return fake;
  }

  start(spec: ExtractSpec, labels: { source: string; destination: string }, plan: RunPlan): string {
    const now = new Date();
    const id = this.newId(now);
    const fake = this.add(
      {
        id,
        origin: 'served',
        spec,
        sourceLabel: labels.source,
        destinationLabel: labels.destination,
        startedAt: now.toISOString(),
        state: { tag: 'queued' },
        progress: null,
      },
      [],
    );
    this.#change(fake, { tag: 'queued' });
    this.#log(fake, 'info', `Connecting to ${labels.source}`);
    const timer = setInterval(() => this.#tick(fake, plan), TICK_MS);
    this.#timers.set(id, timer);
    return id;
  }

  /** Goes on where it stopped, and succeeds. */
  resume(id: string): string {
    const fake = this.#resumable(id);
    fake.resumed = true;
    this.#change(fake, { tag: 'queued' });
    const plan = { rows: 500_000, estimatedRows: 500_000, rowsPerSecond: 100_000, error: undefined };
    const timer = setInterval(() => this.#tick(fake, plan), TICK_MS);
    this.#timers.set(id, timer);
    return id;
  }

  discard(id: string): RunState {
    const fake = this.#resumable(id);
    const { resumable: _, ...state } = fake.run.state as FailedState;
    this.#change(fake, state);
    return state;
  }

  #resumable(id: string): FakeRun {
    const fake = this.runs.get(id);
    if (fake?.run.state.tag === 'failed' && fake.run.state.resumable !== undefined) return fake;
    throw new AppError('STORE_RUN_NOT_RESUMABLE', `Run ${id} cannot be resumed.`);
  }

  #find(id: string): FakeRun {
    const fake = this.runs.get(id);
    if (fake === undefined) throw new AppError('STORE_RUN_NOT_FOUND', `There is no run ${id}`);
    return fake;
  }

  async cancel(id: string): Promise<RunState> {
    const fake = this.#find(id);
    if (!this.#timers.has(id)) return fake.run.state;
    this.#stop(id);
    this.#change(fake, { tag: 'cancelling' });
    this.#log(fake, 'warn', 'Cancelling: ending the query, aborting the upload');
    await new Promise((resolve) => setTimeout(resolve, 600));
    const state: RunState = { tag: 'cancelled', finishedAt: new Date().toISOString() };
    this.#change(fake, state);
    return state;
  }

  pause(id: string): RunState {
    const fake = this.#find(id);
    const { state } = fake.run;
    if (state.tag === 'running') this.#change(fake, { ...state, paused: true });
    return fake.run.state;
  }

  continue(id: string): RunState {
    const fake = this.#find(id);
    const { state } = fake.run;
    if (state.tag === 'running') this.#change(fake, { tag: 'running', phase: state.phase });
    return fake.run.state;
  }

  close(): void {
    for (const id of this.#timers.keys()) this.#stop(id);
  }

  #stop(id: string): void {
    clearInterval(this.#timers.get(id));
    this.#timers.delete(id);
  }

  #tick(fake: FakeRun, plan: RunPlan): void {
    if (fake.run.state.tag === 'running' && fake.run.state.paused === true) return;
    const elapsedMs = Date.now() - new Date(fake.run.startedAt).getTime();
    const transferMs = Math.max(0, elapsedMs - 600);
    const rows = Math.min(plan.rows, Math.floor((transferMs / 1_000) * plan.rowsPerSecond));
    const done = rows >= plan.rows && elapsedMs > 1_000;
    const phase: RunPhase =
      elapsedMs < 300 ? 'connect' : elapsedMs < 600 ? 'plan' : done ? 'finalize' : 'transfer';
    const progress: RunProgress = {
      phase,
      rows,
      bytesRead: rows * BYTES_PER_ROW,
      bytesEncoded: rows * BYTES_PER_ROW,
      bytesUploaded: Math.floor(rows * BYTES_PER_ROW * 0.9),
      partsInFlight: done ? 0 : 2,
      partsUploaded: Math.floor((rows * BYTES_PER_ROW) / 8e6),
      objectsWritten: done ? 1 : 0,
      estimatedRows: plan.estimatedRows,
      elapsedMs,
      ranges: RANGES,
      rangesDone: Math.floor((RANGES * rows) / Math.max(1, plan.rows)),
    };
    fake.run = { ...fake.run, progress };
    if (fake.run.state.tag !== 'running' || fake.run.state.phase !== phase) {
      this.#change(fake, { tag: 'running', phase });
      this.#log(fake, 'info', `Phase ${phase}`);
    }
    this.#emit({ type: 'progress', runId: fake.run.id, progress });
    if (plan.error !== undefined && rows > plan.rows * 0.4) {
      this.#stop(fake.run.id);
      this.#log(fake, 'error', plan.error.message);
      this.#change(fake, {
        tag: 'failed',
        finishedAt: new Date().toISOString(),
        error: toWireError(plan.error),
      });
    } else if (done) this.#succeed(fake, rows);
  }

  #succeed(fake: FakeRun, rows: number): void {
    this.#stop(fake.run.id);
    const state = succeeded(fake.run, rows);
    fake.manifest = manifestOf(fake.run, state, fake.resumed ?? false);
    this.#log(fake, 'info', `Verified ${rows} rows in 1 object`);
    this.#change(fake, state);
  }

  #change(fake: FakeRun, state: RunState): void {
    fake.run = { ...fake.run, state };
    this.#emit({ type: 'run', run: fake.run });
  }

  #log(fake: FakeRun, level: RunLogLine['level'], message: string): void {
    const line = { at: new Date().toISOString(), level, message };
    fake.log.push(line);
    this.#emit({ type: 'log', runId: fake.run.id, line });
  }
}

type Succeeded = Extract<RunState, { tag: 'succeeded' }>;

export function succeeded(run: Run, rows: number): Succeeded {
  const bytes = rows * BYTES_PER_ROW;
  const count = run.spec.objectSize === undefined ? 1 : 3;
  const objects = Array.from({ length: count }, (_, index) => {
    const key = `extracts/${run.id}/part-0000${index + 1}.csv`;
    return {
      key,
      uri: `s3://demo/${key}`,
      rows: Math.floor(rows / count),
      bytes: Math.floor(bytes / count),
      etag: '"9b2cf535f27731c974343645a3985328-3"',
      crc32: 'y/Q5Jg==',
    };
  });
  return {
    tag: 'succeeded',
    finishedAt: new Date(new Date(run.startedAt).getTime() + 4_321).toISOString(),
    rows,
    bytes,
    objects,
    manifest: `s3://demo/_sluice/runs/${run.id}/manifest.json`,
  };
}

function manifestOf(run: Run, state: Succeeded, resumed: boolean): Manifest {
  return {
    version: 1,
    runId: run.id,
    startedAt: run.startedAt,
    finishedAt: state.finishedAt,
    source: {
      host: 'localhost',
      port: 5432,
      database: 'demo',
      serverVersion: '18.4',
      systemIdentifier: '7443215678901234567',
      query: 'SELECT "OrderId", "OrderStatus", "LastUpdated" FROM ONLY "public"."Orders"',
      snapshot: '748:748:',
      lsn: '0/1A2B3C4D',
    },
    columns: [{ name: 'OrderId', type: 'integer' }],
    spec: run.spec,
    rows: state.rows,
    bytes: state.bytes,
    objects: [...state.objects],
    consistency: resumed ? 'snapshot-per-range' : 'one-snapshot',
    workers: 4,
    recoveries: { retries: 0, restarts: 0, resumes: resumed ? 1 : 0 },
  };
}
