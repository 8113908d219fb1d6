import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { parseByteSize } from '../../electron/cli/byte-size.ts';
import { parseS3Url, resolveDestination } from '../../electron/cli/destination-options.ts';
import { parseNameList } from '../../electron/cli/name-list.ts';
import { cliWorld } from '../fakes/cli-world.ts';
import { parseTableName } from '../../electron/cli/table-name.ts';
import { parseWholeNumber } from '../../electron/cli/whole-number.ts';

const usage = (message: RegExp) =>
  expect.objectContaining({ code: 'CONFIG_USAGE', message: expect.stringMatching(message) });

const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
const name = fc.string({ unit: 'grapheme', minLength: 1 });

describe('--table', () => {
  it.each([
    ['Orders', { name: 'Orders' }],
    ['public.Orders', { schema: 'public', name: 'Orders' }],
    ['public."Odd.Name"', { schema: 'public', name: 'Odd.Name' }],
    ['"a""b".c d', { schema: 'a"b', name: 'c d' }],
  ])('%s', (text, table) => expect(parseTableName(text)).toEqual(table));

  it('takes any two names in quotes', () => {
    fc.assert(
      fc.property(name, name, (schema, table) => {
        expect(parseTableName(`${quote(schema)}.${quote(table)}`)).toEqual({ schema, name: table });
        expect(parseTableName(quote(table))).toEqual({ name: table });
      }),
    );
  });

  it.each(['', '.', 'a.', '.a', 'a.b.c', '"a', 'a"b', '""', '"a"b', 'a."b"c'])('refuses %j', (text) => {
    expect(() => parseTableName(text)).toThrow(usage(/^--table: /));
  });
});

describe('--columns', () => {
  it.each([
    ['a', ['a']],
    ['a,B , c d', ['a', 'B', 'c d']],
    ['"a,b",c', ['a,b', 'c']],
    [' "x ""y"" " ', ['x "y" ']],
  ])('%s', (text, names) => expect(parseNameList(text, '--columns')).toEqual(names));

  it('takes any names in quotes', () => {
    fc.assert(
      fc.property(fc.array(name, { minLength: 1 }), (names) => {
        expect(parseNameList(names.map(quote).join(','), '--columns')).toEqual(names);
      }),
    );
  });

  it.each(['', ',', 'a,', 'a,,b', '"a', '"a"b', 'a"b"', '""'])('refuses %j', (text) => {
    expect(() => parseNameList(text, '--columns')).toThrow(usage(/^--columns: /));
  });
});

describe('sizes', () => {
  it.each([
    ['67108864', 67_108_864],
    ['64MiB', 67_108_864],
    ['1GB', 1_000_000_000],
    ['1.5 gib', 1_610_612_736],
    ['0', 0],
    ['7b', 7],
  ])('%s', (text, bytes) => expect(parseByteSize(text, '--object-size')).toBe(bytes));

  it('take every whole number of bytes as it is', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseByteSize(String(bytes), '--object-size')).toBe(bytes);
      }),
    );
  });

  it.each(['', 'many', '-1', '1e9', '1 XB', '99999999999999999', '0x10', 'MB', '1TB2'])(
    'refuse %j',
    (text) => {
      expect(() => parseByteSize(text, '--object-size')).toThrow(usage(/^--object-size: /));
    },
  );
});

it.each(['', '0', '33', '1.5', '-1', ' 1', '1e1', 'x'])('a whole number from 1 to 32 is not %j', (text) => {
  expect(() => parseWholeNumber(text, '--parallel', 1, 32)).toThrow(usage(/^--parallel: .* from 1 to 32$/));
});

describe('the destination', () => {
  const at = (options: Parameters<typeof resolveDestination>[0], env = {}) =>
    resolveDestination(options, env, '/here');

  it('is a place in a bucket, with the credentials of the default chain', () => {
    expect(at({ s3: 's3://lake/in/orders/' })).toEqual({
      s3: {
        bucket: 'lake',
        prefix: 'in/orders/',
        region: 'us-east-1',
        pathStyle: false,
        credentials: { kind: 'default' },
      },
    });
  });

  it.each([
    [{ s3Endpoint: 'http://a' }, { AWS_ENDPOINT_URL_S3: 'http://b' }, 'http://a'],
    [{}, { AWS_ENDPOINT_URL_S3: 'http://b', AWS_ENDPOINT_URL: 'http://c' }, 'http://b'],
    [{}, { AWS_ENDPOINT_URL_S3: '', AWS_ENDPOINT_URL: 'http://c' }, 'http://c'],
  ])('has the endpoint of %j and %j', (options, env, endpoint) => {
    expect(at({ s3: 's3://lake', ...options }, env)).toMatchObject({ s3: { endpoint, pathStyle: true } });
  });

  it.each([
    [{ s3Region: 'eu-west-1' }, { AWS_REGION: 'x' }, 'eu-west-1'],
    [{}, { AWS_REGION: 'eu-west-2', AWS_DEFAULT_REGION: 'x' }, 'eu-west-2'],
    [{}, { AWS_DEFAULT_REGION: 'eu-west-3' }, 'eu-west-3'],
  ])('has the region of %j and %j', (options, env, region) => {
    expect(at({ s3: 's3://lake', ...options }, env)).toMatchObject({ s3: { region } });
  });

  it('is a saved one, or a folder below the current one', () => {
    expect(at({ destination: 'Lake' })).toEqual({ profile: 'Lake' });
    expect(at({ dir: 'out' })).toEqual({ folder: '/here/out' });
    expect(at({ dir: '/out' })).toEqual({ folder: '/out' });
  });

  it.each([{}, { s3: 's3://a', dir: 'b' }, { destination: 'a', dir: 'b' }, { dir: 'b', s3Region: 'x' }])(
    'must be one: %j',
    (options) => expect(() => at(options)).toThrow(expect.any(AppError)),
  );

  it.each(['lake/in', 's3://', 's3:///in', 'https://lake/in', 'S3:lake'])('is not %j', (url) => {
    expect(() => parseS3Url(url)).toThrow(usage(/^--s3: /));
  });
});

test.each([
  ['--table', ['--table', 'a', '--table', 'b', '--dir', 'out']],
  ['--dir', ['--table', 'a', '--dir', '']],
])('what would be left out, or land elsewhere, without a word is refused: %s', async (option, args) => {
  const { exitCode, err } = await cliWorld({}).run('extract', '--pg', 'postgres://me@h/shop', ...args);
  expect(exitCode).toBe(2);
  expect(err).toContain(`error: ${option}: `);
});
