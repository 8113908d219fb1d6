/** Keys of the objects of a capture. They come from positions in the WAL, so that a replay writes the same keys. */
import { z } from 'zod';
import type { Compression } from './format.ts';
import { checkedKey, safeSegment } from './key-segment.ts';

export const DEFAULT_CAPTURE_KEY = '{job}/{schema}/{table}/{date}/{from_lsn}-{to_lsn}-{part}.{ext}';

/** The names that a template can contain, and what they stand for. */
export const CAPTURE_KEY_FIELDS = {
  job: 'name of the job',
  database: 'name of the database',
  schema: 'schema of the table',
  table: 'name of the table',
  date: 'date of the first commit in UTC: 2020-06-01',
  year: 'year of the first commit',
  month: 'month of the first commit, two digits',
  day: 'day of the first commit, two digits',
  hour: 'hour of the first commit in UTC, two digits',
  from_lsn: 'position of the first commit, 16 hexadecimal digits: sorts by time',
  to_lsn: 'position of the last commit, likewise',
  part: 'number of the object among those with these positions: 00001; of a snapshot s00001',
  ext: 'what the format calls for: jsonl.zst, parquet',
} as const;
export type CaptureKeyField = keyof typeof CAPTURE_KEY_FIELDS;

/** Without these two changes could come to one key: tables, positions, or the pieces of a large transaction. */
const NEEDED: readonly CaptureKeyField[] = ['schema', 'table', 'from_lsn', 'to_lsn', 'part'];

const PLACEHOLDER = /\{([^{}]*)\}/g;

export const captureKeySchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(900, 'must be at most 900 characters')
  .superRefine((template, context) => {
    const problem = captureKeyProblem(template);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** What is wrong with a template, or undefined. */
export function captureKeyProblem(template: string): string | undefined {
  const names = [...template.matchAll(PLACEHOLDER)].map(([, name = '']) => name);
  const unknown = names.find((name) => !Object.hasOwn(CAPTURE_KEY_FIELDS, name));
  if (unknown !== undefined)
    return `has {${unknown}}, which is not one of ${Object.keys(CAPTURE_KEY_FIELDS).join(', ')}`;
  if (/[{}]/.test(template.replaceAll(PLACEHOLDER, ''))) return 'has a brace without its partner';
  const missing = NEEDED.find((name) => !names.includes(name));
  if (missing !== undefined) return `must contain {${missing}}, or two objects could have one name`;
  if (template.startsWith('/') || template.endsWith('/')) return 'must neither begin nor end with a slash';
  if (template.split('/').some((segment) => segment === '..' || segment === '.'))
    return 'must not contain . or .. as a folder';
  if (template.startsWith('_sluice/'))
    return 'must not begin with _sluice/: Sluice keeps its own files there';
  return undefined;
}

/** The facts that a key is made from. */
export interface CaptureKeyFacts {
  readonly job: string;
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  /** Commit positions of the first and last change; of a snapshot, twice its position. */
  readonly fromLsn: bigint;
  readonly toLsn: bigint;
  /** When the first was committed. */
  readonly at: Date;
  /** From 1. */
  readonly part: number;
  /** Rows of a snapshot, and not changes. */
  readonly snapshot: boolean;
  /** See {@link captureExtension}. */
  readonly ext: string;
}

/**
 * The key of an object, under `prefix` when that is not empty. Slashes and control characters in names become `_`, so
 * that a name cannot climb out of its folder.
 * @throws RangeError when the key is longer than the 1,024 bytes that S3 takes
 */
export function renderCaptureKey(template: string, prefix: string, facts: CaptureKeyFacts): string {
  const iso = facts.at.toISOString();
  const values: Record<CaptureKeyField, string> = {
    job: safeSegment(facts.job),
    database: safeSegment(facts.database),
    schema: safeSegment(facts.schema),
    table: safeSegment(facts.table),
    date: iso.slice(0, 10),
    year: iso.slice(0, 4),
    month: iso.slice(5, 7),
    day: iso.slice(8, 10),
    hour: iso.slice(11, 13),
    from_lsn: lsnDigits(facts.fromLsn),
    to_lsn: lsnDigits(facts.toLsn),
    part: partText(facts),
    ext: facts.ext,
  };
  const name = template.replaceAll(PLACEHOLDER, (_, field: CaptureKeyField) => values[field]);
  return checkedKey(prefix === '' ? name : `${prefix}/${name}`);
}

/** Fields that are the same for every object of a table. */
const FIXED: ReadonlySet<CaptureKeyField> = new Set(['job', 'database', 'schema', 'table']);

/**
 * The folder in which all objects of a table lie, those that come later too, with a slash at its end: the template up to its first field
 * that can be another one for each object. Undefined where such a field comes before the table is named: then the folder has
 * objects of other tables, too.
 */
export function captureTableFolder(
  template: string,
  prefix: string,
  facts: Pick<CaptureKeyFacts, 'job' | 'database' | 'schema' | 'table'>,
): string | undefined {
  const fields = [...template.matchAll(PLACEHOLDER)];
  const varying = fields.find(([, field = '']) => !FIXED.has(field as CaptureKeyField));
  const head = template.slice(0, varying?.index);
  const folder = head.slice(0, head.lastIndexOf('/') + 1);
  if (!folder.includes('{schema}') || !folder.includes('{table}')) return undefined;
  const named = folder.replaceAll(PLACEHOLDER, (_, field: CaptureKeyField) =>
    safeSegment(facts[field as keyof typeof facts]),
  );
  return prefix === '' ? named : `${prefix}/${named}`;
}

/** The file extension: `jsonl.zst`. Parquet is compressed inside. */
export function captureExtension(format: 'jsonl' | 'flat' | 'parquet', compression: Compression): string {
  if (format === 'parquet') return 'parquet';
  return `jsonl${{ none: '', gzip: '.gz', zstd: '.zst' }[compression]}`;
}

/**
 * Snapshots count apart: one stands at the position where the next commit can begin, and the object of that commit would
 * otherwise replace it.
 */
function partText({ part, snapshot }: CaptureKeyFacts): string {
  return `${snapshot ? 's' : ''}${String(part).padStart(5, '0')}`;
}

/** A position so that texts sort as positions do. */
function lsnDigits(lsn: bigint): string {
  return lsn.toString(16).toUpperCase().padStart(16, '0');
}
