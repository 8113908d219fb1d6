/** The state of slots as metrics. https://prometheus.io/docs/instrumenting/exposition_formats/ */
import type { GuardedSlot, WalStatus } from '../contract/wal.ts';

interface Metric {
  readonly name: string;
  readonly help: string;
  /** Null where the server does not say: a missing sample is more honest than a zero. */
  readonly value: (slot: GuardedSlot) => number | null;
}

const LEVELS = { ok: 0, watch: 1, danger: 2 } as const;

const METRICS: readonly Metric[] = [
  {
    name: 'sluice_slot_retained_bytes',
    help: 'WAL that the slot holds back, in bytes.',
    value: ({ retainedBytes }) => retainedBytes,
  },
  {
    name: 'sluice_slot_pending_bytes',
    help: 'WAL that the consumer has not confirmed, in bytes.',
    value: ({ pendingBytes }) => pendingBytes,
  },
  {
    name: 'sluice_slot_growth_bytes_per_second',
    help: 'Growth of the WAL that is held.',
    value: ({ health }) => health.growthBytesPerSecond,
  },
  {
    name: 'sluice_slot_limit_seconds',
    help: 'Seconds until the limit at the present growth.',
    value: ({ health }) => health.secondsToLimit,
  },
  {
    name: 'sluice_slot_active',
    help: '1 while a consumer uses the slot.',
    value: ({ active }) => (active ? 1 : 0),
  },
  {
    name: 'sluice_slot_level',
    help: '0 ok, 1 watch, 2 danger.',
    value: ({ health }) => LEVELS[health.level],
  },
];

export function prometheusText({
  slots,
  walBytesPerSecond,
}: Pick<WalStatus, 'walBytesPerSecond'> & { readonly slots: readonly GuardedSlot[] }): string {
  const lines = METRICS.flatMap(({ name, help, value }) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} gauge`,
    ...slots.flatMap((slot) => {
      const sample = value(slot);
      return sample === null ? [] : [`${name}{${labels(slot)}} ${sample}`];
    }),
  ]);
  if (walBytesPerSecond !== null) {
    const name = 'sluice_wal_bytes_per_second';
    lines.push(
      `# HELP ${name} WAL written a second.`,
      `# TYPE ${name} gauge`,
      `${name} ${walBytesPerSecond}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function labels({ name, type, database }: GuardedSlot): string {
  return Object.entries({ slot: name, type, database: database ?? '' })
    .map(([label, value]) => `${label}="${escapeLabel(value)}"`)
    .join(',');
}

function escapeLabel(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
