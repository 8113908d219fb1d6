import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createRunFiles } from '../../electron/engine/store/run-files.ts';
import { createOrders } from '../demo/sample-tables.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { comesBack } from '../harness/comes-back.ts';
import { startProgram } from '../harness/cli-program.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { startS3, type S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const ORDERS = [
  '1|Backordered|2020-06-01 12:00:00',
  '1|Shipped|2020-06-09 12:00:25',
  '2|Shipped|2020-07-11 03:05:00',
  '1|Shipped|2020-06-09 11:50:00',
  '3|Shipped|2020-07-12 12:00:00',
];
const PYTHON = ['--csv-dialect', 'python', '--delimiter', '|', '--key', 'order_extract.csv'];

/** Windows has no signals: there, kill ends a process without asking it. */
const onPosix = it.skipIf(process.platform === 'win32');

const postgres = sharedPostgres();
let s3: S3Server;
let temporary: TemporaryFolder;
let home: string;

beforeAll(async () => {
  s3 = await startS3();
  await createOrders(postgres());
  await postgres().query(
    `CREATE TABLE big AS SELECT i AS id, md5(i::text) AS h, repeat('x', 200) AS pad FROM generate_series(1, 600000) i`,
  );
});
afterAll(() => s3[Symbol.asyncDispose]());
beforeEach(async () => {
  temporary = await makeTemporaryFolder('cli');
  home = path.join(temporary.path, 'home');
  s3.addBucket('lake');
});
afterEach(() => temporary.remove());

const environment = () => ({
  SLUICE_HOME: home,
  HOME: temporary.path,
  AWS_ENDPOINT_URL_S3: s3.endpoint,
  AWS_ACCESS_KEY_ID: s3.credentials.accessKeyId,
  AWS_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
});
const start = (args: readonly string[], env: Record<string, string> = {}) =>
  startProgram(args, { cwd: temporary.path, env: { ...environment(), ...env } });
const sluice = (args: readonly string[], env: Record<string, string> = {}) => start(args, env).outcome;
const extract = (...more: string[]) => ['extract', '--pg', postgres().url, '--s3', 's3://lake/in', ...more];
const dataKeys = () =>
  s3
    .objects('lake')
    .map(({ key }) => key)
    .filter((key) => !key.includes('_sluice/'));

describe('sluice extract', () => {
  it('puts Orders into the bucket, byte for byte what the script wrote', async () => {
    const { exitCode, events, err } = await sluice(extract('--table', 'Orders', ...PYTHON, '--json'));
    expect([exitCode, err]).toEqual([0, '']);
    expect(s3.object('lake', 'in/order_extract.csv').toString()).toBe(`${ORDERS.join('\r\n')}\r\n`);
    const { runId, manifest, ...rest } = events.at(-1)!;
    expect(rest).toEqual({
      type: 'finished',
      outcome: 'succeeded',
      rows: 5,
      bytes: 159,
      objects: [{ key: 'in/order_extract.csv', rows: 5, bytes: 159, etag: expect.any(String) }],
      durationMs: expect.any(Number),
    });
    expect(manifest).toMatch(/^s3:\/\/lake\/in\/_sluice\/.*manifest\.json$/);
    const history = await createRunFiles(home, memoryLog()).list();
    expect(history.map(({ run }) => [run.id, run.origin, run.state.tag])).toEqual([
      [runId, 'cli', 'succeeded'],
    ]);
  });

  it('refuses to replace an object, unless it is told to', async () => {
    const args = extract('--table', 'Orders', ...PYTHON);
    expect((await sluice(args)).exitCode).toBe(0);
    const again = await sluice(args);
    expect([again.exitCode, again.out]).toEqual([4, '']);
    expect(again.err).toMatch(/\ncode: {2}DEST_OBJECT_EXISTS\n$/);
    expect((await sluice([...args, '--overwrite'])).exitCode).toBe(0);
  });

  it.each([
    ['a table that is not there', ['--table', 'orders'], 3, 'SOURCE_NO_RELATION'],
    ['a column that is not there', ['--table', 'Orders', '--columns', 'id'], 3, 'SOURCE_NO_COLUMN'],
    ['a query that writes', ['--query', 'DELETE FROM "Orders" RETURNING 1'], 3, 'SOURCE_'],
    ['a bucket that is not there', ['--table', 'Orders', '--s3', 's3://nowhere'], 4, 'DEST_NO_BUCKET'],
    ['a delimiter of two', ['--table', 'Orders', '--delimiter', '||'], 2, 'CONFIG_INVALID_INPUT'],
  ])('fails for %s, and leaves nothing', async (_name, args, exitCode, code) => {
    const outcome = await sluice(extract(...args, '--json'));
    expect(outcome.exitCode).toBe(exitCode);
    expect(outcome.events.at(-1)).toMatchObject({
      type: 'finished',
      outcome: 'failed',
      error: { code: expect.stringContaining(code) },
    });
    expect([dataKeys(), s3.openUploads('lake')]).toEqual([[], []]);
  });

  onPosix.each(['SIGINT', 'SIGTERM'] as const)('is cancelled by %s, and leaves nothing', async (signal) => {
    const program = start(extract('--table', 'big', '--compression', 'gzip', '--json'));
    await program.says('"phase":"transfer"');
    program.kill(signal);
    const { exitCode, events } = await comesBack(() => program.outcome);
    expect([exitCode, events.at(-1)?.['outcome']]).toEqual([130, 'cancelled']);
    expect([dataKeys(), s3.openUploads('lake')]).toEqual([[], []]);
    const { rows } = await postgres().query(
      `SELECT 1 FROM pg_stat_activity WHERE application_name = 'sluice' AND state = 'active'`,
    );
    expect(rows).toEqual([]);
  });

  onPosix('ends at once at a second Ctrl-C', async () => {
    const program = start([
      'extract',
      '--pg',
      postgres().url,
      '--query',
      'SELECT pg_sleep(30)',
      '--dir',
      'out',
    ]);
    await program.says('Extracting');
    program.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 350));
    program.kill('SIGINT');
    expect((await program.outcome).exitCode).toBe(130);
  });

  it.each([
    ['events', 'stdout', ['--json'], '"phase":"transfer"'],
    ['messages', 'stderr', [], 'Extracting'],
  ] as const)('goes on when nobody reads its %s', async (_name, stream, args, sign) => {
    const program = start(extract('--table', 'big', ...args));
    await program.says(sign);
    program.close(stream);
    expect((await program.outcome).exitCode).toBe(0);
    expect(dataKeys()).toHaveLength(1);
  });
});

describe('connections as with psql', () => {
  it('come from the service file, and the password from .pgpass', async () => {
    const { host, port, user, password } = postgres();
    const services = path.join(temporary.path, 'services.conf');
    await writeFile(services, `[shop]\nhost=${host}\nport=${String(port)}\nuser=${user}\ndbname=postgres\n`);
    const passwords = path.join(temporary.path, 'passwords');
    await writeFile(passwords, `${host}:*:*:${user}:${password}\n`, { mode: 0o600 });
    const env = { PGSERVICEFILE: services, PGPASSFILE: passwords };
    const { exitCode, out } = await sluice(
      ['preview', '--pg', 'service=shop', '--table', 'Orders', '--limit', '1'],
      env,
    );
    expect([exitCode, out]).toEqual([
      0,
      [
        'OrderId  OrderStatus  LastUpdated',
        '-------  -----------  -------------------',
        '      1  Backordered  2020-06-01 12:00:00',
        '',
      ].join('\n'),
    ]);
  });

  it('come from the variables, and a wrong password is told as one', async () => {
    const { host, port, user } = postgres();
    const env = { PGHOST: host, PGPORT: String(port), PGUSER: user, PGPASSWORD: 'wrong' };
    const { exitCode, err } = await sluice(['tables', '--pg', 'postgres'], env);
    expect(exitCode).toBe(3);
    expect(err).toContain('code:  SOURCE_AUTH_FAILED');
    expect(err).not.toContain('wrong');
  });
});

describe('sluice profiles', () => {
  it('imports, tests and uses what a pipeline.conf holds', async () => {
    const { host, port, user, password } = postgres();
    const conf = [
      '[postgres_config]',
      `host = ${host}`,
      `port = ${String(port)}`,
      `username = ${user}`,
      `password = ${password.replaceAll('%', '%%')}`,
      'database = postgres',
      '[aws_boto_credentials]',
      `access_key = ${s3.credentials.accessKeyId}`,
      `secret_key = ${s3.credentials.secretAccessKey}`,
      'bucket_name = lake',
    ];
    await writeFile(path.join(temporary.path, 'pipeline.conf'), conf.join('\n'));
    expect((await sluice(['profiles', 'import', 'pipeline.conf', '--name', 'Shop'])).exitCode).toBe(0);
    const listed = await sluice(['profiles', 'list']);
    expect(listed.out).toMatch(/Shop {2}connection .*saved\nShop {2}destination .*saved\n/);
    const tested = await sluice(['profiles', 'test', 'shop']);
    expect([tested.exitCode, tested.err]).toEqual([0, '']);
    expect(tested.out).toContain('The destination "Shop" works: bucket lake');
    const exported = await sluice(['profiles', 'export']);
    expect(exported.out).not.toContain(password);
    const args = [
      'extract',
      '--profile',
      'Shop',
      '--destination',
      'Shop',
      '--table',
      'public.Orders',
      '--json',
    ];
    // The saved keys are used, not those of the environment.
    const { exitCode } = await sluice(args, { AWS_ACCESS_KEY_ID: 'none', AWS_SECRET_ACCESS_KEY: 'none' });
    expect([exitCode, dataKeys().length]).toEqual([0, 1]);
  });
});

it('runs a saved job into a folder', async () => {
  await mkdir(path.join(temporary.path, 'jobs'));
  const job = {
    source: { settings: { ...address(), tls: 'disable' } },
    selection: { query: 'SELECT 1 AS one, NULL::text AS none' },
    destination: { folder: 'out' },
    format: { kind: 'jsonl' },
  };
  await writeFile(path.join(temporary.path, 'jobs', 'one.json'), JSON.stringify(job));
  const { exitCode } = await sluice(['run', 'jobs/one.json'], { PGPASSWORD: postgres().password });
  expect(exitCode).toBe(0);
  const written = await readdir(path.join(temporary.path, 'out'), { recursive: true });
  expect(written.filter((name) => name.endsWith('.jsonl'))).toHaveLength(1);
});

it('ends quietly when the reader of a preview has enough', async () => {
  const program = start(['preview', '--pg', postgres().url, '--table', 'big', '--limit', '500000']);
  await program.says('id');
  program.close('stdout');
  const { exitCode, err } = await program.outcome;
  expect([exitCode, err]).toEqual([0, '']);
});

function address() {
  const { host, port, user, database } = postgres();
  return { host, port, user, database };
}

describe('--conf pipeline.conf', () => {
  const conf = (...lines: string[]) => {
    const { host, port, user, password, database } = postgres();
    const source = ['[postgres_config]', `host = ${host}`, `port = ${port}`, `username = ${user}`];
    const more = [`password = ${password}`, `database = ${database}`, '', '[aws_boto_credentials]'];
    const keys = [
      `access_key = ${s3.credentials.accessKeyId}`,
      `secret_key = ${s3.credentials.secretAccessKey}`,
    ];
    return [...source, ...more, ...keys, 'bucket_name = lake', ...lines, ''].join('\n');
  };
  // Keys of the environment would hide whether those of the file are used.
  const withoutKeys = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' };

  it('extracts to the bucket of the file, with its keys, under exactly the key that is asked for', async () => {
    await writeFile(path.join(temporary.path, 'pipeline.conf'), conf());
    const args = ['extract', '--conf', 'pipeline.conf', '--table', 'Orders', ...PYTHON];
    const { exitCode, err } = await sluice(args, withoutKeys);
    expect([exitCode, err]).toEqual([0, expect.not.stringContaining(s3.credentials.secretAccessKey)]);
    expect(s3.object('lake', 'order_extract.csv').toString()).toBe(`${ORDERS.join('\r\n')}\r\n`);
    // Nothing of it is saved.
    const { out } = await sluice(['profiles', 'list', '--json'], withoutKeys);
    expect(out).not.toContain('lake');
  });

  it('goes with tables and preview, and with a place of its own', async () => {
    await writeFile(path.join(temporary.path, 'pipeline.conf'), conf());
    expect((await sluice(['tables', '--conf', 'pipeline.conf'])).out).toContain('Orders');
    expect((await sluice(['preview', '--conf', 'pipeline.conf', '--table', 'Orders'])).out).toContain(
      'Shipped',
    );
    const dir = ['--dir', 'out', ...PYTHON];
    expect((await sluice(['extract', '--conf', 'pipeline.conf', '--table', 'Orders', ...dir])).exitCode).toBe(
      0,
    );
    expect(await readdir(path.join(temporary.path, 'out'))).toContain('order_extract.csv');
  });

  it('sends the session token of temporary keys, to the endpoint of the file', async () => {
    const more = ['aws_session_token = temporary', `endpoint_url = ${s3.endpoint}`, 'region = us-east-1'];
    await writeFile(path.join(temporary.path, 'pipeline.conf'), conf(...more));
    const args = ['extract', '--conf', 'pipeline.conf', '--table', 'Orders', '--s3', 's3://lake/token'];
    // Nobody listens at this one.
    const env = { ...withoutKeys, AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9', AWS_SESSION_TOKEN: 'other' };
    const before = s3.requests.all.length;
    const { exitCode, err } = await sluice(args, env);
    expect([exitCode, err]).toEqual([0, expect.not.stringContaining('warning')]);
    const tokens = s3.requests.all.slice(before).map(({ headers }) => headers['x-amz-security-token']);
    expect([...new Set(tokens)]).toEqual(['temporary']);
  });

  it('is imported with a warning that the session token is not kept', async () => {
    const more = ['session_token = temporary', `endpoint = ${s3.endpoint}`, 'region = us-east-1'];
    await writeFile(path.join(temporary.path, 'pipeline.conf'), conf(...more));
    const { exitCode, out, err } = await sluice(['profiles', 'import', 'pipeline.conf', '--name', 'Lake']);
    expect([exitCode, out]).toEqual([0, expect.stringContaining(`s3://lake at ${s3.endpoint}`)]);
    expect(err).toContain('warning: "Lake" was saved without the session token');
    expect((await sluice(['profiles', 'test', 'Lake'], { AWS_ENDPOINT_URL_S3: '' })).out).toContain(
      'The destination "Lake" works',
    );
  });

  it('names what is missing', async () => {
    await writeFile(path.join(temporary.path, 'half.conf'), conf().split('[aws')[0] ?? '');
    const half = await sluice(['extract', '--conf', 'half.conf', '--table', 'Orders', ...PYTHON]);
    expect([half.exitCode, half.err]).toEqual([2, expect.stringContaining('--s3')]);
    const both = await sluice(['tables', '--conf', 'half.conf', '--pg', postgres().url]);
    expect([both.exitCode, both.err]).toEqual([2, expect.stringContaining('leave --profile and --pg out')]);
    const none = await sluice(['tables', '--conf', 'none.conf']);
    expect([none.exitCode, none.err]).toEqual([2, expect.stringContaining('none.conf cannot be read')]);
  });
});
