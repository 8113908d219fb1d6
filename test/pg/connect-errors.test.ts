/** Each way in which a connection can fail says which one it is, and how to mend it. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ConnectionSettings } from '../../electron/contract/connection-profile.ts';
import { ERRORS, exitCodeOf, type ErrorCode } from '../../electron/contract/error-table.ts';
import type { SecretInput } from '../../electron/contract/fields.ts';
import { comesBack } from '../harness/comes-back.ts';
import { TestEngine, failure, settingsOf } from '../harness/engine/test-engine.ts';
import { freePort } from '../harness/free-port.ts';
import { TLS_CERTIFICATE } from '../harness/postgres/cluster.ts';
import type { PostgresServer } from '../harness/postgres/postgres-server.ts';
import { sharedPostgres } from '../harness/postgres/shared-postgres.ts';
import { ScriptedServer, postgresError } from '../harness/scripted-server.ts';

const plain = sharedPostgres();
const withTls = sharedPostgres({ tls: true });
const onlyTls = sharedPostgres({ tls: 'required' });
let engine: TestEngine;

beforeAll(async () => {
  engine = await TestEngine.start();
});
afterAll(() => engine[Symbol.asyncDispose]());
beforeEach(() => {
  vi.stubEnv('PGPASSWORD', undefined);
  vi.stubEnv('PGPASSFILE', '/nonexistent');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

interface Attempt {
  readonly settings?: Partial<ConnectionSettings>;
  readonly password?: SecretInput;
}

async function attempt(server: PostgresServer, { settings = {}, password }: Attempt) {
  return await engine.call('connections.test', {
    name: 'Attempt',
    colour: 'red',
    readOnly: true,
    settings: { ...settingsOf(server), ...settings },
    password: password ?? { kind: 'set', value: server.password },
  });
}

async function refusal(server: PostgresServer, change: Attempt) {
  const result = await attempt(server, change);
  if (result.ok) throw new Error('the connection was made');
  return result.error;
}

const table: readonly (readonly [string, () => PostgresServer, Attempt, ErrorCode, RegExp])[] = [
  [
    'a wrong password',
    plain,
    { password: { kind: 'set', value: 'wrong' } },
    'SOURCE_AUTH_FAILED',
    /"sluice"/,
  ],
  ['an unknown user', plain, { settings: { user: 'nobody' } }, 'SOURCE_AUTH_FAILED', /"nobody"/],
  ['no password', plain, { password: { kind: 'clear' } }, 'CONFIG_SECRET_MISSING', /"sluice"/],
  ['an unknown database', plain, { settings: { database: 'nowhere' } }, 'SOURCE_NO_DATABASE', /"nowhere"/],
  [
    'an unknown host',
    plain,
    { settings: { host: 'no-such-host.invalid' } },
    'SOURCE_HOST_NOT_FOUND',
    /"no-such-host.invalid" was not found/,
  ],
  [
    'TLS where there is none',
    plain,
    { settings: { tls: 'require' } },
    'SOURCE_TLS_REFUSED',
    /does not offer TLS/,
  ],
  [
    'verified TLS where there is none',
    plain,
    { settings: { tls: 'verify-full' } },
    'SOURCE_TLS_REFUSED',
    /TLS/,
  ],
  [
    'a self-signed certificate',
    withTls,
    { settings: { tls: 'verify-full' } },
    'SOURCE_TLS_UNTRUSTED',
    /not trusted/,
  ],
  [
    'an unknown authority',
    withTls,
    { settings: { tls: 'verify-ca' } },
    'SOURCE_TLS_UNTRUSTED',
    /not trusted/,
  ],
  [
    'no TLS where it is required',
    onlyTls,
    { settings: { tls: 'disable' } },
    'SOURCE_TLS_REQUIRED',
    /without TLS/,
  ],
];

test.each([
  ['verify-full', '127.0.0.1'],
  ['verify-ca', 'localhost'],
  ['require', 'localhost'],
] as const)('a file with the authority of the server is trusted: %s', async (tls, host) => {
  const result = await attempt(withTls(), { settings: { host, tls, caFile: TLS_CERTIFICATE } });
  expect(result).toMatchObject({ ok: true, facts: { encrypted: true } });
});

describe('a connection test tells', () => {
  test.each(['verify-full', 'verify-ca', 'require'] as const)(
    'that the file names another authority than the one that signed: %s',
    async (tls) => {
      const caFile = path.join(engine.dataFolder, 'other-authority.pem');
      await writeFile(caFile, rootCertificates[0] ?? '');
      expect(await refusal(withTls(), { settings: { tls, caFile } })).toMatchObject({
        code: 'SOURCE_TLS_UNTRUSTED',
        message: expect.stringContaining('not trusted'),
      });
    },
  );

  test('that the file of authorities is not there, or is none', async () => {
    const missing = path.join(engine.dataFolder, 'nothing.pem');
    expect(await refusal(withTls(), { settings: { tls: 'verify-full', caFile: missing } })).toMatchObject({
      code: 'SOURCE_TLS_UNTRUSTED',
      message: expect.stringContaining('cannot be read'),
    });
    const none = path.join(engine.dataFolder, 'none.pem');
    await writeFile(none, 'not a certificate');
    expect(await refusal(withTls(), { settings: { tls: 'verify-full', caFile: none } })).toMatchObject({
      code: 'SOURCE_TLS_UNTRUSTED',
      message: expect.stringContaining('PEM'),
    });
  });

  test.each(table)('%s', async (_, server, change, code, message) => {
    const error = await refusal(server(), change);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    expect(error.hint).toBe(ERRORS[code].hint);
    expect(JSON.stringify(error)).not.toContain(server().password);
    expect(exitCodeOf(error.code)).toBe(code.startsWith('CONFIG_') ? 2 : 3);
  });

  test('that nothing listens on the port', async () => {
    const error = await refusal(plain(), { settings: { port: await freePort() } });
    expect(error.code).toBe('SOURCE_UNREACHABLE');
    expect(error.message).toMatch(/^Nothing answers at 127\.0\.0\.1, port \d+ \(ECONNREFUSED\)/);
  });

  test('that too many are connected', async () => {
    await plain().query(`CREATE ROLE crowded LOGIN PASSWORD 'x' CONNECTION LIMIT 0`);
    const error = await refusal(plain(), {
      settings: { user: 'crowded' },
      password: { kind: 'set', value: 'x' },
    });
    expect(error.code).toBe('SOURCE_TOO_MANY_CONNECTIONS');
  });

  test('a wrong PGPASSWORD from a missing one', async () => {
    vi.stubEnv('PGPASSWORD', 'wrong');
    const error = await refusal(plain(), { password: { kind: 'clear' } });
    expect(error.code).toBe('SOURCE_AUTH_FAILED');
  });

  test.each([
    ['57P03', 'SOURCE_SHUTDOWN', 'the database system is starting up'],
    ['53300', 'SOURCE_TOO_MANY_CONNECTIONS', 'sorry, too many clients already'],
    ['28000', 'SOURCE_AUTH_FAILED', 'role "x" is not permitted to log in'],
    ['28P01', 'SOURCE_AUTH_FAILED', 'password authentication failed'],
    ['3D000', 'SOURCE_NO_DATABASE', 'database "x" does not exist'],
    ['XX000', 'SOURCE_QUERY_FAILED', 'something else'],
  ] as const)('SQLSTATE %s as %s, in words that the server chose', async (sqlstate, code, message) => {
    await using server = await ScriptedServer.start((socket) => socket.end(postgresError(sqlstate, message)));
    const error = await refusal(plain(), { settings: { port: server.port } });
    expect(error.code).toBe(code);
    expect(error.message.toLowerCase()).toContain(message.toLowerCase());
  });

  test('a server that hangs up', async () => {
    await using server = await ScriptedServer.start((socket) => socket.destroy());
    const error = await refusal(plain(), { settings: { port: server.port } });
    expect(error.code).toMatch(/^SOURCE_(CONNECTION_LOST|UNREACHABLE)$/);
  });

  test('a server that is something else', async () => {
    await using server = await ScriptedServer.start((socket) =>
      socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    );
    for (const tls of ['disable', 'prefer', 'require'] as const) {
      const error = await refusal(plain(), { settings: { port: server.port, tls } });
      expect(error.code).toMatch(/^SOURCE_(CONNECTION_LOST|UNREACHABLE|PROTOCOL)$/);
    }
  });
});

/** A connection has ten seconds. */
const BEFORE_IT_IS_GIVEN_UP_MS = 9_000;

describe.concurrent('a host that takes the connection and says nothing', () => {
  test('is given up after ten seconds', async ({ expect: check }) => {
    await using server = await ScriptedServer.start(() => undefined);
    const error = await refusal(plain(), { settings: { port: server.port } });
    check(error.code).toBe('SOURCE_CONNECT_TIMEOUT');
  });

  test('and so is one that says nothing behind its greeting', async ({ expect: check }) => {
    // AuthenticationOk and ReadyForQuery. https://www.postgresql.org/docs/current/protocol-message-formats.html
    const greeting = Buffer.from('5200000008000000005a0000000549', 'hex');
    await using server = await ScriptedServer.start((socket) =>
      socket.once('data', () => socket.write(greeting)),
    );
    const error = await refusal(plain(), { settings: { port: server.port, tls: 'disable' } });
    check(error.code).toBe('SOURCE_CONNECT_TIMEOUT');
  });
});

// One after the other: what a server was called for is counted for the test that ends.
describe('a host that says nothing', () => {
  test('does not hold up a run that is cancelled', async () => {
    await using silent = await ScriptedServer.start(() => undefined);
    await using own = await TestEngine.start();
    await own.useDatabase({ ...settingsOf(plain()), password: 'x', port: silent.port });
    const runId = await own.start({
      selection: { table: { name: 'x' } },
      destination: { folder: own.dataFolder },
    });
    await silent.called;
    const { state } = await comesBack(() => own.call('runs.cancel', { runId }), BEFORE_IT_IS_GIVEN_UP_MS);
    expect(state.tag).toBe('cancelled');
  });

  test('does not hold up a connection test that is given up', async () => {
    await using silent = await ScriptedServer.start(() => undefined);
    const controller = new AbortController();
    const draft = {
      name: 'x',
      colour: 'red',
      readOnly: true,
      settings: { ...settingsOf(plain()), port: silent.port },
      password: { kind: 'set', value: 'x' },
    } as const;
    const tested = engine.call('connections.test', draft, controller.signal);
    await silent.called;
    controller.abort();
    expect(await comesBack(() => tested, BEFORE_IT_IS_GIVEN_UP_MS)).toMatchObject({ ok: false });
  });
});

describe('a connection is made', () => {
  test.each([
    ['disable', plain, false],
    ['prefer', plain, false],
    ['disable', withTls, false],
    ['prefer', withTls, true],
    ['require', withTls, true],
    ['prefer', onlyTls, true],
    ['require', onlyTls, true],
  ] as const)('with TLS set to "%s"', async (tls, server, encrypted) => {
    const result = await attempt(server(), { settings: { tls } });
    expect(result).toMatchObject({
      ok: true,
      facts: {
        encrypted,
        database: 'postgres',
        user: 'sluice',
        standby: false,
        serverVersion: server().version,
      },
    });
  });

  test('with the password from PGPASSWORD', async () => {
    vi.stubEnv('PGPASSWORD', plain().password);
    expect(await attempt(plain(), { password: { kind: 'clear' } })).toMatchObject({ ok: true });
  });
});

test('a run that cannot connect has failed, with a code, a hint and a log', async () => {
  await using own = await TestEngine.start();
  await own.useDatabase({ ...settingsOf(plain()), password: 'wrong' });
  const ended = await own.extract({
    selection: { table: { name: 'x' } },
    destination: { folder: own.dataFolder },
  });
  expect(failure(ended)).toMatchObject({ code: 'SOURCE_AUTH_FAILED', hint: ERRORS.SOURCE_AUTH_FAILED.hint });
  expect(ended.log.at(-1)).toMatchObject({ level: 'error', message: failure(ended).message });
  const { runs } = await own.call('runs.list', { state: 'failed' });
  expect(runs.map(({ id }) => id)).toEqual([ended.run.id]);
});

test('a lent connection with an empty password is told that one is missing', async () => {
  await using own = await TestEngine.start();
  const settings = settingsOf(plain());
  own.engine.lend(settings, '');
  const ended = await own.extract({
    source: { settings },
    selection: { table: { name: 'x' } },
    destination: { folder: own.dataFolder },
  });
  expect(failure(ended).code).toBe('CONFIG_SECRET_MISSING');
});
