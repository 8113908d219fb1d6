/** What a round does and what goes wrong in it: all of it follows from its seed. Pure. */
import { Random } from '../faults/random.ts';
import type { FaultAction, FaultRule } from '../harness/s3/faults.ts';

/** Something that goes wrong, so many milliseconds after what went wrong before it. */
export type Disturbance =
  | { readonly kind: 's3'; readonly rules: readonly FaultRule[] }
  /** Every request is refused for so long. */
  | { readonly kind: 's3 away'; readonly ms: number }
  | { readonly kind: 'cut' | 'restart' | 'terminate senders' }
  /** Nothing passes, and nothing is closed. */
  | { readonly kind: 'silence'; readonly ms: number };

/** How a process ends, so many milliseconds after it began to read. */
export interface ProcessEnd {
  readonly how: 'SIGKILL' | 'SIGTERM' | 'SIGINT';
  readonly after: 'start' | 'streaming' | 'snapshot' | 'changes';
  readonly ms: number;
}

export interface RoundCase {
  readonly seed: number;
  readonly format: 'jsonl' | 'flat';
  readonly options: readonly string[];
  readonly publication: 'own' | 'all tables';
  readonly writers: number;
  readonly rowsBefore: number;
  readonly processes: readonly ProcessEnd[];
  readonly disturbances: readonly (Disturbance & { readonly afterMs: number })[];
  /** Another machine that takes itself for the one. */
  readonly rival: boolean;
  /** A table that is wanted only from the second process on. */
  readonly late: boolean;
}

const status = (code: number, name: string): FaultAction => ({ kind: 'status', status: code, code: name });

const OPERATIONS = ['PutObject', 'GetObject', 'HeadObject', 'DeleteObject', '*'] as const;

/** The round of a seed. Never changes for a seed, unless this file does. */
export function roundCase(seed: number): RoundCase {
  const random = new Random(seed);
  const format = random.chance(0.75) ? 'jsonl' : 'flat';
  const compression = random.pick(['zstd', 'zstd', 'gzip', 'none']);
  return {
    seed,
    format,
    publication: random.chance(0.7) ? 'own' : 'all tables',
    options: Object.entries({
      '--format': format,
      '--compression': compression,
      '--roll-seconds': String(random.pick([0.1, 0.3, 1])),
      '--roll-rows': String(random.pick([5, 50, 500, 1_000_000])),
      '--roll-bytes': random.pick(['64KiB', '64KiB', '1MiB']),
      '--parallel': String(random.pick([1, 2, 3])),
    }).flat(),
    writers: 1 + random.below(3),
    rowsBefore: random.pick([0, 5, 60, 600]),
    processes: Array.from({ length: 2 + random.below(3) }, () => processEnd(random)),
    disturbances: Array.from({ length: random.below(4) }, () => ({
      ...disturbance(random),
      afterMs: 300 + random.below(2_500),
    })),
    rival: random.chance(0.1),
    late: random.chance(0.2),
  };
}

function processEnd(random: Random): ProcessEnd {
  return {
    how: random.chance(0.75) ? 'SIGKILL' : random.pick(['SIGTERM', 'SIGINT']),
    after: random.pick(['start', 'streaming', 'snapshot', 'changes', 'changes', 'changes']),
    ms: random.pick([0, random.below(60), random.below(400), random.below(1_500)]),
  };
}

function disturbance(random: Random): Disturbance {
  const kind = random.pick([
    's3',
    's3',
    's3',
    's3 away',
    'cut',
    'terminate senders',
    'silence',
    'restart',
  ] as const);
  if (kind === 's3') return { kind, rules: Array.from({ length: 1 + random.below(4) }, () => rule(random)) };
  if (kind === 's3 away' || kind === 'silence') return { kind, ms: 200 + random.below(2_000) };
  return { kind };
}

function rule(random: Random): FaultRule {
  const action = random.pick<FaultAction>([
    status(500, 'InternalError'),
    status(503, 'SlowDown'),
    { kind: 'resetBeforeBody' },
    { kind: 'resetMidBody' },
    { kind: 'resetAfterCommit' },
    { kind: 'resetAfterCommit' },
    { kind: 'delay', ms: 50 + random.below(500) },
  ]);
  const stored: FaultRule = { op: 'PutObject', action: { kind: 'truncateStored' }, key: '*jsonl*' };
  if (random.chance(0.08)) return stored;
  const key = random.pick(['*', '*', '*checkpoint.json', '*/log/*', '*jsonl*']);
  return { op: random.pick(OPERATIONS), key, after: random.below(4), times: 1 + random.below(3), action };
}

export function describeRound({
  seed,
  options,
  publication,
  processes,
  disturbances,
  ...more
}: RoundCase): string {
  const ends = processes.map(({ how, after, ms }) => `${how} ${ms} ms after ${after}`).join(', ');
  const wrong = disturbances.map(({ kind }) => kind).join(', ');
  return `${seed}: ${options.join(' ')}, publication ${publication}, ${more.writers} writers, ${more.rowsBefore} rows before; ${ends}; ${wrong}${more.rival ? '; a rival' : ''}${more.late ? '; a late table' : ''}`;
}
