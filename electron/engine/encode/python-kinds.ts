import { AppError } from '../../contract/app-error.ts';
import type { SourceColumn } from '../ports.ts';
import { pythonDate, pythonDecimal, pythonFloat, pythonTime, pythonTimestamp } from './python-values.ts';

/** Lengths and first bytes of values that Python writes just as Postgres does. */
export interface Verbatim {
  readonly least: number;
  readonly most: number;
  readonly mostFirst: number;
}

/** How the values of one column are written. */
export interface PythonKind {
  readonly verbatim: Verbatim;
  /** What Python writes for the value. @throws PythonRangeError */
  convert(text: string): string;
}

const NINE = 0x39;
const ANY_BYTE = 0xff;
const LONGEST = 2 ** 31 - 1;
const always: Verbatim = { least: 0, most: LONGEST, mostFirst: ANY_BYTE };
const never: Verbatim = { least: 1, most: 0, mostFirst: ANY_BYTE };

/** Values that Python writes as they are. */
export const AS_IS: PythonKind = { verbatim: always, convert: (text) => text };

const KINDS: Readonly<Record<string, PythonKind>> = {
  bool: { verbatim: never, convert: (text) => (text === 't' ? 'True' : 'False') },
  // "0.0000001" is the shortest numeric that Python writes with an exponent.
  numeric: { verbatim: { least: 1, most: 8, mostFirst: ANY_BYTE }, convert: pythonDecimal },
  float4: { verbatim: never, convert: pythonFloat },
  float8: { verbatim: never, convert: pythonFloat },
  date: { verbatim: { least: 10, most: 10, mostFirst: NINE }, convert: pythonDate },
  // "2020-06-01 12:00:00", or the same with all six digits of a fraction.
  timestamp: {
    verbatim: { least: 19, most: 19, mostFirst: NINE },
    convert: (text) => pythonTimestamp(text, false),
  },
  timestamptz: { verbatim: never, convert: (text) => pythonTimestamp(text, true) },
  time: { verbatim: never, convert: pythonTime },
  timetz: { verbatim: never, convert: pythonTime },
};

/** Types for which psycopg2 makes an object whose text is Python's own business: `{'a': 1}`, `<memory at 0x…>`. */
const OBJECTS = new Set([
  'bytea',
  'json',
  'jsonb',
  'interval',
  'int4range',
  'int8range',
  'numrange',
  'daterange',
  'tsrange',
  'tstzrange',
]);

/** @throws AppError `DATA_TYPE_UNSUPPORTED` */
export function pythonKind(column: SourceColumn): PythonKind {
  if (OBJECTS.has(column.baseType) || column.baseType.startsWith('_')) {
    throw new AppError(
      'DATA_TYPE_UNSUPPORTED',
      `Column "${column.name}" is of type ${column.type}, for which the python dialect has no form.`,
      { details: { column: column.name, type: column.type } },
    );
  }
  return KINDS[column.baseType] ?? AS_IS;
}
