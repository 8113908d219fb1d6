/** What one run of the campaign does and what goes wrong with it: all of it follows from its seed. Pure. */
import type { ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import type { FaultAction, FaultRule } from '../harness/s3/faults.ts';
import { Random } from '../harness/random.ts';
import { TABLES, type TableName } from './tables.ts';

/** Something that happens to Postgres, or to the way there, when so many bytes of it have come. */
export interface PostgresFault {
  readonly kind: (typeof POSTGRES_FAULTS)[number];
  readonly afterBytes: number;
}

export interface FaultCase {
  readonly seed: number;
  readonly table: TableName;
  readonly job: Pick<
    ExtractSpecInput,
    'format' | 'compression' | 'parallel' | 'objectSize' | 'recovery' | 'loadScripts'
  >;
  readonly s3: readonly FaultRule[];
  readonly postgres: readonly PostgresFault[];
  /** What becomes of a run that has failed and kept something. */
  readonly afterwards: 'resume' | 'discard';
}

export const POSTGRES_FAULTS = [
  'terminate one',
  'terminate all',
  'restart',
  'crash',
  'cut',
  'half-open',
] as const;

const status = (code: number, name: string) => ({ kind: 'status', status: code, code: name }) as const;

const REFUSALS = [
  status(403, 'AccessDenied'),
  status(404, 'NoSuchBucket'),
  status(500, 'InternalError'),
  status(503, 'SlowDown'),
];

/**
 * What can happen to any request: refused, also before its body is taken, held, slow, cut before, in the middle and after the
 * work was done.
 */
const ANYWHERE: readonly FaultAction['kind'][] = [
  'status',
  'refuse',
  'hang',
  'delay',
  'resetBeforeBody',
  'resetMidBody',
  'resetAfterCommit',
];

/** Verbs that a run uses more than once, so that a later request can be the one that is hit. */
const REPEATED: readonly FaultRule['op'][] = ['PutObject', 'HeadObject', 'UploadPart', 'DeleteObject'];

type Kinds = readonly FaultAction['kind'][];
type Verbs = Readonly<Partial<Record<FaultRule['op'], Kinds>>>;

/** The verbs of an object that fits into a part, with what else can happen to them. */
const SMALL: Verbs = {
  PutObject: ['truncateStored', 'wrongChecksum', 'commitLater'],
  HeadObject: ['wrongChecksum'],
};

/** Those of an upload in parts. */
const IN_PARTS: Verbs = {
  CreateMultipartUpload: ['commitLater'],
  UploadPart: ['truncateStored', 'wrongChecksum'],
  CompleteMultipartUpload: ['completeError200', 'wrongChecksum', 'commitLater'],
  ListParts: [],
  HeadObject: ['wrongChecksum'],
};

/** Those of the clean-up after a run that has failed: they need another fault to be reached. */
const CLEAN_UP: Verbs = { AbortMultipartUpload: [], DeleteObject: [], ListMultipartUploads: [] };

const MIB = 1024 ** 2;

/** The case of a seed. Never changes for a seed, unless this file does. */
export function faultCase(seed: number): FaultCase {
  const random = new Random(seed);
  const table = pickTable(random);
  const job = pickJob(random, table);
  const inPostgres = random.chance(0.35);
  const two = random.chance(0.4);
  const verbs = goesInParts(table, job) ? IN_PARTS : SMALL;
  const s3 = inPostgres ? [] : [s3Fault(random, verbs)];
  if (two) s3.push(s3Fault(random, random.chance(0.6) ? CLEAN_UP : verbs));
  const postgres = inPostgres ? [postgresFault(random, table)] : [];
  return { seed, table, job, s3, postgres, afterwards: random.pick(['resume', 'discard']) };
}

/** Bytes from which on an object goes in parts. */
const PART_BYTES = 8_400_000;

function bytesOf(table: TableName): number {
  return TABLES[table].rows * TABLES[table].bytesOfRow;
}

function goesInParts(table: TableName, { compression, format, objectSize }: FaultCase['job']): boolean {
  const plain = compression === 'none' && format?.kind !== 'parquet' && objectSize === undefined;
  return plain && bytesOf(table) > PART_BYTES;
}

/** Mostly small ones, so that many runs fit into a minute; the large ones have parts and objects to lose. */
function pickTable(random: Random): TableName {
  const names = Object.keys(TABLES) as TableName[];
  const weights = names.map((name) => TABLES[name].weight);
  let left = random.next() * weights.reduce((sum, weight) => sum + weight, 0);
  return names.find((_, i) => (left -= weights[i] ?? 0) < 0) ?? 'few';
}

function pickJob(random: Random, table: TableName): FaultCase['job'] {
  const kind = random.pick(['csv', 'csv', 'csv', 'csv', 'jsonl', 'jsonl', 'parquet'] as const);
  const rolls = bytesOf(table) > PART_BYTES && random.chance(0.3);
  return {
    format: { kind },
    compression: random.pick(['none', 'none', 'none', 'gzip', 'zstd']),
    parallel: random.pick([1, 1, 2, 3]),
    ...(rolls && { objectSize: 5 * MIB }),
    ...(random.chance(0.5) && { recovery: random.pick(['restart', 'resume'] as const) }),
    ...(random.chance(0.2) && { loadScripts: ['duckdb', 'redshift'] as const }),
  };
}

function s3Fault(random: Random, verbs: Verbs): FaultRule {
  const op = random.pick(Object.keys(verbs) as FaultRule['op'][]);
  const kind = random.pick([...ANYWHERE, ...(verbs[op] ?? [])]);
  const times = random.pick([1, 1, 2, 'always'] as const);
  const after = random.pick(REPEATED.includes(op) ? [0, 0, 1, 2] : [0]);
  return { op, after, times, action: actionOf(kind, random) };
}

function actionOf(kind: FaultAction['kind'], random: Random): FaultAction {
  if (kind === 'status') return random.pick(REFUSALS);
  if (kind === 'refuse') return { ...random.pick(REFUSALS), kind };
  if (kind === 'delay' || kind === 'commitLater') return { kind, ms: 20 + random.below(180) };
  return { kind };
}

function postgresFault(random: Random, table: TableName): PostgresFault {
  const { rows, bytesOfRow } = TABLES[table];
  const kind = random.pick(POSTGRES_FAULTS);
  // From before the first row to a little after the last one. Before the rows only the system's keep-alive sees silence.
  const from = kind === 'half-open' ? 20_000 : 0;
  return { kind, afterBytes: from + random.below(4_000 + rows * bytesOfRow) };
}

/** How a fault is called in the summary; those of S3 come first. */
export function faultNames({ s3, postgres }: FaultCase): string[] {
  return [
    ...s3.map(({ op, action, times = 1 }) => {
      const refusal = action.kind === 'status' || action.kind === 'refuse';
      const kind = refusal ? `${action.kind} ${action.status}` : action.kind;
      return `${op}: ${kind}, ${times === 1 ? 'once' : times === 2 ? 'twice' : times}`;
    }),
    ...postgres.map(({ kind }) => `Postgres: ${kind}`),
  ];
}
