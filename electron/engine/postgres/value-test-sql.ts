/** Questions about values as SQL: one SELECT that reads the rows once and counts for each question. */
import { oddBounds } from './odd-bounds.ts';
import { quoteLiteral } from './quote.ts';
import type { ValueQuestion, ValueTest } from '../source-look.ts';

/** The SELECT that counts; its columns are `n0`, `n1`, … in the order of the tests. */
export function countSql(select: string, width: number, tests: readonly ValueTest[]): string {
  const names = Array.from({ length: width }, (_, index) => `c${index}`);
  const counts = tests.map(
    ({ column, question }, index) =>
      `pg_catalog.count(*) FILTER (WHERE ${condition(`c${column}`, question)}) AS n${index}`,
  );
  return `SELECT ${counts.join(',\n       ')}\n  FROM (\n${select}\n) AS sluice(${names.join(', ')})`;
}

function condition(column: string, question: ValueQuestion): string {
  if (!(question.array ?? false)) return conditionOf(column, question);
  return `EXISTS (SELECT FROM pg_catalog.unnest(${column}) AS u(e) WHERE ${conditionOf('e', question)})`;
}

/** A finite numeric: NaN and the infinities are compared as text, because old servers do not know `'Infinity'::numeric`. */
const finite = (x: string) =>
  `${x}::pg_catalog.text OPERATOR(pg_catalog.<>) ALL ('{NaN,Infinity,-Infinity}'::pg_catalog.text[])`;

/** JSON text in which escaped backslashes are gone, so that `\\ud800` is no escape of a surrogate. */
const escapes = (x: string) => `pg_catalog.replace(${x}::pg_catalog.text, ${quoteLiteral('\\\\')}, '.')`;

const HIGH = String.raw`\\u[dD][89abAB][0-9a-fA-F]{2}`;
const LOW = String.raw`\\u[dD][c-fC-F][0-9a-fA-F]{2}`;

function conditionOf(x: string, question: ValueQuestion): string {
  switch (question.kind) {
    case 'nan':
      return `${x} OPERATOR(pg_catalog.=) 'NaN'`;
    case 'infinite':
      return `${x}::pg_catalog.text OPERATOR(pg_catalog.=) ANY ('{Infinity,-Infinity,infinity,-infinity}'::pg_catalog.text[])`;
    case 'oddYear':
      return `pg_catalog.isfinite(${x}) AND (${x} OPERATOR(pg_catalog.<) '0001-01-01' OR ${x} OPERATOR(pg_catalog.>=) '10000-01-01')`;
    case 'farFuture':
      return `pg_catalog.isfinite(${x}) AND ${x} OPERATOR(pg_catalog.>=) '294247-01-10 04:00:54.775808+00'`;
    case 'midnight24':
      return `${x} OPERATOR(pg_catalog.=) '24:00'`;
    case 'beyondDouble':
      return `${x}::pg_catalog.text OPERATOR(pg_catalog.<>) ALL ('{NaN,Infinity,-Infinity}'::pg_catalog.text[]) AND (${x} OPERATOR(pg_catalog.<) -9007199254740992 OR ${x} OPERATOR(pg_catalog.>) 9007199254740992)`;
    case 'tooLarge':
      return `${finite(x)} AND pg_catalog.abs(pg_catalog.round(${x}, ${question.scale})) OPERATOR(pg_catalog.>=) 1e${question.precision - question.scale}::numeric`;
    case 'tooFine':
      return `${finite(x)} AND ${x} OPERATOR(pg_catalog.<>) pg_catalog.round(${x}, ${question.scale})`;
    case 'nestedArray':
      return `pg_catalog.array_ndims(${x}) OPERATOR(pg_catalog.>) 1`;
    case 'oddBounds':
      return oddBounds(x);
    case 'loneSurrogate':
      return `${escapes(x)} OPERATOR(pg_catalog.~) ${quoteLiteral(`${HIGH}(?!${LOW})|(?<!${HIGH})${LOW}`)}`;
    case 'jsonZeroByte':
      return `${escapes(x)} OPERATOR(pg_catalog.~) ${quoteLiteral(String.raw`\\u0000`)}`;
    case 'jsonNull':
      return `pg_catalog.json_typeof(${x}::pg_catalog.json) OPERATOR(pg_catalog.=) 'null'`;
    case 'emptyText':
      return `${x}::pg_catalog.text OPERATOR(pg_catalog.=) ''`;
  }
}
