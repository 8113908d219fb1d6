import { describe, expect, it } from 'vitest';
import { importText } from '../../electron/engine/profiles/import/import-text.ts';

const CONF = `
[postgres_config]
host = db.example.com
port = 5433
username = ada
password = 100%%;#="x"
database = shop

[aws_boto_credentials]
access_key = AKIA123
secret_key = abc/def+g=
bucket_name = lake-in
account_id = 123456789012
`;

const fails = (text: string, message: RegExp) =>
  expect(() => importText(text)).toThrow(
    expect.objectContaining({ code: 'CONFIG_IMPORT_FAILED', message: expect.stringMatching(message) }),
  );

describe('a pipeline.conf', () => {
  it('gives a connection and a destination', () => {
    expect(importText(CONF)).toEqual({
      connections: [
        {
          name: 'shop on db.example.com',
          settings: { host: 'db.example.com', port: 5433, database: 'shop', user: 'ada', tls: 'prefer' },
          password: '100%;#="x"',
        },
      ],
      destinations: [
        {
          name: 'lake-in',
          settings: {
            bucket: 'lake-in',
            prefix: '',
            region: 'us-east-1',
            pathStyle: false,
            credentials: { kind: 'keys', accessKeyId: 'AKIA123' },
          },
          secretKey: 'abc/def+g=',
        },
      ],
      warnings: [expect.stringContaining('us-east-1')],
    });
  });

  it.each(['postgres_config', 'aws_boto_credentials'])('may have [%s] alone', (section) => {
    const text = `[${section}${CONF.split(`[${section}`)[1]!.split('\n[')[0]!}`;
    const { connections, destinations } = importText(text);
    expect([connections.length, destinations.length]).toEqual(
      section === 'postgres_config' ? [1, 0] : [0, 1],
    );
  });

  it('takes a region', () => {
    const { destinations, warnings } = importText(`${CONF}region: eu-west-1\n`);
    expect(destinations[0]?.settings.region).toBe('eu-west-1');
    expect(warnings).toEqual([]);
  });

  it.each(['', 'aws_'])(
    'takes an endpoint, and the session token of temporary keys: %ssession_token',
    (prefix) => {
      const endpoint = prefix === '' ? 'endpoint' : 'endpoint_url';
      const more = `region = r\n${prefix}session_token = to/k+en==\n${endpoint} = http://127.0.0.1:9000\n`;
      const { destinations, warnings } = importText(CONF + more);
      expect(destinations).toMatchObject([
        {
          settings: { endpoint: 'http://127.0.0.1:9000', pathStyle: true },
          secretKey: 'abc/def+g=',
          sessionToken: 'to/k+en==',
        },
      ]);
      expect(warnings).toEqual([]);
    },
  );

  it('takes empty ones for none, and two names with one value for one', () => {
    const empty = importText(`${CONF}session_token =\nendpoint =\n`).destinations[0];
    expect(empty).toEqual(importText(CONF).destinations[0]);
    const twice = importText(`${CONF}session_token = a\naws_session_token = a\n`).destinations[0];
    expect(twice?.sessionToken).toBe('a');
  });

  it.each([
    ['endpoint = 127.0.0.1:9000', /\[aws_boto_credentials\] endpoint: must be an http/],
    ['endpoint_url = http://me:open@h', /\[aws_boto_credentials\] endpoint_url: must not contain cred/],
    ['endpoint = http://a\nendpoint_url = http://b', /endpoint and endpoint_url differ: keep one/],
  ])('refuses %j by its name', (lines, message) => fails(`${CONF}${lines}\n`, message));

  it.each([
    ['postgres_config', 'host'],
    ['postgres_config', 'port'],
    ['postgres_config', 'username'],
    ['postgres_config', 'password'],
    ['postgres_config', 'database'],
    ['aws_boto_credentials', 'access_key'],
    ['aws_boto_credentials', 'secret_key'],
    ['aws_boto_credentials', 'bucket_name'],
  ])('names what is missing: [%s] %s', (section, key) => {
    fails(CONF.replace(new RegExp(`^${key} = .*\n`, 'm'), ''), new RegExp(`\\[${section}\\].*"${key}"`));
  });

  it.each([
    ['port = 5433', 'port = many', /\[postgres_config\] port: /],
    ['port = 5433', 'port = 70000', /\[postgres_config\] port: /],
    ['username = ada', 'username =', /\[postgres_config\] username: must not be empty/],
    ['lake-in', 'Lake', /\[aws_boto_credentials\] bucket_name: /],
    ['secret_key = abc/def+g=', 'secret_key =', /\[aws_boto_credentials\] secret_key is empty/],
    ['[postgres_config]', 'stray = 1\n[postgres_config]', /^Line 2: /],
    ['port = 5433', 'port = 5433\nport = 5434', /^Line 5: the key "port"/],
    ['port = 5433', 'port', /^Line 4: /],
  ])('with %j as %j is refused', (from, to, message) => fails(CONF.replace(from, to), message));

  it('keeps a lone percent sign that ConfigParser would refuse, and says so', () => {
    const { connections, warnings } = importText(CONF.replace('100%%;#="x"', '100%s'));
    expect(connections[0]?.password).toBe('100%s');
    expect(warnings).toContainEqual(expect.stringContaining('[postgres_config] password'));
    expect(warnings.join()).not.toContain('100%');
  });

  it('saves no empty password', () => {
    expect(importText(CONF.replace('100%%;#="x"', '')).connections[0]?.password).toBeUndefined();
  });

  it.each([CONF.replaceAll('\n', '\r\n'), `\ufeff${CONF.trimStart()}`])(
    'from Windows is the same',
    (text) => {
      expect(importText(text)).toEqual(importText(CONF));
    },
  );
});

describe('a postgres URL', () => {
  it('is a connection', () => {
    expect(importText('  postgresql://ada:s%2Fcret@db:6432/shop?sslmode=verify-full\n')).toEqual({
      connections: [
        {
          name: 'shop on db',
          settings: { host: 'db', port: 6432, database: 'shop', user: 'ada', tls: 'verify-full' },
          password: 's/cret',
        },
      ],
      destinations: [],
      warnings: [],
    });
  });

  it.each([
    ['postgres://db/shop', /user must not be empty/],
    ['postgres://ada:%zz@db/shop', /the password has a %/],
    ['postgres://ada@db:none/shop', /port/],
    ['postgres://ada@db/shop?sslmode=maybe', /sslmode must be one of/],
    ['postgres://ada@/shop?service=x', /service/],
    ['postgres://ada@::1/shop', /brackets/],
  ])('names the part that is wrong, and nothing secret: %s', (url, message) => {
    fails(url, message);
    expect(() => importText(url)).not.toThrow(/%zz/);
  });

  it('warns of what it leaves out', () => {
    const { connections, warnings } = importText(
      'postgres://ada@one:1,two:2/shop?options=-c%20x&application_name=me&sslmode=allow',
    );
    expect(connections[0]?.settings).toMatchObject({ host: 'one', port: 1, tls: 'prefer' });
    expect(warnings).toEqual([
      expect.stringContaining('first of the 2 hosts'),
      expect.stringMatching(/: options$/),
      expect.stringContaining('allow'),
    ]);
  });
});

describe('JSON', () => {
  it.each([
    ['{', /not JSON/],
    ['{"a":1}', /not an export/],
    [
      '{"sluice":"profiles","version":1,"connections":[{"name":""}],"destinations":[]}',
      /connections\.0\.name: /,
    ],
  ])('that is no export is refused: %s', fails);

  it('of a newer version asks for an update', () => {
    expect(() => importText('{"sluice":"profiles","version":2}')).toThrow(
      expect.objectContaining({ code: 'STORE_VERSION_NEWER' }),
    );
  });
});

it.each(['hello', 'host=db dbname=shop', '[other]\na = 1', '; only a comment'])(
  'says what can be imported: %j',
  (text) => fails(text, /\[postgres_config\]/),
);
