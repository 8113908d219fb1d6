/** Which delimited text a warehouse reads, as its manual says. Pure. */
import type { TextEncodingName } from '../encoding.ts';
import type { CsvFormat, Format } from '../format.ts';
import type { LoadTarget } from '../load-target.ts';

/** What stands around values, and before a quote within one. */
export function quotesOf({ quote = '"', escape = quote }: CsvFormat): {
  readonly quote: string;
  readonly escape: string;
} {
  return { quote, escape };
}

/**
 * Encodings other than UTF-8 that a warehouse takes, by its own names. The others take none, or not without an extension.
 * https://docs.snowflake.com/en/user-guide/intro-summary-loading#supported-character-sets-for-delimited-files
 * https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-csv#csv-encoding
 */
const ENCODINGS: Readonly<Partial<Record<LoadTarget, Readonly<Partial<Record<TextEncodingName, string>>>>>> =
  {
    snowflake: {
      LATIN1: 'ISO88591',
      LATIN2: 'ISO88592',
      LATIN5: 'ISO88599',
      LATIN9: 'ISO885915',
      ISO_8859_5: 'ISO88595',
      ISO_8859_6: 'ISO88596',
      ISO_8859_7: 'ISO88597',
      ISO_8859_8: 'ISO88598',
      KOI8R: 'KOI8R',
      WIN874: 'WINDOWS874',
      WIN1250: 'WINDOWS1250',
      WIN1251: 'WINDOWS1251',
      WIN1252: 'WINDOWS1252',
      WIN1253: 'WINDOWS1253',
      WIN1254: 'WINDOWS1254',
      WIN1255: 'WINDOWS1255',
      WIN1256: 'WINDOWS1256',
    },
    bigquery: { LATIN1: 'ISO-8859-1' },
  };

/** The warehouse's name for the encoding of the files; undefined where it does not read it. */
export function encodingName(
  target: LoadTarget,
  utf8: string,
  { encoding = 'UTF8' }: CsvFormat,
): string | undefined {
  return encoding === 'UTF8' ? utf8 : ENCODINGS[target]?.[encoding];
}

/** Quotes that a warehouse takes, where it does not take every character. */
const QUOTES: Readonly<Partial<Record<LoadTarget, readonly string[]>>> = { snowflake: ['"', "'"] };

/** Why the files cannot be loaded as they are, as a sentence; undefined where they can. */
export function unreadable(target: LoadTarget, format: Format): string | undefined {
  if (format.kind !== 'csv') return undefined;
  const { quote, escape } = quotesOf(format);
  if (format.dialect === 'text')
    return 'backslashes stand for tabs, line ends and NULL in the text dialect, and it would not turn all of them back. Extract in the postgres dialect.';
  if (encodingName(target, 'UTF8', format) === undefined)
    return `it does not read ${format.encoding ?? ''}. Extract as UTF8.`;
  if (QUOTES[target]?.includes(quote) === false)
    return `it takes no other quote than ${QUOTES[target].join(' or ')}.`;
  // An escape would also be looked for where COPY writes none, in values without quotes.
  if (escape !== quote && target !== 'duckdb')
    return 'to it, a quote within quotes is doubled, and has nothing else before it. Extract without an escape of its own.';
  return undefined;
}
