/** What a round does and what goes wrong in it: all of it follows from its seed. Pure. */
import { Random } from '../harness/random.ts';
import type { FaultAction, FaultRule } from '../harness/s3/faults.ts';

/** Something that goes wrong, so many milliseconds after what went wrong before it. */
export type Disturbance =
  | { readonly kind: 's3'; readonly rules: readonly FaultRule[] }
  /** Every request is refused for so long. */
  | { readonly kind: 's3 away'; readonly ms: number }
  /** Every request is taken and has no answer; then the connections break. */
  | { readonly kind: 's3 silence'; readonly ms: number }
  | { readonly kind: 'cut' | 'terminate senders' }
  | { readonly kind: 'restart'; readonly mode: 'fast' | 'immediate' }
  /** Nothing passes, and nothing is closed. */
  | { readonly kind: 'silence'; readonly ms: number };

/** How a process ends, so many milliseconds after it began to read. */
export interface ProcessEnd {
  readonly how: 'SIGKILL' | 'SIGTERM' | 'SIGINT';
  readonly after: 'start' | 'streaming' | 'snapshot' | 'changes';
  readonly ms: number;
  /** A transaction that is prepared before it ends, and ended when the next one is there. */
  readonly prepared: 'COMMIT' | 'ROLLBACK' | undefined;
}

/** A compaction beside the capture, so many milliseconds after the one before it. */
export interface CompactionPlan {
  readonly afterMs: number;
  /** Milliseconds until it is killed, or undefined. */
  readonly killedAfterMs: number | undefined;
  /** It removes what it has merged. */
  readonly removes: boolean;
}

export interface RoundCase {
  readonly seed: number;
  readonly format: 'jsonl' | 'flat' | 'parquet';
  readonly options: readonly string[];
  readonly publication: 'own' | 'all tables';
  readonly writers: number;
  readonly rowsBefore: number;
  readonly processes: readonly ProcessEnd[];
  readonly disturbances: readonly (Disturbance & { readonly afterMs: number })[];
  readonly compactions: readonly CompactionPlan[];
  /** Another machine that takes itself for the one. */
  readonly rival: boolean;
  /** A table that is wanted only from the second process on. */
  readonly late: boolean;
  /** A transaction that is larger than the spool, and whose object has several parts. */
  readonly huge: boolean;
}

const status = (code: number, name: string): FaultAction => ({ kind: 'status', status: code, code: name });

const OPERATIONS = [
  'PutObject',
  'PutObject',
  'GetObject',
  'HeadObject',
  'DeleteObject',
  'DeleteObjects',
  'ListObjectsV2',
  '*',
  '*',
] as const;

const MULTIPART = [
  'CreateMultipartUpload',
  'UploadPart',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
] as const;

/** The round of a seed. Never changes for a seed, unless this file does. */
export function roundCase(seed: number): RoundCase {
  const random = new Random(seed);
  const format = random.pick(['jsonl', 'jsonl', 'flat', 'parquet'] as const);
  const compression = random.pick(['zstd', 'zstd', 'gzip', 'none']);
  const huge = random.chance(0.08);
  return {
    seed,
    format,
    huge,
    publication: random.chance(0.7) ? 'own' : 'all tables',
    options: Object.entries({
      '--format': format,
      '--compression': huge ? 'none' : compression,
      '--roll-seconds': String(random.pick([0.1, 0.3, 1])),
      '--roll-rows': String(random.pick([20, 100, 500, 1_000_000])),
      '--roll-bytes': huge ? '64MiB' : random.pick(['64KiB', '64KiB', '1MiB']),
      '--parallel': String(random.pick([1, 2, 3])),
      '--spool-bytes': '16MiB',
    }).flat(),
    writers: 1 + random.below(3),
    rowsBefore: random.pick([0, 5, 60, 300]),
    processes: Array.from({ length: 2 + random.below(2) }, () => processEnd(random)),
    disturbances: Array.from({ length: random.below(4) }, () => ({
      ...disturbance(random, huge),
      afterMs: 300 + random.below(2_000),
    })),
    compactions: Array.from({ length: random.chance(0.35) ? 1 + random.below(2) : 0 }, () => ({
      afterMs: 500 + random.below(2_500),
      killedAfterMs: random.chance(0.4) ? 200 + random.below(600) : undefined,
      removes: random.chance(0.5),
    })),
    rival: random.chance(0.1),
    late: random.chance(0.2),
  };
}

function processEnd(random: Random): ProcessEnd {
  return {
    how: random.chance(0.8) ? 'SIGKILL' : random.pick(['SIGTERM', 'SIGINT']),
    after: random.pick(['start', 'streaming', 'snapshot', 'changes', 'changes', 'changes']),
    ms: random.pick([0, random.below(60), random.below(300), random.below(900)]),
    prepared: random.chance(0.3) ? random.pick(['COMMIT', 'COMMIT', 'ROLLBACK']) : undefined,
  };
}

function disturbance(random: Random, huge: boolean): Disturbance {
  const kind = random.pick([
    's3',
    's3',
    's3',
    's3 away',
    's3 silence',
    'cut',
    'terminate senders',
    'silence',
    'restart',
  ] as const);
  switch (kind) {
    case 's3':
      return { kind, rules: Array.from({ length: 1 + random.below(4) }, () => rule(random, huge)) };
    case 's3 away':
    case 's3 silence':
    case 'silence':
      return { kind, ms: 200 + random.below(1_500) };
    case 'restart':
      return { kind, mode: random.pick(['fast', 'immediate']) };
    case 'cut':
    case 'terminate senders':
      return { kind };
  }
}

function rule(random: Random, huge: boolean): FaultRule {
  const action = random.pick<FaultAction>([
    status(500, 'InternalError'),
    status(503, 'SlowDown'),
    { kind: 'resetBeforeBody' },
    { kind: 'resetMidBody' },
    { kind: 'resetAfterCommit' },
    { kind: 'resetAfterCommit' },
    { kind: 'delay', ms: 50 + random.below(500) },
  ]);
  const [after, times] = [random.below(4), 1 + random.below(3)];
  if (huge && random.chance(0.6)) return { op: random.pick(MULTIPART), key: '*', after, times, action };
  const stored: FaultRule = { op: 'PutObject', action: { kind: 'truncateStored' }, key: 'round/*' };
  if (random.chance(0.08)) return stored;
  const key = random.pick(['*', '*', '*checkpoint.json', '*/log/*', 'round/*']);
  return { op: random.pick(OPERATIONS), key, after, times, action };
}

export function describeRound({
  seed,
  options,
  publication,
  processes,
  disturbances,
  compactions,
  ...more
}: RoundCase): string {
  const ends = processes.map(
    ({ how, after, ms, prepared }) =>
      `${how} ${ms} ms after ${after}${prepared === undefined ? '' : ` beside a ${prepared} PREPARED`}`,
  );
  const wrong = disturbances.map((each) => (each.kind === 'restart' ? `restart ${each.mode}` : each.kind));
  const beside = [
    ...compactions.map(({ killedAfterMs }) =>
      killedAfterMs === undefined ? 'a compaction' : 'a killed compaction',
    ),
    ...(['rival', 'late', 'huge'] as const).filter((name) => more[name]),
  ];
  return `${seed}: ${options.join(' ')}, publication ${publication}, ${more.writers} writers, ${more.rowsBefore} rows before; ${[ends, wrong, beside].map((list) => list.join(', ')).join('; ')}`;
}
