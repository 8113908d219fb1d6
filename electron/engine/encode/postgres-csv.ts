import { AppError } from '../../contract/app-error.ts';
import type { CsvFormat } from '../../contract/format.ts';
import type { RowBatch, SourceColumn } from '../ports.ts';
import { csvRoute, TEXT_NULL } from './csv-route.ts';
import { headerBytes } from './header-bytes.ts';
import { plainEncoder, type RowEncoder } from './row-encoder.ts';
import { TextToCsv } from './text-to-csv.ts';

/**
 * The postgres dialect: what COPY CSV writes goes to the object, whoever writes it (csv-route.ts), so there is nothing to
 * lose on the way.
 * @throws AppError `SOURCE_NO_COLUMN` for a column to be quoted that is not there, `DATA_UNENCODABLE`
 */
export function postgresCsv(format: CsvFormat, columns: readonly SourceColumn[]): RowEncoder {
  const { delimiter, nullToken, quote, escape, encoding } = format;
  const forceQuote = forcedColumns(format, columns);
  const header = headerBytes(format, columns, (name) => quotedName(name, format, columns.length === 1));
  const asItIs = (batch: RowBatch) => batch.bytes;
  const route = csvRoute(format, columns);
  switch (route.tag) {
    case 'server': {
      const form = { kind: 'csv' as const, delimiter, nullToken, quote, escape, forceQuote, encoding };
      return plainEncoder({ form, header, encode: asItIs });
    }
    case 'same': {
      const form = { kind: 'text' as const, delimiter, nullToken, encoding };
      return plainEncoder({ form, header, encode: asItIs });
    }
    case 'rewrite': {
      const form = { kind: 'text' as const, delimiter, nullToken: TEXT_NULL, encoding };
      const csv = new TextToCsv(format, route.mayBeEmpty);
      return plainEncoder({ form, header, encode: (batch) => csv.rewrite(batch) });
    }
  }
}

function forcedColumns(
  { forceQuote = 'none' }: CsvFormat,
  columns: readonly SourceColumn[],
): readonly string[] | 'all' | undefined {
  if (forceQuote === 'none') return undefined;
  if (forceQuote === 'all') return 'all';
  const missing = forceQuote.find((wanted) => !columns.some(({ name }) => name === wanted));
  if (missing === undefined) return forceQuote;
  throw new AppError('SOURCE_NO_COLUMN', `There is no column "${missing}" to quote.`, {
    details: { column: missing },
  });
}

/** A name by COPY's rules. It is quoted where it has to be, whatever `forceQuote` says. */
function quotedName(name: string, format: CsvFormat, single: boolean): string {
  const { delimiter, nullToken, quote = '"', escape = quote } = format;
  const special =
    name === nullToken ||
    name.includes(delimiter) ||
    name.includes(quote) ||
    /[\r\n]/.test(name) ||
    // COPY quotes the old end-of-data mark where it would stand alone on a line.
    (single && name === '\\.');
  if (!special) return name;
  const escaped = Array.from(name, (c) => (c === quote || c === escape ? escape + c : c)).join('');
  return `${quote}${escaped}${quote}`;
}
