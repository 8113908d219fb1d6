/** A job in a few lines, for people: only what was asked for is said. */
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import { LOAD_TARGETS } from '../../../electron/contract/load-target.ts';
import type { ColumnMask } from '../../../electron/contract/mask.ts';
import type { PartitionBy } from '../../../electron/contract/partition.ts';
import type { Politeness } from '../../../electron/contract/politeness.ts';
import { formatBytes, formatRate } from '../../format/bytes.ts';
import { formatCount } from '../../format/counts.ts';
import { formatDuration } from '../../format/durations.ts';
import { formatText } from './format-text.ts';

export interface SpecFact {
  readonly name: string;
  readonly text: string;
  /** True where the text is code: a template, a query. */
  readonly code?: boolean;
}

export function specFacts(spec: ExtractSpec): readonly SpecFact[] {
  const { parallel, objectSize, objectRows, partitionBy, recovery, tags, metadata, loadScripts } = spec;
  return [
    ...(spec.name === undefined ? [] : [{ name: 'Name', text: spec.name }]),
    ...selectionFacts(spec),
    ...watermarkFacts(spec),
    { name: 'Format', text: formatText(spec.format) },
    { name: 'Compression', text: spec.compression },
    { name: 'Key template', text: spec.key, code: true },
    ...(partitionBy === undefined ? [] : [{ name: 'Partition', text: partitionText(partitionBy) }]),
    ...(objectRows === undefined
      ? []
      : [{ name: 'Rows of an object', text: `at most ${formatCount(objectRows)}` }]),
    ...(objectSize === undefined
      ? []
      : [{ name: 'Objects', text: `a new one every ${formatBytes(objectSize)}` }]),
    ...(spec.acceptLossy ? [{ name: 'Losses', text: 'accepted' }] : []),
    ...(spec.overwrite ? [{ name: 'Overwrite', text: 'objects that are there already are replaced' }] : []),
    ...(parallel === undefined ? [] : [{ name: 'Connections', text: String(parallel) }]),
    ...(spec.politeness === undefined ? [] : [{ name: 'Politeness', text: politenessText(spec.politeness) }]),
    ...(recovery === 'resume'
      ? [{ name: 'Recovery', text: 'resume: ranges that are finished stay when the snapshot is lost' }]
      : []),
    ...(tags === undefined ? [] : [{ name: 'Tags', text: namesText(tags) }]),
    ...(metadata === undefined ? [] : [{ name: 'Metadata', text: namesText(metadata) }]),
    ...(loadScripts === undefined || loadScripts.length === 0
      ? []
      : [{ name: 'Load scripts', text: loadScripts.map((name) => LOAD_TARGETS[name]).join(', ') }]),
  ];
}

function watermarkFacts({ watermark }: ExtractSpec): readonly SpecFact[] {
  if (watermark === undefined) return [];
  const { column, mode, margin, lookback, nulls, range } = watermark;
  const bounds = [
    ...(range?.from === undefined ? [] : [`from ${range.from}`]),
    ...(range?.to === undefined ? [] : [`up to ${range.to}`]),
  ].join(' ');
  return [
    { name: 'Watermark', text: `${column}, ${mode}` },
    ...(range === undefined ? [] : [{ name: 'Backfill', text: bounds === '' ? 'all values' : bounds }]),
    ...(margin === undefined ? [] : [{ name: 'Safety margin', text: margin }]),
    ...(lookback === undefined ? [] : [{ name: 'Window', text: lookback }]),
    ...(nulls === 'skip' ? [{ name: 'Without a value', text: 'rows are left out' }] : []),
  ];
}

function selectionFacts({ selection }: ExtractSpec): readonly SpecFact[] {
  if ('query' in selection) return [{ name: 'Query', text: selection.query, code: true }];
  return [
    { name: 'Columns', text: selection.columns === undefined ? 'all' : selection.columns.join(', ') },
    selection.where === undefined
      ? { name: 'Filter', text: 'none' }
      : { name: 'Filter', text: selection.where, code: true },
    ...(selection.masks === undefined
      ? []
      : [{ name: 'Masks', text: selection.masks.map(maskText).join(', ') }]),
  ];
}

function maskText({ column, mask }: ColumnMask): string {
  switch (mask.kind) {
    case 'null':
      return `${column}: NULL`;
    case 'constant':
      return `${column}: a constant`;
    case 'sha256':
      return `${column}: SHA-256`;
    case 'keepLast':
      return `${column}: the last ${mask.count} kept`;
    case 'truncateDate':
      return `${column}: date to ${mask.to}`;
  }
}

function partitionText({ column, as = column, by }: PartitionBy): string {
  return `${as}=…, by ${by === 'value' ? '' : `${by} of `}${column}`;
}

function politenessText({ bandwidth, lowPriority, statementTimeoutMs, lockTimeoutMs }: Politeness): string {
  return [
    ...(lowPriority === true ? ['low priority'] : []),
    ...(bandwidth === undefined ? [] : [`at most ${formatRate(bandwidth)}`]),
    ...timeoutText('statement_timeout', statementTimeoutMs),
    ...timeoutText('lock_timeout', lockTimeoutMs),
  ].join(', ');
}

function timeoutText(name: string, ms: number | undefined): string[] {
  if (ms === undefined) return [];
  return [`${name} ${ms === 0 ? 'none' : formatDuration(ms)}`];
}

function namesText(names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
}
