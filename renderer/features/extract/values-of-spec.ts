/** What the dialog holds for a job that was saved: the inverse of `specOf`. */
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import type { Format } from '../../../electron/contract/format.ts';
import { MEGABYTE, specOf } from './extract-job.ts';
import { firstValues, type ExtractValues } from './extract-values.ts';
import type { MaskChoice } from './masks.ts';
import { watermarkValuesOf } from './watermark-values.ts';

/**
 * Undefined for a job that has what the dialog does not: nothing that somebody wrote into a file shall be lost because
 * it was opened.
 */
export function valuesOfSpec(
  spec: ExtractSpec,
  destinationId: string | undefined,
): ExtractValues | undefined {
  const { source, selection, destination } = spec;
  if (!('table' in selection) || !('profile' in source) || 's3' in destination) return undefined;
  const { schema = 'public', name } = selection.table;
  const values = readValues(spec, destinationId);
  const relation = { schema, name };
  const profile = 'profile' in destination ? destination.profile : '';
  const again = specOf(values, { connection: source.profile, destination: profile, relation });
  return sameJob(again, { ...spec, selection: { ...selection, table: relation } }) ? values : undefined;
}

function readValues(spec: ExtractSpec, destinationId: string | undefined): ExtractValues {
  const { destination, selection, politeness, partitionBy, objectSize, objectRows, parallel } = spec;
  const table = 'table' in selection ? selection : undefined;
  return {
    ...firstValues(destinationId),
    folder: 'folder' in destination ? destination.folder : undefined,
    ...watermarkValuesOf(spec),
    ...formatValues(spec.format),
    compression: spec.compression,
    key: spec.key,
    objectMB: objectSize === undefined ? '' : String(objectSize / MEGABYTE),
    objectRows: objectRows === undefined ? '' : String(objectRows),
    partitionColumn: partitionBy?.column ?? '',
    partitionAs: partitionBy?.as ?? '',
    partitionUnit: partitionBy?.by ?? 'value',
    overwrite: spec.overwrite,
    columns: table?.columns,
    where: table?.where ?? '',
    masks: Object.fromEntries(
      (table?.masks ?? []).map(({ column, mask }): [string, MaskChoice] => [
        column,
        mask.kind === 'keepLast'
          ? { kind: 'keepLast', count: String(mask.count) }
          : mask.kind === 'constant'
            ? { kind: 'constant', text: mask.text ?? '' }
            : mask,
      ]),
    ),
    acceptLossy: spec.acceptLossy,
    tags: linesOf(spec.tags),
    metadata: linesOf(spec.metadata),
    loadScripts: spec.loadScripts ?? [],
    recovery: spec.recovery ?? 'restart',
    parallel: parallel === undefined ? '' : String(parallel),
    lowPriority: politeness?.lowPriority ?? false,
    bandwidthMB: politeness?.bandwidth === undefined ? '' : String(politeness.bandwidth / MEGABYTE),
    statementTimeout: secondsOf(politeness?.statementTimeoutMs),
    lockTimeout: secondsOf(politeness?.lockTimeoutMs),
  };
}

function formatValues(format: Format): Partial<ExtractValues> {
  switch (format.kind) {
    case 'csv':
      return {
        kind: 'csv',
        dialect: format.dialect,
        delimiter: format.delimiter,
        header: format.header,
        nullToken: format.nullToken,
        quote: format.quote ?? '',
        escape: format.escape ?? '',
        forceQuote: format.forceQuote === 'all' ? 'all' : 'none',
        encoding: format.encoding ?? 'UTF8',
      };
    case 'jsonl':
      return { kind: 'jsonl' };
    case 'parquet': {
      const { rowGroup, unboundedNumeric: numeric } = format;
      return {
        kind: 'parquet',
        ...(rowGroup !== undefined &&
          ('rows' in rowGroup
            ? { rowGroup: String(rowGroup.rows), rowGroupIn: 'rows' as const }
            : { rowGroup: String(rowGroup.bytes / MEGABYTE), rowGroupIn: 'MB' as const })),
        ...(numeric === 'double' && { numericAs: 'double' as const }),
        ...(typeof numeric === 'object' && {
          numericAs: 'decimal' as const,
          precision: String(numeric.precision),
          scale: String(numeric.scale),
        }),
      };
    }
  }
}

function linesOf(record: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(record ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

function secondsOf(ms: number | undefined): string {
  return ms === undefined ? '' : String(ms / 1_000);
}

function sameJob(a: ExtractSpec, b: ExtractSpec): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

/** Members in the order of their names, at every depth. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
