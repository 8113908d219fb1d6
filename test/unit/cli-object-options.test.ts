/** Options of the command line that are fields of the destination's settings, of the job's labels and its politeness. */
import { describe, expect, test } from 'vitest';
import { resolveDestination, type DestinationOptions } from '../../electron/cli/destination-options.ts';
import { parseDuration } from '../../electron/cli/duration.ts';
import { gathered, parseNameValues } from '../../electron/cli/name-values.ts';
import { parsePartition } from '../../electron/cli/partition-option.ts';
import { specFromOptions, type SpecOptions } from '../../electron/cli/spec-options.ts';

const toS3 = (options: DestinationOptions) => resolveDestination({ s3: 's3://lake', ...options }, {}, '/');
const specOf = (options: SpecOptions, destination: object = { profile: 'Lake' }) =>
  specFromOptions({ table: 'a', ...options }, { profile: 'Demo' }, destination as never);

describe('how S3 keeps objects', () => {
  test.each<[DestinationOptions, object]>([
    [{ sse: 's3' }, { encryption: { kind: 'sse-s3' } }],
    [{ sse: 'kms' }, { encryption: { kind: 'sse-kms' } }],
    [{ kmsKey: 'alias/data' }, { encryption: { kind: 'sse-kms', keyId: 'alias/data' } }],
    [{ sse: 'kms', kmsKey: 'k' }, { encryption: { kind: 'sse-kms', keyId: 'k' } }],
    [{ storageClass: 'standard_ia' }, { storageClass: 'STANDARD_IA' }],
    [{ requesterPays: true }, { requesterPays: true }],
    [{ acl: 'bucket-owner-full-control' }, { acl: 'bucket-owner-full-control' }],
    [{ checksum: 'crc64nvme' }, { checksum: 'crc64nvme' }],
  ])('%j is %j', (options, settings) => {
    expect(toS3(options)).toMatchObject({ s3: settings });
  });

  test('nothing is sent that was not asked for', () => {
    expect(Object.keys((toS3({}) as { s3: object }).s3)).toEqual([
      'bucket',
      'prefix',
      'region',
      'pathStyle',
      'credentials',
    ]);
  });

  test.each<[DestinationOptions, RegExp]>([
    [{ sse: 'c' }, /^--sse: "c" is not known; it takes s3, kms$/],
    [{ sse: 's3', kmsKey: 'k' }, /^--kms-key goes with --sse kms$/],
    [{ storageClass: 'cold' }, /^--storage-class: "COLD" is not known; it takes STANDARD, /],
    [{ acl: 'all' }, /^--acl: /],
    [{ checksum: 'md5' }, /^--checksum: /],
  ])('%j is refused', (options, message) => {
    expect(() => toS3(options)).toThrow(message);
  });

  test.each<DestinationOptions>([{ dir: 'out' }, { destination: 'Lake' }])('not with %j', (place) => {
    for (const option of [{ sse: 's3' }, { kmsKey: 'k' }, { requesterPays: true }, { acl: 'private' }])
      expect(() => resolveDestination({ ...place, ...option }, {}, '/')).toThrow(/go with --s3$/);
  });
});

describe('tags and metadata', () => {
  test('come several times', () => {
    const tag = gathered('for=a=b', gathered('team=data', undefined));
    expect(specOf({ tag, metadata: ['source=shop'] })).toMatchObject({
      tags: { team: 'data', for: 'a=b' },
      metadata: { source: 'shop' },
    });
  });

  test.each([['a'], ['=b'], ['']])('%j is no name=value', (text) => {
    expect(() => parseNameValues([text], '--tag')).toThrow(`--tag: "${text}" is not name=value`);
  });

  test('a name comes once', () => {
    expect(() => specOf({ tag: ['a=1', 'a=2'] })).toThrow('--tag: "a" comes twice');
  });

  test('what S3 would refuse is refused at once, by the name of the option', () => {
    expect(() => specOf({ tag: ['a=*'] })).toThrow(/^--tag: must consist of /);
    expect(() => specOf({ metadata: ['A=b'] })).toThrow(/^--metadata: /);
    expect(() => specOf({ tag: ['a=b'] }, { folder: '/out' })).toThrow(/^--tag and --metadata: must be S3/);
  });
});

describe('politeness', () => {
  test('has a field for each option', () => {
    expect(
      specOf({ bandwidth: '10MB/s', lowPriority: true, statementTimeout: '30m', lockTimeout: '5s' })
        .politeness,
    ).toEqual({ bandwidth: 1e7, lowPriority: true, statementTimeoutMs: 1_800_000, lockTimeoutMs: 5_000 });
    expect(specOf({}).politeness).toBeUndefined();
  });

  test('too slow a rate, and several connections of low priority, are refused', () => {
    expect(() => specOf({ bandwidth: '10' })).toThrow(/^--bandwidth: must be at least 1024/);
    expect(() => specOf({ lowPriority: true, parallel: '2' })).toThrow(/^--parallel: .*--low-priority/);
    expect(specOf({ lowPriority: true, parallel: '1' }).parallel).toBe(1);
  });

  test.each([
    ['0', 0],
    ['500ms', 500],
    ['1.5s', 1_500],
    ['30m', 1_800_000],
    ['30 min', 1_800_000],
    ['2H', 7_200_000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text, '--x')).toBe(ms);
  });

  test.each(['', '5', 's', '-5s', '5d', '1e3s'])('%j is no time', (text) => {
    expect(() => parseDuration(text, '--x')).toThrow(/^--x: /);
  });
});

describe('--partition-by', () => {
  test.each([
    ['dt', { column: 'dt' }],
    ['created:day', { column: 'created', by: 'day' }],
    ['created:day=dt', { column: 'created', by: 'day', as: 'dt' }],
    ['region=r', { column: 'region', as: 'r' }],
    ['"a:b=c":year=y', { column: 'a:b=c', by: 'year', as: 'y' }],
    ['"say ""so"""', { column: 'say "so"' }],
  ])('%s', (text, expected) => {
    expect(parsePartition(text)).toEqual(expected);
  });

  test.each(['', ':day', 'a:week', 'a:day:b', '=b', '"a'])('%j is refused', (text) => {
    expect(() => parsePartition(text)).toThrow(/^--partition-by: .* is not COLUMN/);
  });

  test('brings a key of its own, and one without the folder is refused by the name of the option', () => {
    expect(specOf({ partitionBy: 'created:day=dt' }).key).toBe(
      '{schema}/{table}/{run_id}/{partition}/part-{part}.{ext}',
    );
    expect(() => specOf({ partitionBy: 'a', key: 'x/{part}' })).toThrow(
      '--key: must contain {partition} when --partition-by is set, and only then',
    );
    expect(() => specOf({ key: '{partition}/{part}' })).toThrow(/^--key: must contain {partition}/);
    expect(() => specOf({ partitionBy: 'a', key: '{partition}/x' })).toThrow(/^--key: must contain {part} /);
    expect(() => specOf({ partitionBy: 'a=' })).toThrow(/^--partition-by: /);
  });
});
