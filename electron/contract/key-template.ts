/**
 * Object keys from a template such as `{table}/{run_id}/part-{part}.{ext}`. Pure, and part of the contract because
 * the dialog shows the key while the user types and the engine must come to the same one.
 */
import { z } from 'zod';
import type { Compression, Format } from './format.ts';
import { checkedKey, safeSegment } from './key-segment.ts';

/** The default carries the run id, so that no run can ever touch what another one wrote. */
export const DEFAULT_KEY_TEMPLATE = '{schema}/{table}/{run_id}/part-{part}.{ext}';

/** The default where the job is partitioned by a column. */
export const DEFAULT_PARTITION_TEMPLATE = '{schema}/{table}/{run_id}/{partition}/part-{part}.{ext}';

/** The names that a template can contain, and what they stand for. */
export const KEY_FIELDS = {
  database: 'name of the database',
  schema: 'schema of the table',
  table: 'name of the table ("query" for a query)',
  run_id: 'id of the run, different every time',
  date: 'date of the start in UTC: 2020-06-01',
  year: 'year of the start',
  month: 'month of the start, two digits',
  day: 'day of the start, two digits',
  hour: 'hour of the start in UTC, two digits',
  partition: 'folder of a partition: dt=2020-06-01',
  part: 'number of the object within the run: 00001',
  ext: 'what the format calls for: csv, csv.gz, txt, jsonl.zst, parquet',
} as const;
export type KeyField = keyof typeof KEY_FIELDS;

const PLACEHOLDER = /\{([^{}]*)\}/g;

export const keyTemplateSchema = z
  .string()
  .trim()
  .min(1, 'must not be empty')
  .max(900, 'must be at most 900 characters')
  .superRefine((template, context) => {
    const problem = templateProblem(template);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
  });

/** What is wrong with a template, in words that follow the field's name; undefined where nothing is. */
export function templateProblem(template: string): string | undefined {
  for (const [, field] of template.matchAll(PLACEHOLDER)) {
    if (field === undefined || !Object.hasOwn(KEY_FIELDS, field)) {
      return `has an unknown field {${field}}: use ${Object.keys(KEY_FIELDS).join(', ')}`;
    }
  }
  if (/[{}]/.test(template.replaceAll(PLACEHOLDER, ''))) return 'has a brace without its partner';
  if (template.startsWith('/'))
    return 'must not begin with a slash: the prefix of the destination comes first';
  if (template.endsWith('/')) return 'must not end with a slash: it names an object, not a folder';
  if (template.split('/').some((segment) => segment === '..' || segment === '.'))
    return 'must not contain . or .. as a folder';
  if (template.startsWith('_sluice/'))
    return 'must not begin with _sluice/: Sluice keeps its own files there';
  // oxlint-disable-next-line no-control-regex -- control characters are what is refused
  if (/[\u0000-\u001f\u007f]/.test(template)) return 'must not contain control characters';
  return undefined;
}

/** The facts that a key is made from; all but `partition` are the same for every object of a run. */
export interface KeyContext {
  readonly database: string;
  readonly schema: string;
  readonly table: string;
  readonly runId: string;
  readonly startedAt: Date;
  readonly format: Format;
  readonly compression: Compression;
  /** The folder of the partition, as it stands in the key; left out where there is none to show. */
  readonly partition?: string | undefined;
}

/** True where the template can name more than one object: without `{part}` a run cannot roll to a second one. */
export function namesManyObjects(template: string): boolean {
  return template.includes('{part}');
}

/** True where objects lie in folders by the value of a column. */
export function namesPartition(template: string): boolean {
  return template.includes('{partition}');
}

/** True where two runs can never come to the same key. */
export function isUniquePerRun(template: string): boolean {
  return template.includes('{run_id}');
}

/**
 * The key of object number `part` (from 1), under `prefix` when that is not empty. Names of tables can contain
 * any character: slashes and control characters in them become `_`, so that a name cannot climb out of its folder.
 * @throws RangeError when the key is longer than the 1,024 bytes that S3 takes.
 */
export function renderKey(template: string, prefix: string, context: KeyContext, part: number): string {
  const iso = context.startedAt.toISOString();
  const values: Record<KeyField, string> = {
    database: safeSegment(context.database),
    schema: safeSegment(context.schema),
    table: safeSegment(context.table),
    run_id: context.runId,
    date: iso.slice(0, 10),
    year: iso.slice(0, 4),
    month: iso.slice(5, 7),
    day: iso.slice(8, 10),
    hour: iso.slice(11, 13),
    partition: context.partition ?? 'column=value',
    part: String(part).padStart(5, '0'),
    ext: extensionOf(context.format, context.compression),
  };
  const name = template.replaceAll(PLACEHOLDER, (_, field: KeyField) => values[field]);
  return checkedKey(prefix === '' ? name : `${prefix}/${name}`);
}

/** The file extension for a format: `csv`, `jsonl.gz`. Parquet is compressed inside, and says so itself. */
export function extensionOf(format: Format, compression: Compression): string {
  if (format.kind === 'parquet') return 'parquet';
  const suffix = { none: '', gzip: '.gz', zstd: '.zst' }[compression];
  const name = format.kind === 'csv' && format.dialect === 'text' ? 'txt' : format.kind;
  return `${name}${suffix}`;
}
