/** `--conf pipeline.conf` with every command that reads a place of its own, or one that a job has. */
import { describe, expect, it } from 'vitest';
import { captureSpecSchema, type CaptureSpec } from '../../electron/contract/capture-spec.ts';
import { AppError } from '../../electron/contract/app-error.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { cliWorld } from '../fakes/cli-world.ts';
import { fakeCaptureReading } from '../fakes/renderer-capture-reading.ts';

const SOURCE = `
[postgres_config]
host = db
port = 5432
username = ada
password = open
database = shop
`;
const AWS = `
[aws_boto_credentials]
access_key = AKIA1
secret_key = secret
bucket_name = lake
`;
const settings = { host: 'db', port: 5432, database: 'shop', user: 'ada', tls: 'prefer' } as const;
const place = {
  bucket: 'lake',
  prefix: '',
  region: 'us-east-1',
  pathStyle: false,
  credentials: { kind: 'keys', accessKeyId: 'AKIA1' },
} as const;
const MANIFEST = 's3://lake/shop/_sluice/runs/20261122T093000Z-4f3a9c21/manifest.json';
const NO_REGION = expect.stringContaining('has no region');
const job = (change: object = {}): CaptureSpec =>
  captureSpecSchema.parse({
    publication: 'p',
    name: 'orders',
    source: { settings },
    destination: { s3: place },
    ...change,
  });

/** A world with such a file, and with the saved captures of these specs. Every call is told of in `asked`. */
function world(text: string, saved: readonly CaptureSpec[] = [], env: Record<string, string> = {}) {
  const asked: [string, unknown][] = [];
  let reads = 0;
  const status = (name: string) => {
    const spec = saved.find((one) => one.name === name);
    if (spec === undefined) throw new AppError('STORE_CAPTURE_NOT_FOUND', `There is no capture "${name}".`);
    return statusOf(spec);
  };
  const note = <T>(call: string, input: unknown, answer: T): Promise<T> => {
    asked.push([call, input]);
    return Promise.resolve(answer);
  };
  const reading = fakeCaptureReading();
  const calls: Partial<CallHandlers> = {
    'capture.status': async ({ name }) => ({ status: status(name), samples: [] }),
    'capture.list': async () => ({ captures: saved.map(statusOf) }),
    'capture.stop': async (input) => await note('stop', input, status(input.name)),
    'capture.drop': async (input) => await note('drop', input, { dropped: [] }),
    'capture.remove': async (input) => await note('remove', input, {}),
    'capture.start': async (input) => {
      await note('start', input, undefined);
      throw new AppError('SLOT_MISSING', 'far enough');
    },
    'capture.script': async (input) => await note('script', input, { scripts: [] }),
    'capture.compact': async (input) =>
      await note('compact', input, {
        replaced: 0,
        written: 0,
        bytesBefore: 0,
        bytesAfter: 0,
        entries: 0,
        removed: 0,
      }),
    'capture.verify': async (input, context) =>
      await note('verifyCapture', input, await reading['capture.verify'](input, context)),
    'manifests.verify': async (input) =>
      await note('verify', input, { runId: 'r', proved: true, rows: 0, bytes: 0, objects: [] }),
    'manifests.loadScript': async (input) =>
      await note('loadScript', input, { files: [{ name: 'x.sql', text: 'COPY\n' }] }),
    'runs.discard': async (input) => await note('discard', input, { state: { tag: 'queued' as const } }),
    'relations.list': async () => ({ relations: [] }),
    'jobs.start': async (input) => {
      await note('extract', input, undefined);
      throw new AppError('SLOT_MISSING', 'far enough');
    },
  };
  const made = cliWorld(calls, {
    env,
    readTextFile: (file) => {
      if (!file.endsWith('p.conf')) return Promise.reject(new Error('ENOENT: no such file'));
      reads += 1;
      return Promise.resolve(text);
    },
  });
  const run = (...args: string[]) => made.run(...args, '--conf', 'p.conf');
  return { ...made, run, asked, reads: () => reads };
}

function statusOf(spec: CaptureSpec) {
  return {
    name: spec.name,
    spec,
    phase: 'stopped' as const,
    here: false,
    process: null,
    slot: `sluice_${spec.name}`,
    publication: `sluice_${spec.name}`,
    since: '2026-11-22T10:00:00.000Z',
    marks: { received: null, decoded: null, durable: null, acked: null },
    heldBytes: null,
    lagBytes: null,
    lagSeconds: null,
    changes: 0,
    transactions: 0,
    objects: 0,
    bytes: 0,
    changesPerSecond: 0,
    snapshotTables: { done: 0, all: 0, rows: 0 },
    lastError: null,
    notes: [],
    epoch: 1,
    sequence: 0,
    checkpoint: '',
  };
}

const LENT = [{ settings, password: 'open' }];
const KEYS = [{ settings: place, secretKey: 'secret' }];

describe('a saved capture', () => {
  it.each([
    ['stop', { name: 'orders' }],
    ['drop', { name: 'orders', confirm: 'sluice_orders' }],
    ['remove', { name: 'orders' }],
  ])('is reached by %s with password and keys of the file', async (verb, input) => {
    const { run, asked, lent, lentKeys } = world(SOURCE + AWS, [job()]);
    const { exitCode, err } = await run('capture', verb, '--name', 'orders');
    expect([exitCode, err]).toEqual([0, expect.not.stringContaining('warning')]);
    expect([asked, lent, lentKeys]).toEqual([[[verb, input]], LENT, KEYS]);
  });

  it.each<[string, object]>([
    ['another host', { source: { settings: { ...settings, host: 'other' } } }],
    ['another user', { source: { settings: { ...settings, user: 'bob' } } }],
    ['a saved connection', { source: { profile: 'Shop' } }],
  ])('of %s is not dropped with the file of this one', async (_name, change) => {
    const { run, asked } = world(SOURCE + AWS, [job(change)]);
    const { exitCode, err } = await run('capture', 'drop', '--name', 'orders');
    expect([exitCode, asked]).toEqual([2, []]);
    expect(err).toContain('--conf: the source of the job "orders" is not that of p.conf');
  });

  it('is dropped with a file that has keys alone', async () => {
    const { run, asked } = world(AWS, [job()]);
    expect((await run('capture', 'drop', '--name', 'orders')).exitCode).toBe(0);
    expect(asked).toHaveLength(1);
  });

  it('is listed by status where its source is that of the file', async () => {
    const others = [job({ name: 'theirs', source: { profile: 'Shop' } })];
    const { run } = world(SOURCE, [job(), ...others]);
    const { exitCode, events } = await run('capture', 'status', '--json');
    expect([exitCode, events.map(({ type, name }) => [type, name])]).toEqual([
      0,
      [
        ['capture', 'orders'],
        ['finished', undefined],
      ],
    ]);
    expect((await world(SOURCE, others).run('capture', 'status', '--name', 'theirs')).exitCode).toBe(2);
  });

  it.each([
    ['start', 'start', []],
    ['script', 'script', ['--target', 'duckdb']],
    ['compact', 'compact', []],
  ])('keeps its place with %s, and is opened with the keys of the file', async (verb, call, more) => {
    const kept = { ...place, prefix: 'changes', credentials: { kind: 'keys', accessKeyId: 'OLD' } };
    const { run, asked, lentKeys } = world(`${SOURCE}${AWS}region = us-east-1\n`, [
      job({ destination: { s3: kept } }),
    ]);
    const { err } = await run('capture', verb, '--name', 'orders', ...more);
    const destination = { s3: { ...place, prefix: 'changes' } };
    expect(asked).toEqual([
      [
        call,
        call === 'start'
          ? expect.objectContaining({ spec: expect.objectContaining({ destination }) })
          : expect.objectContaining({ destination }),
      ],
    ]);
    expect([lentKeys.length, err]).toEqual([1, expect.not.stringContaining('warning')]);
  });

  it('says that it goes on elsewhere than in the bucket of the file', async () => {
    const kept = { folder: '/data' };
    const { run, asked } = world(SOURCE + AWS, [job({ destination: kept })]);
    const { err } = await run('capture', 'start', '--name', 'orders');
    expect(asked).toMatchObject([['start', { spec: { destination: kept } }]]);
    expect(err).toContain('warning: The job "orders" keeps its place, which is not the bucket of p.conf');
    expect(err).not.toContain('no region');
  });

  it('that this machine does not know is read from the bucket of the file', async () => {
    const { run, asked } = world(SOURCE + AWS);
    await run('capture', 'script', '--name', 'orders', '--target', 'duckdb');
    expect(asked).toEqual([['script', { name: 'orders', target: 'duckdb', destination: { s3: place } }]]);
  });
});

describe('verify and load-script', () => {
  const manifestKey = MANIFEST.slice('s3://lake/'.length);

  it.each([
    ['verify', ['verify', MANIFEST], {}],
    ['loadScript', ['load-script', 'redshift', MANIFEST], { target: 'redshift' }],
  ])('%s opens the bucket of the manifest with the keys of the file', async (call, args, more) => {
    const { run, asked, lentKeys } = world(AWS);
    const { exitCode, err } = await run(...args);
    expect([exitCode, err]).toEqual([0, NO_REGION]);
    expect([asked, lentKeys]).toEqual([[[call, { ...more, manifestKey, destination: { s3: place } }]], KEYS]);
  });

  it('leave the region alone where the manifest is a file, or of a saved destination', async () => {
    for (const args of [['/data/manifest.json'], [MANIFEST, '--destination', 'Lake']]) {
      const { run, asked } = world(AWS);
      expect((await run('load-script', 'redshift', ...args)).err).toBe('');
      expect(JSON.stringify(asked)).not.toContain('AKIA1');
    }
  });

  it('a capture is verified in the bucket of the file, and compared with its source', async () => {
    const { run, asked, lent } = world(SOURCE + AWS);
    expect((await run('verify', '--job', 'orders')).exitCode).toBe(0);
    const input = { name: 'orders', destination: { s3: place }, waitSeconds: 60, source: { settings } };
    expect([asked, lent]).toEqual([[['verifyCapture', input]], LENT]);
  });

  it('a capture is compared with nothing where the file has no source', async () => {
    const { run, asked } = world(AWS);
    expect((await run('verify', 's3://lake/changes', '--job', 'orders')).exitCode).toBe(0);
    expect(asked).toEqual([
      [
        'verifyCapture',
        { name: 'orders', destination: { s3: { ...place, prefix: 'changes' } }, waitSeconds: 60 },
      ],
    ]);
  });
});

it('a run that has kept something is discarded with the keys of the file', async () => {
  const { run, lent, lentKeys } = world(SOURCE + AWS);
  expect((await run('discard', '20261122T093000Z-4f3a9c21')).exitCode).toBe(0);
  expect([lent, lentKeys]).toEqual([LENT, KEYS]);
});

it.each([['tables'], ['capture', 'stop', '--name', 'x'], ['verify', MANIFEST], ['discard', 'x']])(
  '%s %s tells of a file that cannot be read',
  async (...args) => {
    const { exitCode, err } = await cliWorld().run(...args, '--conf', 'none.conf');
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--conf: none.conf cannot be read')]);
  },
);

it.each([
  [['extract', '--help']],
  [['verify', '--help']],
  [['load-script', '--help']],
  [['resume', '--help']],
  [['discard', '--help']],
  [['run', '--help']],
  ...['start', 'status', 'stop', 'pause', 'resume', 'drop', 'remove', 'script', 'compact'].map((verb) => [
    ['capture', verb, '--help'],
  ]),
  ...['status', 'look', 'reset', 'rewind', 'backfill'].map((verb) => [['watermark', verb, '--help']]),
])('%j has the option', async (args) => {
  expect((await cliWorld().run(...args)).out).toContain('--conf <file>');
});

describe('the region', () => {
  const extract = ['extract', '--table', 'Orders'];

  it.each<[string, string[], Record<string, string>, string]>([
    ['an option', ['--s3-region', 'eu-west-1'], { AWS_REGION: 'us-east-2' }, 'eu-west-1'],
    ['the environment', [], { AWS_DEFAULT_REGION: 'eu-west-1' }, 'eu-west-1'],
  ])('that %s gives is nothing to warn of', async (_name, args, env, region) => {
    const { run, asked } = world(SOURCE + AWS, [], env);
    const { err } = await run(...extract, ...args);
    expect(asked).toMatchObject([['extract', { spec: { destination: { s3: { region } } } }]]);
    expect(err).not.toContain('warning');
  });

  it('of the file is used before that of the environment', async () => {
    const { run, asked } = world(`${SOURCE}${AWS}region = eu-west-1\n`, [], { AWS_REGION: 'us-east-2' });
    await run(...extract);
    expect(asked).toMatchObject([['extract', { spec: { destination: { s3: { region: 'eu-west-1' } } } }]]);
  });

  it('that nobody gives is warned of, once', async () => {
    const { err } = await world(SOURCE + AWS).run(...extract);
    expect(err.match(/has no region; us-east-1 was assumed/g)).toHaveLength(1);
  });

  it.each([[['tables']], [[...extract, '--dir', 'out']], [[...extract, '--destination', 'Lake']]])(
    'is nothing to warn of where the bucket is not used: %j',
    async (args) => {
      expect((await world(SOURCE + AWS).run(...args)).err).not.toContain('warning');
    },
  );
});

it('session token and endpoint of the file are used, the endpoint before that of the environment', async () => {
  const more = 'session_token = token\nendpoint = http://127.0.0.1:9000\nregion = r\n';
  const { run, asked, lentKeys } = world(SOURCE + AWS + more, [], { AWS_ENDPOINT_URL: 'http://other' });
  await run('extract', '--table', 'Orders');
  const s3 = { ...place, region: 'r', endpoint: 'http://127.0.0.1:9000', pathStyle: true };
  expect(asked).toMatchObject([['extract', { spec: { destination: { s3 } } }]]);
  expect(lentKeys).toEqual([{ settings: s3, secretKey: 'secret', sessionToken: 'token' }]);
});

it('a file is read once, because a pipe has nothing for a second reader', async () => {
  const { run, reads, lent } = world(SOURCE + AWS);
  await run('extract', '--table', 'Orders');
  expect([reads(), lent]).toEqual([1, LENT]);
});
