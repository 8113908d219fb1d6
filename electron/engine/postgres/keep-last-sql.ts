/**
 * The mask that keeps the last characters. To a database in SQL_ASCII each byte is a character: there the characters of
 * UTF-8 are found by their bytes, or one that is cut in two would end the run.
 */
import { quoteLiteral } from './quote.ts';

/** Bytes of the longest character in UTF-8. */
const CHARACTER_BYTES = 4;

/** A character of UTF-8 in several bytes, as a regular expression over bytes. RFC 3629, section 4. */
const SEVERAL_BYTES = [
  String.raw`[\u00c2-\u00df][\u0080-\u00bf]`,
  String.raw`\u00e0[\u00a0-\u00bf][\u0080-\u00bf]`,
  String.raw`[\u00e1-\u00ec\u00ee\u00ef][\u0080-\u00bf]{2}`,
  String.raw`\u00ed[\u0080-\u009f][\u0080-\u00bf]`,
  String.raw`\u00f0[\u0090-\u00bf][\u0080-\u00bf]{2}`,
  String.raw`[\u00f1-\u00f3][\u0080-\u00bf]{3}`,
  String.raw`\u00f4[\u0080-\u008f][\u0080-\u00bf]{2}`,
].join('|');

/**
 * Of a value that is not longer nothing is kept: it would stand there whole.
 * @param text an expression of type text
 * @param encoding of the database, as `getdatabaseencoding()` names it
 */
export function keepLastSql(text: string, count: number, encoding: string): string {
  const { length, last } = encoding === 'SQL_ASCII' ? inBytes(text, count) : inCharacters(text, count);
  return (
    `CASE WHEN ${length} OPERATOR(pg_catalog.>) ${count} THEN pg_catalog.repeat('*', ${length} OPERATOR(pg_catalog.-) ${count}) OPERATOR(pg_catalog.||) ${last} ` +
    `ELSE pg_catalog.repeat('*', ${length}) END`
  );
}

/** Expressions for the number of characters, and for the last ones. */
interface Characters {
  readonly length: string;
  readonly last: string;
}

function inCharacters(text: string, count: number): Characters {
  return { length: `pg_catalog.length(${text})`, last: `pg_catalog.right(${text}, ${count})` };
}

/** A byte that belongs to no character counts as one. The search for the last ones is among the bytes that they can have. */
function inBytes(text: string, count: number): Characters {
  const each = quoteLiteral(SEVERAL_BYTES);
  // The match that begins first has each character whole: in pieces it would be more of them.
  const lastOnes = quoteLiteral(`(?:${SEVERAL_BYTES}|[\\u0001-\\u00ff]){${count}}$`);
  return {
    length: `pg_catalog.length(pg_catalog.regexp_replace(${text}, ${each}, '*', 'g'))`,
    last: `pg_catalog.substring(pg_catalog.right(${text}, ${count * CHARACTER_BYTES}), ${lastOnes})`,
  };
}
