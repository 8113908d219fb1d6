/** The options of `sluice extract` that say how rows are written. */
import type { Command } from 'commander';
import { AppError } from '../contract/app-error.ts';
import { parseByteSize } from './byte-size.ts';
import { parseNameList } from './name-list.ts';
import { parseWholeNumber } from './whole-number.ts';

/** As commander gives them. */
export interface FormatOptions {
  readonly format?: string;
  readonly csvDialect?: string;
  readonly delimiter?: string;
  readonly header?: boolean;
  readonly null?: string;
  readonly quote?: string;
  readonly escape?: string;
  readonly forceQuote?: string;
  readonly encoding?: string;
  readonly rowGroupSize?: string;
  readonly unboundedNumeric?: string;
}

/** Names of fields in the messages of the schema, and the options that fill them. */
export const OPTION_OF_FORMAT_FIELD: Readonly<Record<string, string>> = {
  'format.dialect': '--csv-dialect',
  'format.delimiter': '--delimiter',
  'format.nullToken': '--null',
  'format.quote': '--quote',
  'format.escape': '--escape',
  'format.forceQuote': '--force-quote',
  'format.encoding': '--encoding',
  'format.rowGroup': '--row-group-size',
  'format.unboundedNumeric': '--unbounded-numeric',
};

/** Adds the options to a command. */
export function addFormatOptions(command: Command): Command {
  return command
    .option('--format <format>', 'csv, jsonl or parquet (default: csv)')
    .option('--compression <kind>', 'none, gzip or zstd (default: zstd for parquet, or else none)')
    .option(
      '--csv-dialect <dialect>',
      "postgres: COPY's CSV; text: COPY's text format; python: what Python's csv.writer writes (default: postgres)",
    )
    .option(
      '--delimiter <c>',
      String.raw`between the values; \t or tab for a tab (default: a comma, or a tab in the text dialect)`,
    )
    .option('--header', 'begin with a line of column names')
    .option(
      '--null <token>',
      String.raw`stands for NULL, unquoted (default: empty, or \N in the text dialect)`,
    )
    .option('--quote <c>', 'around values that need it (default: ")')
    .option('--escape <c>', 'before a quote within quotes (default: the quote itself)')
    .option('--force-quote <a,b>', 'quote these columns in every row; all for all of them')
    .option('--encoding <name>', 'of the text, by its name in Postgres, such as LATIN1 (default: UTF8)')
    .option(
      '--row-group-size <n>',
      'of Parquet, at most: rows such as 100000, or bytes with a unit such as 8MiB',
    )
    .option(
      '--unbounded-numeric <choice>',
      'of Parquet, numeric without a precision: text, double, or precision,scale such as 38,9 (default: text)',
    );
}

/** The format, for the schema to check. @throws AppError `CONFIG_USAGE` */
export function formatFrom(options: FormatOptions): unknown {
  const { format = 'csv', delimiter, forceQuote, rowGroupSize, unboundedNumeric } = options;
  const csv = without({
    dialect: options.csvDialect,
    delimiter: delimiter === undefined ? undefined : delimiterFrom(delimiter),
    header: options.header,
    nullToken: options.null,
    quote: options.quote,
    escape: options.escape,
    forceQuote: forceQuote === undefined ? undefined : forceQuoteFrom(forceQuote),
    encoding: options.encoding?.toUpperCase(),
  });
  const parquet = without({
    rowGroup: rowGroupSize === undefined ? undefined : rowGroupFrom(rowGroupSize),
    unboundedNumeric: unboundedNumeric === undefined ? undefined : unboundedFrom(unboundedNumeric),
  });
  if (format !== 'csv' && format !== 'jsonl' && format !== 'parquet') {
    throw new AppError('CONFIG_USAGE', `--format: "${format}" is not known; it takes csv, jsonl or parquet`);
  }
  if (format !== 'csv' && Object.keys(csv).length > 0) {
    throw new AppError(
      'CONFIG_USAGE',
      '--csv-dialect, --delimiter, --header, --null, --quote, --escape, --force-quote and --encoding go with --format csv only',
    );
  }
  if (format !== 'parquet' && Object.keys(parquet).length > 0) {
    throw new AppError(
      'CONFIG_USAGE',
      '--row-group-size and --unbounded-numeric go with --format parquet only',
    );
  }
  return { kind: format, ...csv, ...parquet };
}

/** Shells make a tab hard to type. */
function delimiterFrom(text: string): string {
  return text === String.raw`\t` || text.toLowerCase() === 'tab' ? '\t' : text;
}

/** A column that is named `all` or `none` has to be written in double quotes. */
function forceQuoteFrom(text: string): unknown {
  return text === 'all' || text === 'none' ? text : parseNameList(text, '--force-quote');
}

function rowGroupFrom(text: string): unknown {
  return /^\d+$/.test(text)
    ? { rows: parseWholeNumber(text, '--row-group-size', 1, 10_000_000) }
    : { bytes: parseByteSize(text, '--row-group-size') };
}

function unboundedFrom(text: string): unknown {
  const [, precision, scale] = /^(\d+),(\d+)$/.exec(text) ?? [];
  if (precision !== undefined) return { precision: Number(precision), scale: Number(scale) };
  if (text === 'text' || text === 'double') return text;
  throw new AppError(
    'CONFIG_USAGE',
    `--unbounded-numeric: "${text}" is not known; it takes text, double, or precision,scale such as 38,9`,
  );
}

function without(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
