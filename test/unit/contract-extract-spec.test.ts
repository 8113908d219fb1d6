/** Every field of a job refuses what is malformed, with a message that names the field. */
import { describe, expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import {
  OBJECT_SIZE_MAX,
  OBJECT_SIZE_MIN,
  extractSpecSchema,
  type ExtractSpecInput,
} from '../../electron/contract/extract-spec.ts';
import { parseInput } from '../../electron/contract/parse-input.ts';

const settings = { host: 'db', port: 5432, database: 'shop', user: 'ann', tls: 'prefer' } as const;
const s3 = {
  bucket: 'orders',
  prefix: 'in',
  region: 'us-east-1',
  pathStyle: false,
  credentials: { kind: 'default' },
} as const;
const minimal = {
  source: { profile: 'Demo' },
  selection: { table: { name: 'Orders' } },
  destination: { folder: '/data' },
} as const satisfies ExtractSpecInput;

function refusal(spec: unknown): AppError {
  try {
    parseInput(extractSpecSchema, spec);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error(`was accepted: ${JSON.stringify(spec)}`);
}

/** A spec with one field replaced; the path is that of the field in the message. */
function withField(path: string, value: unknown): unknown {
  const spec = structuredClone({
    ...minimal,
    format: { kind: 'csv' },
    ...base(path),
  }) as Record<string, unknown>;
  const names = path.split('.');
  let at: Record<string, unknown> = spec;
  for (const name of names.slice(0, -1)) at = at[name] as Record<string, unknown>;
  at[names.at(-1)!] = value;
  return spec;
}

/** The branch of a union that the field belongs to. */
function base(path: string): object {
  if (path.startsWith('source.settings')) return { source: { settings } };
  if (path.startsWith('destination.s3')) return { destination: { s3 } };
  if (path.startsWith('partitionBy.')) return { partitionBy: { column: 'a' } };
  if (path.startsWith('politeness.')) return { politeness: {} };
  if (path === 'tags' || path === 'metadata') return { destination: { profile: 'Lake' } };
  if (path.startsWith('destination.profile')) return { destination: { profile: 'Lake' } };
  if (path.startsWith('selection.query')) return { selection: { query: 'SELECT 1' } };
  return {};
}

const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`t${i}`, 'v']));
const notALine = ['', '  ', 'a\nb', 'a\u0000b', 5, null, undefined, ['a'], {}];
const notAName = ['', '   ', 'x'.repeat(101), 5, null, undefined, {}];
const notAnIdentifier = ['', 'x'.repeat(256), 'a\u0000b', 5, null, {}];
const notABoolean = ['true', 1, null];

const malformed: readonly (readonly [field: string, values: readonly unknown[]])[] = [
  ['version', [0, 2, '1', null]],
  ['kind', ['capture', '', null, 1]],
  ['name', ['', ' ', 'x'.repeat(101), 5, null]],
  ['source', [null, undefined, 'Demo', 5, [], {}]],
  ['source.profile', notAName],
  ['source.settings.host', [...notALine, 'x'.repeat(256)]],
  ['source.settings.port', [0, 65_536, -1, 1.5, '5432', Number.NaN, Infinity, null, undefined]],
  ['source.settings.database', notALine],
  ['source.settings.user', notALine],
  ['source.settings.tls', ['on', '', true, null, undefined]],
  ['selection', [null, undefined, 'Orders', {}]],
  ['selection.table', [null, 'Orders', [], {}]],
  ['selection.table.schema', notAnIdentifier],
  ['selection.table.name', [...notAnIdentifier, undefined]],
  ['selection.columns', [[], 'a', {}, null, Array.from({ length: 1_601 }, () => 'a')]],
  ['selection.columns.0', [['']].flat().map((name) => name)],
  ['selection.where', ['', '  ', 'x'.repeat(100_001), 5, null]],
  ['selection.query', ['', ' \n ', 'x'.repeat(1_000_001), 5, null, undefined]],
  ['mode', ['some', '', null]],
  ['destination', [null, undefined, '/data', {}]],
  ['destination.profile', notAName],
  ['destination.folder', [...notALine, 'x'.repeat(4097)]],
  ['destination.s3.bucket', ['', 'ab', 'Orders', 'a_b', '-ab', 'ab-', 'a'.repeat(64), 5, null, undefined]],
  ['destination.s3.prefix', ['a\nb', 'x'.repeat(513), 5, null, undefined]],
  ['destination.s3.region', notALine],
  ['destination.s3.endpoint', ['localhost:9000', 'ftp://host', 'http://user:pass@host', '', 5, null]],
  ['destination.s3.pathStyle', [...notABoolean, undefined]],
  ['destination.s3.credentials', [null, {}, { kind: 'magic' }, 'default']],
  ['format', [null, 'csv', {}, { kind: 'avro' }, { kind: 'parquet', header: true }]],
  ['format.dialect', ['excel', '', null, 5]],
  [
    'format.delimiter',
    ['', ',,', 'a', 'z', '0', '9', '.', '"', '\\', '\n', '\r', '\u0001', '§', '😀', 5, null],
  ],
  ['format.header', notABoolean],
  ['format.nullToken', ['x'.repeat(33), 'a"b', 'a\nb', 'a\rb', 'a,b', 5, null]],
  ['compression', ['lz4', 'gz', '', null, 5]],
  ['key', ['', '/a', 'a/', '{nothing}', '{', 'x'.repeat(901), 5, null]],
  ['overwrite', notABoolean],
  ['parallel', [0, 33, 1.5, '2', null]],
  ['destination.s3.encryption', [null, 'sse-s3', {}, { kind: 'sse-c' }, { kind: 'sse-s3', keyId: 'k' }]],
  [
    'destination.s3.encryption',
    [
      { kind: 'sse-kms', keyId: '' },
      { kind: 'sse-kms', bucketKey: 'yes' },
    ],
  ],
  ['destination.s3.storageClass', ['standard', 'EXPRESS_ONEZONE', '', null, 5]],
  ['destination.s3.requesterPays', notABoolean],
  ['destination.s3.acl', ['public-read-write', 'everybody', '', null]],
  ['destination.s3.checksum', ['md5', 'CRC32', '', null]],
  ['tags', [null, 'a=b', [], many(11), { 'aws:x': 'y' }, { '': 'y' }, { ['x'.repeat(129)]: 'y' }]],
  ['tags', [{ a: 'x'.repeat(257) }, { a: 'b*' }, { 'a?': 'b' }, { a: 5 }]],
  ['metadata', [null, 'a=b', { A: 'b' }, { 'a b': 'c' }, { a: ' b' }, { a: 'b ' }, { a: 'ä' }, { a: 'b\n' }]],
  ['metadata', [{ 'sluice-run': 'x' }, { a: 'x'.repeat(2_048) }, { a: 5 }]],
  ['politeness', [null, 'slow', { speed: 5 }]],
  ['politeness.bandwidth', [0, 1_023, -5, 2_000.5, '10MB', null]],
  ['politeness.lowPriority', notABoolean],
  ['politeness.statementTimeoutMs', [-1, 1.5, 2 ** 31, '5s', null]],
  ['politeness.lockTimeoutMs', [-1, 1.5, 2 ** 31, '5s', null]],
  ['partitionBy', [null, 'dt', {}, { column: 'a', per: 'day' }]],
  ['partitionBy.column', notAnIdentifier],
  ['partitionBy.by', ['week', '', null, 5]],
  ['partitionBy.as', ['', 'a\nb', 'x'.repeat(256), null, 5]],
  ['objectRows', [0, -1, 1.5, '10', null]],
  ['objectSize', [OBJECT_SIZE_MIN - 1, OBJECT_SIZE_MAX + 1, 6e6 + 0.5, '10000000', null]],
];

describe.each(malformed)('%s', (field, values) => {
  test.each(values.map((value) => [show(value), value] as const))('refuses %s', (_, value) => {
    const spec =
      field === 'selection.columns.0'
        ? { ...minimal, selection: { ...minimal.selection, columns: [value] } }
        : withField(field, value);
    const error = refusal(spec);
    expect(error.code).toBe('CONFIG_INVALID_INPUT');
    // A whole object that is missing is named by what is missing in it.
    expect(`${error.message} `).toMatch(new RegExp(`^${field.replaceAll('.', '\\.')}[.:]`));
    expect(error.details['field']).toSatisfy(
      (named: string) => named === field || named.startsWith(`${field}.`),
    );
  });
});

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 30)}… (${text.length})` : text;
}

describe('two fields together', () => {
  test('a null token is refused in the python dialect, which has none', () => {
    const error = refusal({ ...minimal, format: { kind: 'csv', dialect: 'python', nullToken: 'NULL' } });
    expect(error.message).toBe('format.nullToken: must be empty in the python dialect');
  });

  test('a null token must not contain the delimiter that was chosen', () => {
    const error = refusal({ ...minimal, format: { kind: 'csv', delimiter: '|', nullToken: 'a|b' } });
    expect(error.message).toBe('format.nullToken: must not contain the delimiter');
    expect(
      parseInput(extractSpecSchema, {
        ...minimal,
        format: { kind: 'csv', delimiter: '|', nullToken: 'a,b' },
      }),
    ).toBeDefined();
  });

  test('objectSize needs a key with {part}', () => {
    const error = refusal({ ...minimal, objectSize: OBJECT_SIZE_MIN, key: '{table}.{ext}' });
    expect(error.message).toMatch(/^key: must contain \{part\}/);
  });
});

describe('a field that is not known is refused by its name', () => {
  test.each([
    ['at the top', { ...minimal, tabel: 'x' }, 'tabel'],
    ['in the source', { ...minimal, source: { profile: 'Demo', password: 'x' } }, 'password'],
    ['in the selection', { ...minimal, selection: { table: { name: 'o' }, limit: 5 } }, 'limit'],
    ['in the table', { ...minimal, selection: { table: { name: 'o', catalog: 'x' } } }, 'catalog'],
    ['in the destination', { ...minimal, destination: { folder: '/x', bucket: 'b' } }, 'bucket'],
    ['in the format', { ...minimal, format: { kind: 'csv', quotes: "'" } }, 'quotes'],
    ['in json lines', { ...minimal, format: { kind: 'jsonl', header: true } }, 'header'],
  ])('%s', (_, spec, name) => {
    expect(refusal(spec).message).toContain(name);
  });
});

test('a source of two kinds, or a selection of two kinds, is refused', () => {
  expect(refusal({ ...minimal, source: { profile: 'a', settings } }).message).toMatch(/^source: /);
  expect(refusal({ ...minimal, selection: { table: { name: 'o' }, query: 'SELECT 1' } }).message).toMatch(
    /^selection: /,
  );
});

test('what is left out has a sensible default', () => {
  expect(parseInput(extractSpecSchema, minimal)).toEqual({
    version: 1,
    kind: 'extract',
    ...minimal,
    mode: 'full',
    format: { kind: 'csv', dialect: 'postgres', delimiter: ',', header: false, nullToken: '' },
    compression: 'none',
    key: '{schema}/{table}/{run_id}/part-{part}.{ext}',
    overwrite: false,
    acceptLossy: false,
  });
});

test('Parquet is compressed unless it is asked not to be', () => {
  const compressionOf = (more: object) => parseInput(extractSpecSchema, { ...minimal, ...more }).compression;
  expect(compressionOf({ format: { kind: 'parquet' } })).toBe('zstd');
  expect(compressionOf({ format: { kind: 'parquet' }, compression: 'none' })).toBe('none');
  expect(compressionOf({ format: { kind: 'jsonl' } })).toBe('none');
});

test('a spec that was parsed parses to itself: the history can be run again', () => {
  const spec = parseInput(extractSpecSchema, {
    ...minimal,
    source: { settings },
    destination: { s3: { ...s3, prefix: '/a/b/' } },
    objectSize: OBJECT_SIZE_MAX,
    parallel: 32,
    compression: 'zstd',
    format: { kind: 'csv', delimiter: '\t', nullToken: String.raw`\N` },
  });
  expect(parseInput(extractSpecSchema, JSON.parse(JSON.stringify(spec)))).toEqual(spec);
  expect('s3' in spec.destination && spec.destination.s3.prefix).toBe('a/b');
});

test.each(['\t', ' ', '|', ';', '~', "'", 'A', '{'])('the delimiter %j is accepted', (delimiter) => {
  expect(parseInput(extractSpecSchema, { ...minimal, format: { kind: 'csv', delimiter } })).toBeDefined();
});
