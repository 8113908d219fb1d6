/** Rows of COPY's binary format, taken apart; also such as no server sends. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { BinaryRows } from '../../electron/engine/encode/parquet/binary-rows.ts';
import { parquetColumn } from '../../electron/engine/encode/parquet/parquet-column.ts';

const columnsOf = (...types: string[]) =>
  types.map((type, index) => parquetColumn({ name: `c${String(index)}`, type, baseType: '' }));

/** One row. */
function rowOf(...fields: (Buffer | null)[]): Buffer {
  const count = Buffer.alloc(2);
  count.writeInt16BE(fields.length);
  return Buffer.concat([
    count,
    ...fields.map((field) => {
      const head = Buffer.alloc(4);
      head.writeInt32BE(field?.length ?? -1);
      return Buffer.concat([head, field ?? Buffer.alloc(0)]);
    }),
  ]);
}

const shorts = (...values: number[]) =>
  Buffer.from(new Uint8Array(values.flatMap((v) => [(v >> 8) & 255, v & 255])));
const int64 = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
};
const int32 = (...values: number[]) => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeInt32BE(value, index * 4));
  return bytes;
};

function valueOf(type: string, field: Buffer | null): unknown {
  const rows = new BinaryRows(columnsOf(type));
  rows.add(rowOf(field), 1);
  return rows.take()[0]!.values[0];
}

function problemOf(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was wrong');
}

describe('values', () => {
  test.each<[string, Buffer | null, unknown]>([
    ['integer', null, undefined],
    ['bigint', int64(-(2n ** 63n)), -(2n ** 63n)],
    ['oid', int32(-1), 4_294_967_295n],
    ['date', int32(-10_957), 0],
    ['timestamp without time zone', int64(-946_684_800_000_000n), 0n],
    // The last microsecond that 64 bits from 1970 on can say.
    ['timestamp with time zone', int64(2n ** 63n - 1n - 946_684_800_000_000n), 2n ** 63n - 1n],
    ['time without time zone', int64(86_399_999_999n), 86_399_999_999n],
    ['numeric(4,2)', shorts(2, 0, 0x4000, 2, 12, 3400), -1234n],
    ['numeric(4,2)', shorts(0, 0, 0, 2), 0n],
    ['numeric(38,0)', shorts(1, 9, 0, 0, 10), 10n ** 37n],
    ['numeric(38,38)', shorts(1, -10, 0, 38, 100), 1n],
    ['integer[]', int32(0, 0, 23), []],
    ['integer[]', int32(1, 1, 23, 2, 1, 4, 7, -1), [7, undefined]],
  ])('%s', (type, field, expected) => {
    expect(valueOf(type, field)).toEqual(expected);
  });
});

describe('what Parquet cannot hold is refused with the name of the column', () => {
  test.each<[string, string, Buffer]>([
    ['the date infinity', 'date', int32(0x7fff_ffff)],
    ['the date -infinity', 'date', int32(-0x8000_0000)],
    ['the timestamp infinity', 'timestamp without time zone', int64(2n ** 63n - 1n)],
    ['the timestamp -infinity', 'timestamp with time zone', int64(-(2n ** 63n))],
    ['after the year 294246', 'timestamp without time zone', int64(2n ** 63n - 946_684_800_000_000n)],
    ['24:00', 'time without time zone', int64(86_400_000_000n)],
    ['NaN', 'numeric(4,2)', shorts(0, 0, 0xc000, 0)],
    ['Infinity', 'numeric(4,2)', shorts(0, 0, 0xd000, 0)],
    ['more than 4 digits', 'numeric(4,2)', shorts(1, 0, 0, 0, 100)],
    ['more decimals', 'numeric(4,2)', shorts(1, -1, 0, 4, 1)],
    ['more decimals', 'numeric(38,2)', shorts(5, 3, 0, 4, 1, 1, 1, 1, 1)],
    ['array of arrays', 'integer[]', int32(2, 0, 23, 1, 1, 1, 1, 4, 7)],
  ])('%s', (message, type, field) => {
    const error = problemOf(() => valueOf(type, field));
    expect(error).toMatchObject({ code: 'DATA_ENCODE_FAILED', details: { column: 'c0' } });
    expect(error.message).toContain('"c0"');
    expect(error.message).toContain(message);
  });
});

describe('bytes that no server sends', () => {
  const types = [
    'boolean',
    'integer',
    'bigint',
    'numeric(10,2)',
    'text',
    'jsonb',
    'uuid',
    'date',
    'timestamp without time zone',
    'integer[]',
    'numeric(20,4)[]',
    'text[]',
  ];

  test('give one typed error, or rows', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.subarray(types, { minLength: 1 }),
        (bytes, chosen) => {
          expectTyped(bytes, chosen);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('also where they are nearly right', () => {
    const good = rowOf(
      Buffer.from([1]),
      int32(5),
      int64(6n),
      shorts(2, 0, 0, 2, 12, 3400),
      Buffer.from('text'),
      Buffer.from('\u0001{}'),
      Buffer.alloc(16),
      int32(1),
      int64(1n),
      int32(1, 1, 23, 2, 1, 4, 7, -1),
      int32(0, 0, 1700),
      int32(1, 0, 25, 1, 1, 0),
    );
    expectTyped(good, types);
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(255), fc.nat(good.length), (at, byte, length) => {
        const bytes = Buffer.from(good);
        bytes[at] = byte;
        expectTyped(bytes, types);
        expectTyped(bytes.subarray(0, length), types);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['fewer columns', rowOf(int32(1)), 1],
    ['more rows than there are', rowOf(int32(1), int32(2)), 2],
    ['fewer rows than there are', Buffer.concat([rowOf(null, null), rowOf(null, null)]), 1],
    ['a field of another length', rowOf(int32(1), int64(2n)), 1],
  ])('%s', (_, bytes, rows) => {
    const error = problemOf(() => new BinaryRows(columnsOf('integer', 'integer')).add(bytes, rows));
    expect(error.code).toBe('INTERNAL_INVARIANT');
  });
});

function expectTyped(bytes: Uint8Array, types: readonly string[]): void {
  try {
    new BinaryRows(columnsOf(...types)).add(bytes, 1);
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toMatch(/^(INTERNAL_INVARIANT|DATA_ENCODE_FAILED)$/);
  }
}
