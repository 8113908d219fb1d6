/** A capture for monitors: whether it is well, and its figures in the text format of Prometheus. Pure. */
import type { CaptureStatus } from '../../contract/capture-status.ts';

export interface MetricsAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

interface Metric {
  readonly name: string;
  readonly kind: 'gauge' | 'counter';
  readonly help: string;
  /** Null where nobody knows: a missing sample is more honest than a zero. */
  readonly value: (status: CaptureStatus) => number | null;
}

const METRICS: readonly Metric[] = [
  {
    name: 'sluice_capture_up',
    kind: 'gauge',
    help: '1 while changes are read.',
    value: (status) => (isWell(status) ? 1 : 0),
  },
  {
    name: 'sluice_capture_lag_bytes',
    kind: 'gauge',
    help: 'WAL of the server that is not durable at the destination.',
    value: ({ lagBytes }) => lagBytes,
  },
  {
    name: 'sluice_capture_lag_seconds',
    kind: 'gauge',
    help: 'Age of the oldest commit that is not durable.',
    value: ({ lagSeconds }) => lagSeconds,
  },
  {
    name: 'sluice_capture_held_bytes',
    kind: 'gauge',
    help: 'WAL that the server keeps for the slot.',
    value: ({ heldBytes }) => heldBytes,
  },
  {
    name: 'sluice_capture_changes_total',
    kind: 'counter',
    help: 'Changes since the start of the process.',
    value: ({ changes }) => changes,
  },
  {
    name: 'sluice_capture_transactions_total',
    kind: 'counter',
    help: 'Transactions since the start of the process.',
    value: ({ transactions }) => transactions,
  },
  {
    name: 'sluice_capture_objects_total',
    kind: 'counter',
    help: 'Objects since the start of the process.',
    value: ({ objects }) => objects,
  },
  {
    name: 'sluice_capture_bytes_total',
    kind: 'counter',
    help: 'Bytes of these objects.',
    value: ({ bytes }) => bytes,
  },
  {
    name: 'sluice_capture_snapshot_tables',
    kind: 'gauge',
    help: 'Tables whose snapshot is wanted.',
    value: ({ snapshotTables }) => snapshotTables.all,
  },
  {
    name: 'sluice_capture_snapshot_tables_done',
    kind: 'gauge',
    help: 'Tables whose snapshot is in the log.',
    value: ({ snapshotTables }) => snapshotTables.done,
  },
  {
    name: 'sluice_capture_sequence',
    kind: 'gauge',
    help: 'The last entry of the log.',
    value: ({ sequence }) => sequence,
  },
  {
    name: 'sluice_capture_epoch',
    kind: 'gauge',
    help: 'Which writer of the job this is.',
    value: ({ epoch }) => epoch,
  },
];

/** True while changes are read, or will be in a moment. */
export function isWell({ phase }: CaptureStatus): boolean {
  return phase === 'streaming' || phase === 'snapshot' || phase === 'starting' || phase === 'paused';
}

export function captureMetricsText(statuses: readonly CaptureStatus[]): string {
  const lines = METRICS.flatMap(({ name, kind, help, value }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${kind}`,
    ...statuses.flatMap((status) => {
      const sample = value(status);
      return sample === null
        ? []
        : [`${name}{job="${escapeLabel(status.name)}",slot="${escapeLabel(status.slot)}"} ${sample}`];
    }),
  ]);
  return `${lines.join('\n')}\n`;
}

/** `/healthz` and `/metrics`; everything else is not there. */
export function answerMonitor(path: string, status: CaptureStatus | undefined): MetricsAnswer {
  if (path === '/metrics') {
    const body = captureMetricsText(status === undefined ? [] : [status]);
    return { status: 200, type: 'text/plain; version=0.0.4; charset=utf-8', body };
  }
  if (path !== '/healthz') return { status: 404, type: 'text/plain', body: 'Not found\n' };
  const well = status !== undefined && isWell(status);
  const { phase = 'starting', lagBytes = null, lagSeconds = null, lastError = null } = status ?? {};
  const error =
    lastError === null
      ? null
      : { at: lastError.at, code: lastError.error.code, message: lastError.error.message };
  return {
    status: well || status === undefined ? 200 : 503,
    type: 'application/json',
    body: `${JSON.stringify({ phase, lagBytes, lagSeconds, lastError: error })}\n`,
  };
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
