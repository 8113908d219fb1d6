/** The folded sections of the dialog: which field lies in which, and what each says while it is folded. */
import { countOf } from '../../format/counts.ts';
import type { ExtractField } from './extract-problems.ts';
import { masksOf } from './masks.ts';
import { wholeNumber } from './typed-number.ts';
import { isRolled, isSingleObject, type ExtractValues } from './extract-values.ts';

export const SECTIONS = {
  rows: 'Rows and columns',
  format: 'Format',
  objects: 'Objects and key',
  speed: 'Speed and politeness',
  safety: 'Safety',
} as const;
export type SectionId = keyof typeof SECTIONS;

/** The section that has to be unfolded to see a field; undefined for one that always shows. */
export const SECTION_OF: Readonly<Record<ExtractField, SectionId | undefined>> = {
  destination: undefined,
  jobName: undefined,
  watermark: undefined,
  margin: undefined,
  lookback: undefined,
  query: undefined,
  where: 'rows',
  columns: 'rows',
  masks: 'rows',
  delimiter: 'format',
  nullToken: 'format',
  quote: 'format',
  escape: 'format',
  encoding: 'format',
  rowGroup: 'format',
  precision: 'format',
  key: 'objects',
  objectMB: 'objects',
  objectRows: 'objects',
  partition: 'objects',
  loadScripts: 'objects',
  tags: 'objects',
  metadata: 'objects',
  parallel: 'speed',
  bandwidthMB: 'speed',
  statementTimeout: 'speed',
  lockTimeout: 'speed',
};

export const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'comma',
  '|': 'pipe',
  ';': 'semicolon',
  '\t': 'tab',
};

/** One line for each section. `columnCount` is undefined while the columns are being read. */
export function summariesOf(
  values: ExtractValues,
  columnCount: number | undefined,
): Readonly<Record<SectionId, string>> {
  return {
    rows: [
      columnsText(values, columnCount),
      ...maskedText(values),
      values.where.trim() === '' ? 'all rows' : 'rows by a filter',
    ].join(', '),
    format: formatText(values),
    objects: objectsText(values),
    speed: speedText(values),
    safety: safetyText(values),
  };
}

function columnsText({ columns }: ExtractValues, count: number | undefined): string {
  if (columns === undefined) return count === undefined ? 'All columns' : `All ${countOf(count, 'column')}`;
  return count === undefined
    ? countOf(columns.length, 'column')
    : `${columns.length} of ${countOf(count, 'column')}`;
}

function maskedText({ masks, columns }: ExtractValues): string[] {
  const count = masksOf(masks, columns).length;
  return count === 0 ? [] : [`${count} masked`];
}

const COMPRESSION_TEXTS = { none: 'not compressed', gzip: 'gzip', zstd: 'zstd' } as const;

function formatText(values: ExtractValues): string {
  const packed = COMPRESSION_TEXTS[values.compression];
  if (values.kind === 'jsonl') return `JSON Lines, ${packed}`;
  if (values.kind === 'parquet') return `Parquet, ${packed}`;
  return [
    'Delimited text',
    ...(values.dialect === 'postgres' ? [] : [`${values.dialect} dialect`]),
    DELIMITER_NAMES[values.delimiter] ?? `delimiter ${values.delimiter}`,
    values.header ? 'header' : 'no header',
    ...(values.nullToken === '' || values.dialect === 'python' ? [] : [`NULL as ${values.nullToken}`]),
    ...(values.encoding === 'UTF8' || values.dialect === 'python' ? [] : [values.encoding]),
    packed,
  ].join(', ');
}

/** Where an object ends: `128 MB`, `1,000 rows`. */
export function objectBounds({ objectMB, objectRows }: ExtractValues): string[] {
  const rows = wholeNumber(objectRows);
  return [
    ...(objectMB.trim() === '' ? [] : [`${objectMB.trim()} MB`]),
    ...(rows === undefined ? [] : [Number.isNaN(rows) ? `${objectRows.trim()} rows` : countOf(rows, 'row')]),
  ];
}

/** How many objects there will be, as far as that is known. */
export function objectsWord(values: ExtractValues): string {
  if (isRolled(values)) return `A new object every ${objectBounds(values).join(' or ')}`;
  return isSingleObject(values) ? 'One object' : 'An object for each range';
}

function objectsText(values: ExtractValues): string {
  return [
    objectsWord(values),
    values.key.trim(),
    ...(values.partitionColumn === '' ? [] : [`by ${values.partitionColumn}`]),
    ...(values.tags.trim() === '' ? [] : ['tags']),
    ...(values.metadata.trim() === '' ? [] : ['metadata']),
    ...(values.loadScripts.length === 0 ? [] : ['load scripts']),
  ].join(', ');
}

function speedText(values: ExtractValues): string {
  const bandwidth = values.bandwidthMB.trim();
  return [
    values.lowPriority ? 'Low priority' : parallelText(values),
    ...(bandwidth === '' ? [] : [`at most ${bandwidth} MB a second`]),
    ...(values.statementTimeout.trim() === '' && values.lockTimeout.trim() === ''
      ? []
      : ['timeouts of its own']),
  ].join(', ');
}

function parallelText(values: ExtractValues): string {
  const text = values.parallel.trim();
  if (isSingleObject(values)) return 'One connection, for one object';
  if (text === '') return 'As many connections as suit the table';
  return text === '1' ? 'One connection' : `${text} connections`;
}

function safetyText({ overwrite, recovery, mode }: ExtractValues): string {
  if (mode === 'incremental') return 'Nothing that is there is replaced, one snapshot';
  const objects = overwrite
    ? 'Objects that are there already are replaced'
    : 'Nothing that is there is replaced';
  return recovery === 'resume' ? `${objects}, a lost snapshot is resumed` : objects;
}
