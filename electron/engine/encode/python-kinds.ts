import { AppError } from '../../contract/app-error.ts';
import type { SourceColumn } from '../ports.ts';
import { pythonDate, pythonDecimal, pythonFloat, pythonTime, pythonTimestamp } from './python-values.ts';

/** How the values of one column are written. */
export interface PythonKind {
  /** True where Python writes a value of this length and first byte just as Postgres does. */
  verbatim(length: number, firstByte: number): boolean;
  /** What Python writes for the value. @throws PythonRangeError */
  convert(text: string): string;
}

const NINE = 0x39;
const always = () => true;
const never = () => false;
const asIs = (text: string) => text;

const AS_IS: PythonKind = { verbatim: always, convert: asIs };

const KINDS: Readonly<Record<string, PythonKind>> = {
  bool: { verbatim: never, convert: (text) => (text === 't' ? 'True' : 'False') },
  // "0.0000001" is the shortest numeric that Python writes with an exponent.
  numeric: { verbatim: (length) => length < 9, convert: pythonDecimal },
  float4: { verbatim: never, convert: pythonFloat },
  float8: { verbatim: never, convert: pythonFloat },
  date: { verbatim: (length, first) => length === 10 && first <= NINE, convert: pythonDate },
  // "2020-06-01 12:00:00", or the same with all six digits of a fraction.
  timestamp: {
    verbatim: (length, first) => length === 19 && first <= NINE,
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
