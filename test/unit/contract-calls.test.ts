/** Every field of every call refuses what is malformed, with a message that names the field. */
import { describe, expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { CALLS, type CallName } from '../../electron/contract/calls.ts';
import { parseInput } from '../../electron/contract/parse-input.ts';
import { CAPTURE_CASES, type Case } from '../harness/capture/call-cases.ts';

const ID = '7d9f9a0e-5f7c-4a53-8e0e-0d2f3f0f9a11';
const RUN = '20261122T093000Z-4f3a9c21';
const NOT_AN_ID = ['', 'x', '7d9f9a0e', 5, null, undefined, {}];
const NOT_A_RUN = ['', 'x', '../etc', `${RUN}/..`, ID, 5, null, undefined];
const NOT_A_NAME = ['', '  ', 'x'.repeat(101), 5, null, undefined];
const NOT_A_LINE = ['', ' ', 'a\nb', 'a\u0000', 5, null, undefined];
const NOT_A_CHANGE = [{ kind: 'set' }, { kind: 'set', value: '' }, { kind: 'show' }];
const NOT_A_SECRET = [null, undefined, 'secret', {}, ...NOT_A_CHANGE];
const NOT_AN_INDEX = [-1, 0.5, '0', Number.NaN, 2 ** 60, null, undefined];

const byId: Case = { valid: { id: ID }, fields: { id: NOT_AN_ID } };
const byRun: Case = { valid: { runId: RUN }, fields: { runId: NOT_A_RUN } };
const none: Case = { valid: {}, fields: {} };

const relation = { schema: 'public', name: 'Orders' };
const relationFields = {
  relation: [null, undefined, 'Orders'],
  'relation.schema': ['', 'a\u0000', 'x'.repeat(256), 5, null, undefined],
  'relation.name': ['', 'a\u0000', 'x'.repeat(256), 5, null, undefined],
};

const connection: Case = {
  valid: {
    name: 'Demo',
    colour: 'blue',
    readOnly: true,
    settings: { host: 'db', port: 5432, database: 'shop', user: 'ann', tls: 'prefer' },
    password: { kind: 'keep' },
  },
  fields: {
    id: ['', 'x', 5, null],
    name: NOT_A_NAME,
    colour: ['pink', '', 5, null, undefined],
    readOnly: ['yes', 1, null, undefined],
    settings: [null, undefined, 'postgres://x'],
    'settings.host': [...NOT_A_LINE, 'x'.repeat(256)],
    'settings.port': [0, 65_536, 1.5, '5432', null, undefined],
    'settings.database': NOT_A_LINE,
    'settings.user': NOT_A_LINE,
    'settings.tls': ['on', '', null, undefined],
    password: NOT_A_SECRET,
  },
};

const destination: Case = {
  valid: {
    name: 'Lake',
    settings: {
      bucket: 'orders',
      prefix: '',
      region: 'us-east-1',
      endpoint: 'http://localhost:9000',
      pathStyle: true,
      credentials: { kind: 'keys', accessKeyId: 'AKIA' },
    },
    secretKey: { kind: 'keep' },
  },
  fields: {
    id: ['', 'x', 5, null],
    name: NOT_A_NAME,
    settings: [null, undefined, 's3://orders'],
    'settings.bucket': ['', 'Orders', 'ab', 'a'.repeat(64), 's3://orders', 5, null, undefined],
    'settings.prefix': ['a\nb', 'x'.repeat(513), 5, null, undefined],
    'settings.region': [...NOT_A_LINE, 'x'.repeat(65)],
    'settings.endpoint': ['localhost', 'ftp://x', 'http://key:secret@host', 5, null],
    'settings.pathStyle': ['no', 0, null, undefined],
    'settings.credentials': [null, undefined, {}, { kind: 'none' }],
    'settings.credentials.accessKeyId': NOT_A_LINE,
    secretKey: NOT_A_SECRET,
  },
};

const spec = {
  source: { profile: 'Demo' },
  selection: { table: { name: 'Orders' } },
  destination: { folder: '/data' },
};

const job: Case = { valid: { spec }, fields: { spec: [null, undefined, 'spec', {}] } };

const byName: Case = {
  valid: { name: 'orders' },
  fields: { name: ['', '../x', 'a/b', '.hidden', 'x'.repeat(101), 5, null, undefined] },
};

const NOT_AN_LSN = ['', '16', '16/', '/1', 'g/1', 5, null];
const inspect: Case = {
  valid: { connectionId: ID, fromLsn: '0/1', uptoLsn: '16/B374D848', bytes: 1_024, seconds: 5 },
  fields: {
    connectionId: NOT_AN_ID,
    fromLsn: NOT_AN_LSN,
    uptoLsn: NOT_AN_LSN,
    bytes: [0, 256 * 1024 * 1024 + 1, 0.5, '1', null],
    seconds: [0, 601, 0.5, '1', null],
  },
};

/** Of the files of a capture. */
const ofFiles = (valid: object, fields: Case['fields']): Case => ({
  valid: { destination: { folder: '/data' }, name: 'orders', ...valid },
  fields: {
    destination: [null, undefined, {}, { folder: '' }],
    name: ['', '../x', 5, null, undefined],
    ...fields,
  },
});

const CASES: Readonly<Record<CallName, Case>> = {
  ...CAPTURE_CASES,
  'app.info': none,
  'desktop.preferences': none,
  'desktop.setPreferences': {
    valid: { tray: true, startAtLogin: false },
    fields: { tray: [1, 'on', null, undefined], startAtLogin: [1, 'on', null, undefined] },
  },
  'profiles.list': none,
  'profiles.import': {
    valid: { text: 'postgres://ann@db/shop', name: 'Demo' },
    fields: { text: ['', 'x'.repeat(1_000_001), 5, null, undefined], name: ['', 'x'.repeat(101), 5, null] },
  },
  'profiles.export': none,
  'connections.save': connection,
  'connections.duplicate': byId,
  'connections.remove': byId,
  'connections.restore': byId,
  'connections.test': connection,
  'destinations.save': destination,
  'destinations.duplicate': byId,
  'destinations.remove': byId,
  'destinations.restore': byId,
  'destinations.test': destination,
  'relations.list': { valid: { connectionId: ID }, fields: { connectionId: NOT_AN_ID } },
  'relations.describe': {
    valid: { connectionId: ID, relation },
    // Without a schema the search_path decides.
    fields: { connectionId: NOT_AN_ID, ...relationFields, 'relation.schema': ['', 'a\u0000', 5, null] },
  },
  'preview.open': {
    valid: { connectionId: ID, relation },
    fields: { connectionId: NOT_AN_ID, ...relationFields, 'relation.schema': ['', 'a\u0000', 5, null] },
  },
  'preview.page': {
    valid: { previewId: ID, from: 0, count: 100 },
    fields: { previewId: NOT_AN_ID, from: NOT_AN_INDEX, count: [0, 1_001, 0.5, '10', null, undefined] },
  },
  'preview.value': {
    valid: { previewId: ID, row: 0, column: 0 },
    fields: { previewId: NOT_AN_ID, row: NOT_AN_INDEX, column: [...NOT_AN_INDEX, 2_001] },
  },
  'preview.close': { valid: { previewId: ID }, fields: { previewId: NOT_AN_ID } },
  'extract.plan': {
    valid: { spec, count: true },
    fields: {
      spec: [null, undefined, 'spec', {}],
      'spec.format': [{}, { kind: 'xml' }],
      count: ['yes', 1, null],
    },
  },
  'watermark.get': job,
  'watermark.look': {
    valid: { ...job.valid, count: 'cheap' },
    fields: { ...job.fields, count: ['never', true, null] },
  },
  'watermark.reset': job,
  'watermark.rewind': {
    valid: { ...job.valid, runId: RUN },
    fields: { ...job.fields, runId: NOT_A_RUN },
  },
  'wal.status': {
    valid: { connectionId: ID, diskLimitBytes: 1_000 },
    fields: { connectionId: NOT_AN_ID, diskLimitBytes: [0, -1, 0.5, '1', null] },
  },
  'wal.watches': none,
  'wal.watch': {
    valid: { connectionId: ID, watch: { diskLimitBytes: 1_000, heartbeat: true } },
    fields: {
      connectionId: NOT_AN_ID,
      watch: [undefined, true, {}, { heartbeat: 1 }, { heartbeat: true, more: 1 }],
      'watch.diskLimitBytes': [0, -1, 0.5, '1', null],
    },
  },
  'wal.catalog': { valid: { connectionId: ID }, fields: { connectionId: NOT_AN_ID } },
  'wal.preflight': { valid: { connectionId: ID }, fields: { connectionId: NOT_AN_ID } },
  'wal.heartbeat': { valid: { connectionId: ID }, fields: { connectionId: NOT_AN_ID } },
  'wal.dropSlot': {
    valid: { connectionId: ID, slot: 'orders', confirm: 'orders' },
    fields: {
      connectionId: NOT_AN_ID,
      slot: ['', 'a\u0000', 'x'.repeat(256), 5, null, undefined],
      confirm: ['x'.repeat(256), 5, null, undefined],
    },
  },
  'wal.records': {
    valid: { ...inspect.valid, limit: 10 },
    fields: { ...inspect.fields, limit: [0, 10_001, 0.5, '1', null] },
  },
  'wal.stats': {
    valid: { ...inspect.valid, perRecord: true },
    fields: { ...inspect.fields, perRecord: ['yes', 1, null] },
  },
  'wal.peekOpen': {
    valid: {
      connectionId: ID,
      slot: 'orders',
      plugin: 'pgoutput',
      publications: ['p'],
      filter: { table: 'public.Orders', operations: ['insert'], key: '7' },
      limits: { changes: 10, bytes: 4_096, seconds: 5, uptoLsn: '16/B374D848' },
      valueLimit: 100,
    },
    fields: {
      connectionId: NOT_AN_ID,
      slot: ['', 'a\u0000', 'x'.repeat(256), 5, undefined],
      plugin: ['wal2json', '', null],
      publications: [[], [''], 'p', null],
      'filter.table': ['', 5, null],
      'filter.operations': [[], ['select'], 'insert', null],
      'filter.key': ['', 5, null],
      'limits.changes': [0, 100_001, 0.5, '5', null],
      'limits.bytes': [1, 2 ** 30, '5', null],
      'limits.seconds': [0, 3_601, '5', null],
      'limits.uptoLsn': ['', '16', '16/', '16/B374D848A', 5, null],
      valueLimit: [0, 1_048_577, '5', null],
    },
  },
  'wal.peekNext': {
    valid: { peekId: ID, waitMs: 10 },
    fields: { peekId: NOT_AN_ID, waitMs: [-1, 5_001, 0.5, '5', null] },
  },
  'wal.peekClose': { valid: { peekId: ID }, fields: { peekId: NOT_AN_ID } },
  'savedJobs.list': none,
  'savedJobs.save': {
    valid: { spec: { ...spec, name: 'orders' }, replace: true },
    fields: {
      spec: [null, undefined, 'spec', {}, spec],
      'spec.name': ['', '../x', 'a/b', 'ends.', 'capture', '名'.repeat(90), 5],
      replace: ['yes', 1, null],
    },
  },
  'savedJobs.remove': byName,
  'savedJobs.setTimer': {
    valid: { name: 'orders', when: { kind: 'every', minutes: 15 } },
    fields: {
      ...byName.fields,
      when: [
        undefined,
        {},
        { kind: 'hourly' },
        { kind: 'daily', at: '6:30' },
        { kind: 'daily', at: '24:00' },
      ],
      'when.minutes': [0, 0.5, 10_081, '15', null],
    },
  },
  'jobs.start': {
    valid: { spec },
    // The fields of a spec have a table of their own.
    fields: { spec: [null, undefined, 'spec', {}], 'spec.source': [null, {}], 'spec.key': ['/x', '{x}'] },
  },
  'runs.list': {
    valid: {},
    fields: {
      state: ['running', '', 5, null],
      text: ['x'.repeat(201), 5, null],
      job: ['', 'x'.repeat(101), 5, null],
      limit: [0, 1_001, 1.5, '5', null],
    },
  },
  'runs.get': byRun,
  'manifests.verify': {
    valid: { destination: { folder: '/data' }, manifestKey: '_sluice/runs/x/manifest.json' },
    fields: { destination: [null, undefined, {}, { folder: '' }], manifestKey: ['', 5, null, undefined] },
  },
  'capture.verify': ofFiles(
    { source: { profile: 'Demo' }, waitSeconds: 0 },
    { source: [null, {}, { profile: '' }], waitSeconds: [-1, 1.5, 86_401, '5', null] },
  ),
  'capture.compact': ofFiles(
    { targetBytes: 1024 ** 2, removeAfterHours: 24 },
    { targetBytes: [0, 1.5, 1024 ** 4, '5', null], removeAfterHours: [-1, '5', null] },
  ),
  'capture.script': ofFiles(
    { target: 'duckdb', table: { schema: 'public', name: 'Orders' } },
    { target: ['', 'DuckDB', 'bigquery', 5, null, undefined], table: ['Orders', { name: 'Orders' }, null] },
  ),
  'manifests.loadScript': {
    valid: {
      destination: { folder: '/data' },
      manifestKey: '_sluice/runs/x/manifest.json',
      target: 'duckdb',
    },
    fields: {
      destination: [null, undefined, {}, { folder: '' }],
      manifestKey: ['', 5, null, undefined],
      target: ['', 'DuckDB', 'oracle', 5, null, undefined],
    },
  },
  'runs.resume': byRun,
  'runs.discard': byRun,
  'runs.pause': byRun,
  'runs.continue': byRun,
  'runs.cancel': byRun,
};

const names = Object.keys(CASES) as CallName[];

test('the table of calls is covered as a whole', () => {
  expect(names.toSorted()).toEqual(Object.keys(CALLS).toSorted());
});

describe.each(names)('%s', (name) => {
  const { valid, fields } = CASES[name];
  const parse = (input: unknown) => parseInput(CALLS[name].input, input);

  test('takes what is well-formed', () => {
    expect(() => parse(valid)).not.toThrow();
  });

  test.each([null, undefined, 'text', 5, []])('refuses %j as a whole', (input) => {
    expect(() => parse(input)).toThrow(AppError);
  });

  const malformed = Object.entries(fields).flatMap(([field, values]) =>
    values.map((value) => [field, show(value), value] as const),
  );
  if (malformed.length === 0) return;
  test.each(malformed)('refuses %s = %s by its name', (field, _, value) => {
    const error = refusal(() => parse(changed(valid, field.split('.'), value)));
    expect(error.code).toBe('CONFIG_INVALID_INPUT');
    expect(error.message).toMatch(new RegExp(`^${field.replaceAll('.', '\\.')}[.:]`));
  });
});

function refusal(work: () => unknown): AppError {
  try {
    work();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

function changed(
  input: Record<string, unknown>,
  path: readonly string[],
  value: unknown,
): Record<string, unknown> {
  const [name, ...rest] = path;
  const inner = rest.length === 0 ? value : changed(input[name!] as Record<string, unknown>, rest, value);
  return { ...input, [name!]: inner };
}

function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 40 ? `${text.slice(0, 20)}… (${String(text.length)})` : text;
}
