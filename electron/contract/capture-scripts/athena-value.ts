import { ATHENA_CASTS } from '../load-scripts/athena.ts';
import { sqlString } from '../load-scripts/quoting.ts';
import { decimalCalled } from '../load-scripts/type-table.ts';
import type { CapturedColumn } from './captured-files.ts';
import { castOf } from './latest-view.ts';

/** https://trino.io/docs/current/functions/json.html */
export function athenaPath(names: readonly string[]): string {
  return sqlString(`$${names.map((name) => `["${name.replaceAll(/["\\]/g, String.raw`\$&`)}"]`).join('')}`);
}

/** A text as a value of the column's type. */
export function athenaCast(text: string, { type }: CapturedColumn): string {
  const name =
    type.kind === 'decimal' ? decimalCalled('decimal')(type.precision, type.scale) : ATHENA_CASTS[type.kind];
  return name === undefined ? text : `${castOf(type)}(${text} AS ${name})`;
}
