/** How the columns of Postgres become columns of Parquet. Pure: the run and what is shown before it decide the same. */
import { DECIMAL_MAX_PRECISION, type UnboundedNumeric } from '../../../contract/format.ts';
import type { SourceColumn } from '../../ports.ts';

/** How a value comes from Postgres, and what it is made into. */
export type ParquetKind =
  | 'boolean'
  | 'int2'
  | 'int4'
  | 'int8'
  | 'oid'
  | 'float4'
  | 'float8'
  | 'decimal'
  /** A numeric that becomes a double. */
  | 'numericDouble'
  | 'text'
  | 'json'
  | 'jsonb'
  | 'uuid'
  | 'bytea'
  | 'date'
  | 'time'
  | 'timestamp'
  | 'timestamptz';

export interface ParquetColumn {
  readonly name: string;
  readonly kind: ParquetKind;
  /** True for an array, whose elements then are of the kind. */
  readonly list: boolean;
  /** What the server converts the values to before it sends them; null where they come as they are. */
  readonly cast: 'text' | 'text[]' | null;
  /** Digits of a decimal, and how many of them follow the point; 0 for the other kinds. */
  readonly precision: number;
  readonly scale: number;
}

/** By the name that `format_type` gives, without its modifier. It names the types of domains too. */
const KINDS: Readonly<Record<string, ParquetKind>> = {
  boolean: 'boolean',
  smallint: 'int2',
  integer: 'int4',
  bigint: 'int8',
  oid: 'oid',
  real: 'float4',
  'double precision': 'float8',
  text: 'text',
  'character varying': 'text',
  character: 'text',
  bpchar: 'text',
  name: 'text',
  json: 'json',
  jsonb: 'jsonb',
  uuid: 'uuid',
  bytea: 'bytea',
  date: 'date',
  'time without time zone': 'time',
  'timestamp without time zone': 'timestamp',
  'timestamp with time zone': 'timestamptz',
};

/**
 * The column for a column of Postgres. What has no type of its own in Parquet is text, as Postgres writes it, because
 * that loses nothing: intervals, ranges, enums, composite and other types, and numeric without a precision, unless
 * another choice was made for that.
 */
export function parquetColumn(
  { name, type }: SourceColumn,
  unboundedNumeric: UnboundedNumeric = 'text',
): ParquetColumn {
  const list = type.endsWith('[]');
  const base = list ? type.slice(0, -2) : type;
  const decimal = decimalOf(base);
  if (decimal !== undefined) return { name, kind: 'decimal', list, cast: null, ...decimal };
  if (isNumeric(base) && unboundedNumeric !== 'text') {
    return unboundedNumeric === 'double'
      ? { name, kind: 'numericDouble', list, cast: null, precision: 0, scale: 0 }
      : { name, kind: 'decimal', list, cast: null, ...unboundedNumeric };
  }
  const kind = KINDS[base.replace(/\([^)]*\)/, '')];
  if (kind !== undefined) return { name, kind, list, cast: null, precision: 0, scale: 0 };
  return { name, kind: 'text', list, cast: list ? 'text[]' : 'text', precision: 0, scale: 0 };
}

/** What a column loses by the choice that was made for it, whatever its values are; undefined where that is nothing. */
export function lossOfChoice({ kind }: ParquetColumn): string | undefined {
  return kind === 'numericDouble' ? 'a double has about 16 digits, and numeric has any number' : undefined;
}

/** True for a numeric of any precision, and of none. */
function isNumeric(base: string): boolean {
  return /^numeric(?:\(|$)/.test(base);
}

/** A scale may be negative, or larger than the precision: those are no decimals of Parquet. */
function decimalOf(type: string): { readonly precision: number; readonly scale: number } | undefined {
  const [, digits, fraction] = /^numeric\((\d+),(-?\d+)\)$/.exec(type) ?? [];
  const [precision, scale] = [Number(digits), Number(fraction)];
  const fits = precision <= DECIMAL_MAX_PRECISION && scale >= 0 && scale <= precision;
  return fits ? { precision, scale } : undefined;
}
