/**
 * A row as members of a JSON object. Numbers keep their digits, booleans are booleans, NaN and the infinities are
 * strings as `to_json` writes them, everything else is a string of Postgres's own text.
 */
import { FIELD_NULL, FIELD_TEXT, FIELD_UNCHANGED, type Tuple } from '../../decode/pgoutput/tuple.ts';
import type { Change, TableShape } from '../change.ts';
import type { KnownValues } from '../earlier-values.ts';
import type { JsonBuffer } from './json-buffer.ts';

const COMMA = 0x2c;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const TRUE_LETTER = 0x74;

const NULL = Buffer.from('null');
const TRUE = Buffer.from('true');
const FALSE = Buffer.from('false');

/** What Debezium writes in the place of a value that it does not have. */
const PLACEHOLDER = Buffer.from('"__debezium_unavailable_value"');

/** Object ids of pg_type that never change: int8, int2, int4, float4, float8, numeric. */
const NUMBERS: ReadonlySet<number> = new Set([20, 21, 23, 700, 701, 1700]);
const BOOLEAN = 16;

type ValueKind = 'number' | 'boolean' | 'text';

/** What all rows of an object have in common. */
export interface RowFacts {
  readonly placeholder: boolean;
  /** What a column is called in the object. */
  readonly rename?: (name: string) => string;
  /** False where numbers are strings, so that whoever reads them makes no doubles of them. */
  readonly numbers?: boolean;
}

export class JsonRow {
  /** `"name":` of each column. */
  readonly #names: readonly Buffer[];
  readonly #kinds: readonly ValueKind[];
  readonly #isKey: readonly boolean[];
  readonly #placeholder: boolean;

  constructor(shape: TableShape, { placeholder, rename = (name) => name, numbers = true }: RowFacts) {
    const { columns } = shape.file;
    this.#names = columns.map(({ name }) => Buffer.from(`${JSON.stringify(rename(name))}:`));
    this.#kinds = columns.map(({ typeId }) =>
      numbers && NUMBERS.has(typeId) ? 'number' : typeId === BOOLEAN ? 'boolean' : 'text',
    );
    this.#isKey = columns.map(({ key }) => key);
    this.#placeholder = placeholder;
  }

  /**
   * Writes the members of the row as it is after a change. Values that the new row lacks are those of the old one, where
   * that has them.
   * @returns true where one is missing: see {@link missing}
   */
  after(change: Change, tuple: Tuple, first: boolean, output: JsonBuffer, known?: KnownValues): boolean {
    const names = this.#names;
    let missing = false;
    let separate = !first;
    for (let field = 0; field < names.length; field++) {
      let from = tuple;
      let code = tuple.code(field);
      let earlier: Uint8Array | undefined;
      if (code === FIELD_UNCHANGED) {
        earlier = known?.[field];
        if (earlier !== undefined) code = FIELD_TEXT;
        else if (change.before !== undefined && this.#isKnown(change, field)) {
          from = change.before;
          code = from.code(field);
        } else {
          missing = true;
          if (!this.#placeholder) continue;
        }
      }
      if (separate) output.byte(COMMA);
      separate = true;
      output.raw(names[field] as Buffer);
      if (code === FIELD_NULL) output.raw(NULL);
      else if (code === FIELD_UNCHANGED) output.raw(PLACEHOLDER);
      else if (earlier !== undefined) this.#value(earlier, 0, earlier.length, field, output);
      else this.#ofTuple(from, field, output);
    }
    return missing;
  }

  /** Writes the members of an old row, as far as it is known: what is not known is left out, because null is a value. */
  before(tuple: Tuple, old: Change['old'], first: boolean, output: JsonBuffer): void {
    const names = this.#names;
    let separate = !first;
    for (let field = 0; field < names.length; field++) {
      const code = tuple.code(field);
      if ((old !== 'full' && this.#isKey[field] !== true) || code === FIELD_UNCHANGED) continue;
      if (separate) output.byte(COMMA);
      separate = true;
      output.raw(names[field] as Buffer);
      if (code === FIELD_NULL) output.raw(NULL);
      else this.#ofTuple(tuple, field, output);
    }
  }

  /** Writes the names of the columns whose values are not known, as an array. */
  missing(change: Change, tuple: Tuple, output: JsonBuffer, known?: KnownValues): void {
    const names = change.shape.file.columns
      .filter(
        (_, field) =>
          tuple.code(field) === FIELD_UNCHANGED &&
          known?.[field] === undefined &&
          !this.#isKnown(change, field),
      )
      .map(({ name }) => name);
    output.raw(Buffer.from(JSON.stringify(names)));
  }

  /** Whether the old row has the value. Of a row that is only its key the other columns are null, and mean nothing. */
  #isKnown({ before, old }: Change, field: number): boolean {
    if (before === undefined || (old !== 'full' && this.#isKey[field] !== true)) return false;
    return before.code(field) !== FIELD_UNCHANGED;
  }

  #ofTuple(tuple: Tuple, field: number, output: JsonBuffer): void {
    const from = tuple.start(field);
    this.#value(tuple.source, from, from + tuple.size(field), field, output);
  }

  #value(source: Uint8Array, from: number, to: number, field: number, output: JsonBuffer): void {
    const kind = this.#kinds[field];
    if (kind === 'number' && isNumber(source, from, to)) output.raw(source, from, to);
    else if (kind === 'boolean') output.raw(source[from] === TRUE_LETTER ? TRUE : FALSE);
    else output.string(source, from, to);
  }
}

/** False for NaN and the infinities, which are the only values of a number that do not begin with a digit. */
function isNumber(source: Uint8Array, from: number, to: number): boolean {
  const first = source[from] === MINUS ? from + 1 : from;
  const code = source[first] as number;
  return first < to && code >= ZERO && code <= NINE;
}
