/**
 * The SELECT behind a preview. Values that can be long are cut by the server, because a page of a thousand rows with
 * a document of 100 MB in each must not travel, let alone fit into memory. One expression for each column: Postgres takes
 * 1,664 of them, and a table may have 1,600 columns.
 */
import type { PreviewCell } from '../../contract/preview.ts';
import type { PreviewField, PreviewShape } from './preview-fields.ts';
import { quoteIdentifier, quoteLiteral, quoteRelation } from './quote.ts';
import { decodeServerText, firstCharacters, hasBytes, showBytes } from './server-text.ts';

/** Characters of one value that the side panel is given. */
const WHOLE_VALUE_LIMIT = 4 * 1024 * 1024;

/** Digits of the length that stand behind a value. */
const LENGTH_DIGITS = 10;

/** Bytes of the longest character in UTF-8. */
const CHARACTER_BYTES = 4;

/** How the values of a preview come. */
export interface PreviewForm {
  /** As the bytes that the database holds, because the server would refuse what is no text in UTF-8. */
  readonly bytes: boolean;
  /** The field whose values come whole, up to the limit of the side panel. */
  readonly whole?: PreviewField | undefined;
}

/**
 * Of a long column the value cut, and behind it its length in ten digits. With `whole` the expressions stay the same
 * but for that limit, because with other ones the planner could choose another scan, and row 7 would be another row.
 */
export function previewSelect(shape: PreviewShape, form: PreviewForm): string {
  const expressions = shape.fields.map((field) => {
    const limit = limitOf(shape, field, form);
    if (form.bytes) return bytesExpression(field, limit, shape.encoding);
    return field.long ? longExpression(field, limit) : quoteIdentifier(field.key);
  });
  const places = shape.places?.map(quoteIdentifier).join(', ');
  const from = `${quoteRelation(shape.relation)}${places === undefined ? '' : ` AS sluice(${places})`}`;
  return `SELECT ${expressions.join(',\n')} FROM ${from}`;
}

function limitOf({ limit }: PreviewShape, field: PreviewField, { whole }: PreviewForm): number {
  return field === whole ? WHOLE_VALUE_LIMIT : limit;
}

function longExpression(field: PreviewField, limit: number): string {
  if (field.form === 'bytea') return byteaExpression(field, limit);
  const text = textOf(field);
  return withLength(`pg_catalog.left(${text}, ${limit})`, `pg_catalog.length(${text})`);
}

/** Cut before it becomes text, which is twice as long: of a bytea above 512 MB there is none. */
function byteaExpression(field: PreviewField, limit: number): string {
  const bytes = `${quoteIdentifier(field.key)}::pg_catalog.bytea`;
  const digits = `pg_catalog.encode(pg_catalog.substr(${bytes}, 1, ${limit / 2 - 1}), 'hex')`;
  const length = `2 OPERATOR(pg_catalog.+) (2 OPERATOR(pg_catalog.*) pg_catalog.octet_length(${bytes}))`;
  return withLength(`'\\x' OPERATOR(pg_catalog.||) ${digits}`, length);
}

/**
 * The value as COPY would write it. Not by a cast to text, which takes the blanks of `char(n)` off and which types of
 * extensions define as they like. Not with `IS NULL`, which holds for a row of NULLs.
 */
function textOf({ key, form }: PreviewField): string {
  const column = quoteIdentifier(key);
  if (form === 'text') return `${column}::pg_catalog.text`;
  return `CASE WHEN pg_catalog.num_nulls(${column}) OPERATOR(pg_catalog.=) 0 THEN pg_catalog.concat(${column}) END`;
}

function withLength(value: string, length: string): string {
  return `(${value}) OPERATOR(pg_catalog.||) pg_catalog.lpad((${length})::pg_catalog.text, ${LENGTH_DIGITS}, '0')`;
}

/** To a database in SQL_ASCII each byte is a character: there enough of them come for whole characters to be cut here. */
function bytesExpression(field: PreviewField, limit: number, encoding: string): string {
  if (field.form === 'bytea') return `pg_catalog.convert_to(${byteaExpression(field, limit)}, 'SQL_ASCII')`;
  const text = textOf(field);
  const single = encoding === 'SQL_ASCII';
  const sent = single ? limit * CHARACTER_BYTES : limit;
  // Bytes that go on with a character of UTF-8 do not count. Only of what is cut, because it takes long.
  const length = single
    ? `CASE WHEN pg_catalog.length(${text}) OPERATOR(pg_catalog.>) ${sent} THEN pg_catalog.length(pg_catalog.translate(${text}, ${CONTINUATION}, '')) ELSE 0 END`
    : `pg_catalog.length(${text})`;
  return `pg_catalog.convert_to(${withLength(`pg_catalog.left(${text}, ${sent})`, length)}, ${quoteLiteral(encoding)})`;
}

/** 0x80 to 0xbf, as a database in SQL_ASCII takes them. */
const CONTINUATION = `E'${Array.from({ length: 64 }, (_, index) => `\\x${(0x80 + index).toString(16)}`).join('')}'`;

/** The cells of a row from what {@link previewSelect} asked for. */
export function previewRow(
  row: readonly (string | null)[],
  shape: PreviewShape,
  form: PreviewForm,
): PreviewCell[] {
  return shape.fields.map((field, index) => {
    const value = row[index] ?? null;
    if (value === null || !(field.long || form.bytes)) return value;
    const text = form.bytes ? decodeServerText(Buffer.from(value.slice(2), 'hex'), shape.encoding) : value;
    const stated = Number(text.slice(-LENGTH_DIGITS));
    return cellOf(text.slice(0, -LENGTH_DIGITS), stated, limitOf(shape, field, form));
  });
}

/** @param stated its length as the server counted it; 0 where nothing was cut */
function cellOf(value: string, stated: number, limit: number): PreviewCell {
  const { text, length: counted } = firstCharacters(value, limit);
  const length = Math.max(stated, counted);
  if (hasBytes(text)) return { cut: showBytes(text), length, escaped: true };
  return length > limit ? { cut: text, length } : text;
}
