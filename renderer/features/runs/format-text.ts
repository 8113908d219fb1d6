import type { Format } from '../../../electron/contract/format.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatCount } from '../../format/counts.ts';

const DELIMITER_NAMES: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '|': 'pipe',
  '\t': 'tab',
};

type Csv = Extract<Format, { kind: 'csv' }>;
type Parquet = Extract<Format, { kind: 'parquet' }>;

/** A format with those of its options that were asked for. */
export function formatText(format: Format): string {
  switch (format.kind) {
    case 'jsonl':
      return 'JSON Lines';
    case 'parquet':
      return parquetText(format);
    case 'csv':
      return csvText(format);
  }
}

function csvText({
  dialect,
  delimiter,
  header,
  nullToken,
  quote,
  escape,
  forceQuote,
  encoding,
}: Csv): string {
  return [
    'Delimited text',
    `${dialect} dialect`,
    `delimiter ${DELIMITER_NAMES[delimiter] ?? delimiter}`,
    ...(header ? ['with a header'] : []),
    ...(nullToken === '' ? [] : [`NULL as ${nullToken}`]),
    ...(quote === undefined ? [] : [`quote ${quote}`]),
    ...(escape === undefined ? [] : [`escape ${escape}`]),
    ...(forceQuote === undefined || forceQuote === 'none'
      ? []
      : [`quotes around ${forceQuote === 'all' ? 'all' : forceQuote.join(' ')}`]),
    ...(encoding === undefined ? [] : [encoding]),
  ].join(', ');
}

function parquetText({ rowGroup, unboundedNumeric }: Parquet): string {
  return [
    'Parquet',
    ...(rowGroup === undefined
      ? []
      : [
          `row groups of ${'rows' in rowGroup ? `${formatCount(rowGroup.rows)} rows` : formatBytes(rowGroup.bytes)}`,
        ]),
    ...(unboundedNumeric === undefined ? [] : [`numeric as ${numericText(unboundedNumeric)}`]),
  ].join(', ');
}

function numericText(choice: NonNullable<Parquet['unboundedNumeric']>): string {
  return typeof choice === 'string' ? choice : `DECIMAL(${choice.precision},${choice.scale})`;
}
