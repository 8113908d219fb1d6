/**
 * How Python writes what psycopg2 makes of a value: `str()` of datetime, Decimal, float and bool. Each function takes
 * the text that Postgres writes. All are compared with Python itself in the tests.
 */

/** Thrown for a value that psycopg2 cannot take either: a year before 1 or after 9999. */
export class PythonRangeError extends RangeError {}

/** `str(Decimal(x))`: Python changes to an exponent where there would be more than six zeros after the point. */
export function pythonDecimal(text: string): string {
  const negative = text.startsWith('-');
  const plain = negative ? text.slice(1) : text;
  if (!plain.startsWith('0.00000')) return text;
  const fraction = plain.slice(2);
  const digits = fraction.replace(/^0+(?=.)/, '');
  // https://docs.python.org/3/library/decimal.html: to-scientific-string of the General Decimal Arithmetic standard.
  const exponent = digits.length - fraction.length - 1;
  if (exponent >= -6) return text;
  const mantissa = digits.length === 1 ? digits : `${digits.slice(0, 1)}.${digits.slice(1)}`;
  return `${negative ? '-' : ''}${mantissa}E${exponent}`;
}

/** `repr(float(x))`: the shortest digits, as JavaScript finds them, in Python's notation. */
export function pythonFloat(text: string): string {
  if (text === 'NaN') return 'nan';
  if (text === 'Infinity') return 'inf';
  if (text === '-Infinity') return '-inf';
  const value = Number(text);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', power = '0'] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 16) return plainFloat(mantissa, exponent);
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
}

function plainFloat(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace('-', '').replace('.', '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}.${fraction === '' ? '0' : fraction}`;
}

/** `str(date)`. psycopg2 gives the ends of Python's calendar for the infinities. @throws PythonRangeError */
export function pythonDate(text: string): string {
  if (text === 'infinity') return '9999-12-31';
  if (text === '-infinity') return '0001-01-01';
  assertYear(text);
  return text;
}

/** `str(datetime)`: six digits of fraction or none, and a colon in the offset. @throws PythonRangeError */
export function pythonTimestamp(text: string, zoned: boolean): string {
  if (text === 'infinity') return `9999-12-31 23:59:59.999999${zoned ? '+00:00' : ''}`;
  if (text === '-infinity') return `0001-01-01 00:00:00${zoned ? '+00:00' : ''}`;
  assertYear(text);
  return `${text.slice(0, 11)}${pythonTime(text.slice(11))}`;
}

/** `str(time)`, with or without an offset. Python knows no 24:00: psycopg2 makes it midnight. */
export function pythonTime(text: string): string {
  const [, clock = text, fraction, sign, offset] =
    /^([\d:]+)(?:\.(\d+))?(?:([+-])([\d:]+))?$/.exec(text) ?? [];
  const day = clock === '24:00:00' ? '00:00:00' : clock;
  const micros = fraction === undefined || /^0*$/.test(fraction) ? '' : `.${fraction.padEnd(6, '0')}`;
  if (sign === undefined || offset === undefined) return `${day}${micros}`;
  return `${day}${micros}${sign}${offset.length === 2 ? `${offset}:00` : offset}`;
}

function assertYear(text: string): void {
  if (/^\d{4}-/.test(text) && !text.endsWith(' BC')) return;
  throw new PythonRangeError(`${text} is outside the years 1 to 9999`);
}
