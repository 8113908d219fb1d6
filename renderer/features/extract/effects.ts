/** What an extract will do, in sentences. */
import { isUniquePerRun } from '../../../electron/contract/key-template.ts';
import type { Relation } from '../../../electron/contract/relation.ts';
import { countOf } from '../../format/counts.ts';
import { masksOf } from './masks.ts';
import { objectsWord } from './sections.ts';
import { isRolled, isSingleObject, type ExtractValues } from './extract-values.ts';

export interface EffectFacts {
  readonly relation: Relation;
  /** Undefined while they are being read. */
  readonly columnCount: number | undefined;
  /** `s3://bucket/prefix`; undefined without a destination. */
  readonly place: string | undefined;
  /** Connections that would read side by side; undefined while that is not known. */
  readonly workers: number | undefined;
}

export interface Effect {
  readonly title: string;
  readonly text: string;
}

export function effectsOf(values: ExtractValues, facts: EffectFacts): readonly Effect[] {
  return [
    { title: 'Reads', text: `${rowsText(values, facts)} ${columnsText(values, facts)}` },
    { title: 'From', text: snapshotText(values, facts) },
    { title: 'Writes', text: `${writesText(values)} ${nullText(values)}` },
    { title: 'Lands', text: landsText(values, facts) },
    {
      title: 'Proves',
      text: 'Counts and checksums are compared at the end. Only then the manifest is written and the run succeeds.',
    },
  ];
}

function rowsText(values: ExtractValues, { relation }: EffectFacts): string {
  if (values.query !== undefined) return 'All rows of the query, once.';
  const name = `${relation.schema}.${relation.name}`;
  const { estimatedRows } = relation;
  if (values.mode === 'incremental') {
    const by = values.watermarkColumn === '' ? '' : ` by ${values.watermarkColumn}`;
    const filter = values.where.trim() === '' ? '' : ', of those that the filter selects';
    return `First all rows of ${name}, then those that are new${by}${filter}.`;
  }
  if (values.where.trim() !== '') {
    const most = estimatedRows === null ? '' : `, at most about ${countOf(estimatedRows, 'row')}`;
    return `The rows of ${name} that the filter selects${most}.`;
  }
  const estimate = estimatedRows === null ? '' : `, about ${countOf(estimatedRows, 'row')} (estimated)`;
  return `All rows of ${name}${estimate}.`;
}

function columnsText(values: ExtractValues, { columnCount }: EffectFacts): string {
  if (values.query !== undefined) return 'All its columns.';
  const masked = masksOf(values.masks, values.columns).length;
  const hidden =
    masked === 0 ? '' : ` ${countOf(masked, 'column is', 'columns are')} masked by the database.`;
  if (values.columns === undefined) return `All columns.${hidden}`;
  const of = columnCount === undefined ? '' : ` of ${columnCount}`;
  return `${values.columns.length}${of} columns.${hidden}`;
}

function snapshotText({ recovery, bandwidthMB }: ExtractValues, { workers = 1 }: EffectFacts): string {
  const shared = workers > 1 ? ` that ${workers} connections share` : '';
  const slowed = bandwidthMB.trim() === '' ? '' : ` At most ${bandwidthMB.trim()} MB a second are read.`;
  const resumed =
    recovery === 'resume'
      ? ' If it is lost, the rest is read in a new one: then it is one snapshot per range.'
      : '';
  return `One consistent snapshot${shared}, in a READ ONLY transaction. Changes made meanwhile are not in it.${slowed}${resumed}`;
}

const DIALECT_TEXTS = {
  postgres: 'as COPY CSV writes it',
  text: 'as COPY TEXT writes it',
  python: 'as Python’s csv.writer writes it',
} as const;

function writesText(values: ExtractValues): string {
  const packed = { none: '', gzip: ', compressed with gzip', zstd: ', compressed with zstd' }[
    values.compression
  ];
  if (values.kind === 'jsonl') return `JSON Lines: one object a row${packed}.`;
  if (values.kind === 'parquet') return `Parquet: columns with types of their own${packed}.`;
  const header = values.header ? ', with a header' : ', without a header';
  return `Delimited text ${DIALECT_TEXTS[values.dialect]}${header}${packed}.`;
}

function nullText(values: ExtractValues): string {
  if (values.kind === 'jsonl') return 'NULL is null.';
  if (values.kind === 'parquet') {
    return 'NULL is null.';
  }
  if (values.dialect === 'python') {
    return 'NULL and the empty text are both written as nothing: a reader cannot tell them apart.';
  }
  if (values.dialect === 'text') return `NULL is written as ${values.nullToken}, the empty text as nothing.`;
  return values.nullToken === ''
    ? 'NULL is written as nothing, the empty text as "".'
    : `NULL is written as ${values.nullToken}; a text that reads the same is quoted.`;
}

function landsText(values: ExtractValues, { place }: EffectFacts): string {
  const range = isRolled(values) || isSingleObject(values) ? '' : ' A table that is not large is one range.';
  const folders =
    values.partitionColumn === ''
      ? ''
      : `, in a folder for each ${values.partitionUnit} of ${values.partitionColumn}`;
  const object = `${objectsWord(values)}${place === undefined ? '' : ` in ${place}`}${folders}.${range}`;
  if (values.overwrite) return `${object} An object that is there already is replaced.`;
  if (isUniquePerRun(values.key)) return `${object} The run id makes keys new: nothing can be replaced.`;
  return `${object} The run is refused if there is one with this key already.`;
}
