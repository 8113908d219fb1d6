import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  PythonRangeError,
  pythonDate,
  pythonDecimal,
  pythonFloat,
  pythonTime,
  pythonTimestamp,
} from '../../electron/engine/encode/python-values.ts';
import { PythonOracle, findPython } from '../harness/python-oracle.ts';

const python = findPython('csv');

describe.skipIf(python === undefined)('compared with Python', () => {
  let oracle: PythonOracle;
  beforeAll(() => {
    oracle = new PythonOracle(python!);
  });
  afterAll(() => oracle[Symbol.asyncDispose]());

  const digits = (max: number) =>
    fc.string({ unit: fc.constantFrom(...'0123456789'.split('')), minLength: 1, maxLength: max });
  /** As Postgres writes numerics: no exponent, no leading zeros, a digit before the point. */
  const numeric = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.oneof(fc.constant('0'), digits(40)),
      fc.option(digits(40)),
      fc.nat(20),
    )
    .map(([sign, whole, fraction, zeros]) => {
      const before = whole.replace(/^0+(?=.)/, '');
      return `${sign}${before}${fraction === null ? '' : `.${'0'.repeat(zeros)}${fraction}`}`;
    });

  test('str(Decimal(x)) of any numeric', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(numeric, { minLength: 50, maxLength: 100 }), async (texts) => {
        expect(texts.map(pythonDecimal)).toEqual(await oracle.decimals(texts));
      }),
      { numRuns: 100 },
    );
  });

  test('str(Decimal(x)) around the change to an exponent', async () => {
    const texts = ['0', '1', '10', '123'].flatMap((tail) =>
      Array.from({ length: 14 }, (_, zeros) => `0.${'0'.repeat(zeros)}${tail}`),
    );
    const all = [...texts, ...texts.map((text) => `-${text}`), 'NaN', 'Infinity', '-Infinity', '0', '-5'];
    expect(all.map(pythonDecimal)).toEqual(await oracle.decimals(all));
  });

  /** As Postgres writes a float8: the shortest digits that read back, which JavaScript finds as well. */
  const postgresFloat = (value: number) => {
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
    if (Object.is(value, -0)) return '-0';
    const [mantissa, exponent] = value.toExponential().split('e') as [string, string];
    const power = Number(exponent);
    if (power >= -4 && power < 15) return String(value);
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  };

  test('repr(float(x)) of any float8', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.double(), { minLength: 50, maxLength: 100 }), async (values) => {
        const texts = values.map(postgresFloat);
        expect(texts.map(pythonFloat)).toEqual(await oracle.floats(texts));
      }),
      { numRuns: 100 },
    );
  });

  test('repr(float(x)) of powers of ten, and of the smallest and largest', async () => {
    const powers = Array.from({ length: 640 }, (_, i) => Number(`1e${String(i - 325)}`));
    const texts = [
      ...powers,
      ...powers.map((x) => x * 1.5),
      5e-324,
      2 ** 53,
      2 ** 53 + 2,
      1.7976931348623157e308,
    ].map(postgresFloat);
    expect(texts.map(pythonFloat)).toEqual(await oracle.floats(texts));
  });
});

describe('dates and times', () => {
  test.each([
    ['2020-06-01', '2020-06-01'],
    ['0001-01-01', '0001-01-01'],
    ['infinity', '9999-12-31'],
    ['-infinity', '0001-01-01'],
  ])('the date %s is %s', (text, expected) => {
    expect(pythonDate(text)).toBe(expected);
  });

  test.each([
    ['2020-06-01 12:00:00', '2020-06-01 12:00:00'],
    ['2020-06-01 12:00:00.1', '2020-06-01 12:00:00.100000'],
    ['2020-06-01 12:00:00.000001', '2020-06-01 12:00:00.000001'],
    ['infinity', '9999-12-31 23:59:59.999999'],
  ])('the timestamp %s is %s', (text, expected) => {
    expect(pythonTimestamp(text, false)).toBe(expected);
  });

  test.each([
    ['12:00:00', '12:00:00'],
    ['24:00:00', '00:00:00'],
    ['12:00:00.5+02', '12:00:00.500000+02:00'],
    ['12:00:00-03:30', '12:00:00-03:30'],
  ])('the time %s is %s', (text, expected) => {
    expect(pythonTime(text)).toBe(expected);
  });

  test.each(['10000-01-01', '0044-03-15 BC', '0001-01-01 BC'])('the date %s is refused', (text) => {
    expect(() => pythonDate(text)).toThrow(PythonRangeError);
  });

  test.each(['10000-01-01 00:00:00', '0044-03-15 12:00:00 BC', '294276-12-31 23:59:59.999999'])(
    'the timestamp %s is refused',
    (text) => {
      expect(() => pythonTimestamp(text, false)).toThrow(PythonRangeError);
    },
  );
});
