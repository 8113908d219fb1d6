/**
 * Who writes the CSV of the postgres dialect. COPY's text format costs the server a quarter less than its CSV, and most
 * rows look alike in both; the rest is rewritten here (text-to-csv.ts). Where most rows would have to be rewritten, the
 * server does it. Both ways give the same bytes, so this is a matter of speed alone. Pure.
 */
import { CSV_DEFAULTS, type CsvFormat } from '../../contract/format.ts';
import type { SourceColumn } from '../ports.ts';

/** How the rows come, and what is to be done to them. */
export type CsvRoute =
  /** As CSV. */
  | { readonly tag: 'server' }
  /** As text that no value makes differ from CSV, with the token for NULL that was asked for. */
  | { readonly tag: 'same' }
  /** As text with `\N` for NULL, and to be rewritten where it differs. */
  | { readonly tag: 'rewrite'; readonly mayBeEmpty: readonly boolean[] };

/** What stands for NULL in text that is to be rewritten: there it cannot be taken for a value. */
export const TEXT_NULL = CSV_DEFAULTS.text.nullToken;

/** Characters that numbers, times and words are made of: as a delimiter or a quote they would be in every other value. */
const ORDINARY = /^[\w +\-.:]+$/;

/** Types whose values are made of ordinary characters, and of at least one of them. */
const PLAIN_TYPES = new Set([
  'bool',
  'int2',
  'int4',
  'int8',
  'oid',
  'float4',
  'float8',
  'numeric',
  'date',
  'time',
  'timetz',
  'timestamp',
  'timestamptz',
  'interval',
  'uuid',
]);

/** Types whose values nearly always have a quote, a comma or a backslash in them, as arrays have. */
const CROWDED_TYPES = new Set([
  'json',
  'jsonb',
  'jsonpath',
  'xml',
  'bytea',
  'hstore',
  'record',
  'int4range',
  'int8range',
  'numrange',
  'daterange',
  'tsrange',
  'tstzrange',
  'int4multirange',
  'int8multirange',
  'nummultirange',
  'datemultirange',
  'tsmultirange',
  'tstzmultirange',
  'point',
  'line',
  'lseg',
  'box',
  'path',
  'polygon',
  'circle',
]);

/** The route for a format of the postgres dialect. */
export function csvRoute(format: CsvFormat, columns: readonly SourceColumn[]): CsvRoute {
  if (columns.length === 0 || !suits(format)) return { tag: 'server' };
  const types = columns.map(({ baseType }) => baseType);
  if (types.some((type) => CROWDED_TYPES.has(type) || type.startsWith('_'))) return { tag: 'server' };
  const mayBeEmpty = types.map((type) => !PLAIN_TYPES.has(type));
  const { nullToken } = format;
  const tokenIsNoValue = nullToken === '' || (!ORDINARY.test(nullToken) && isAscii(nullToken));
  return !mayBeEmpty.includes(true) && tokenIsNoValue ? { tag: 'same' } : { tag: 'rewrite', mayBeEmpty };
}

/** False where text has no such form, or nearly every row would have to be rewritten. */
function suits({
  delimiter,
  nullToken,
  quote = '"',
  forceQuote = 'none',
  encoding = 'UTF8',
}: CsvFormat): boolean {
  return (
    forceQuote === 'none' &&
    !ORDINARY.test(delimiter) &&
    !ORDINARY.test(quote) &&
    quote !== '\\' &&
    // A token of one ordinary character is a part of many values.
    (nullToken.length !== 1 || !ORDINARY.test(nullToken)) &&
    // The server would have to convert the token.
    (encoding === 'UTF8' || isAscii(nullToken))
  );
}

function isAscii(text: string): boolean {
  return /^[\t\x20-\x7e]*$/.test(text);
}
