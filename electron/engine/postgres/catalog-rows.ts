import { decodeServerText, UNKNOWN_ENCODINGS } from './server-text.ts';
import type { Session } from './session.ts';

/** Encodings of databases whose catalogue comes as the server translates it. */
const AS_TEXT: readonly string[] = ['UTF8', ...UNKNOWN_ENCODINGS];

/**
 * Rows of the catalogue. One name that is no text in UTF-8 must not hide all others: outside of UTF-8 the row comes as bytes.
 * What is no text in a value has lone surrogates in place of its bytes, see {@link decodeServerText}.
 * @param select a SELECT of ours whose values JSON can hold: int8 would lose digits
 * @throws AppError of the SOURCE_ family
 */
export async function catalogRows<Row>(
  session: Session,
  select: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const rows = await session.query<{ readonly json: string; readonly encoding: string }>(
    `SELECT pg_catalog.getdatabaseencoding() AS encoding,
            CASE WHEN pg_catalog.getdatabaseencoding() OPERATOR(pg_catalog.=) ANY ('{${AS_TEXT.join()}}'::pg_catalog.text[]) THEN json
                 ELSE pg_catalog.encode(pg_catalog.convert_to(json, pg_catalog.getdatabaseencoding()), 'hex') END AS json
       FROM (SELECT pg_catalog.row_to_json(found.*)::pg_catalog.text AS json FROM (\n${select}\n) AS found) AS sluice`,
    values,
  );
  return rows.map(({ json, encoding }) => {
    const text = AS_TEXT.includes(encoding) ? json : decodeServerText(Buffer.from(json, 'hex'), encoding);
    return JSON.parse(text) as Row;
  });
}
