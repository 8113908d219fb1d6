import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ConnectionStringError,
  parseConnectionString,
} from '../../electron/engine/profiles/import/connection-string.ts';

/** Parses many strings with libpq itself: for each, its parameters, or null where it refuses. */
const ORACLE = `
import ctypes, ctypes.util, json, sys
class Option(ctypes.Structure):
    _fields_ = [(name, ctypes.c_char_p) for name in ('keyword', 'envvar', 'compiled', 'val', 'label', 'dispchar')] + [('dispsize', ctypes.c_int)]
name = ctypes.util.find_library('pq')
if name is None:
    sys.exit(9)
libpq = ctypes.CDLL(name)
libpq.PQconninfoParse.restype = ctypes.POINTER(Option)
libpq.PQconninfoParse.argtypes = [ctypes.c_char_p, ctypes.POINTER(ctypes.c_char_p)]
def parse(text):
    options = libpq.PQconninfoParse(text.encode('utf-8'), None)
    if not options:
        return None
    found, index = {}, 0
    while options[index].keyword:
        if options[index].val is not None:
            found[options[index].keyword.decode()] = options[index].val.decode('utf-8', 'replace')
        index += 1
    return found
json.dump([parse(text) for text in json.load(sys.stdin)], sys.stdout)
`;

type Answer = Record<string, string> | null;

function askLibpq(texts: readonly string[]): Answer[] | undefined {
  const answer = spawnSync('python3', ['-c', ORACLE], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  return answer.status === 0 ? (JSON.parse(answer.stdout) as Answer[]) : undefined;
}

const hasLibpq = askLibpq(['host=x']) !== undefined;

const word = fc
  .array(
    fc.constantFrom(
      'a',
      'B',
      '7',
      '-',
      '_',
      '.',
      '%40',
      '%25',
      '%2F',
      '%3A',
      '%',
      '%zz',
      'é',
      ' ',
      '+',
      '#',
      '&',
      '=',
    ),
    {
      minLength: 1,
      maxLength: 4,
    },
  )
  .map((parts) => parts.join(''));
const host = fc.oneof(
  fc.constantFrom('', 'db', 'db.example.com', '[::1]', '[fe80::1]', '%2Ftmp', '127.0.0.1', '[]', '::1'),
  word.filter((text) => !/[=&#]/.test(text)),
);
const port = fc.constantFrom('', ':5433', ':', ':abc');
const url = fc
  .tuple(
    fc.constantFrom('postgres://', 'postgresql://'),
    fc.option(fc.tuple(word, fc.option(word)), { nil: undefined }),
    fc.array(
      fc.tuple(host, port).map((parts) => parts.join('')),
      { minLength: 1, maxLength: 3 },
    ),
    fc.option(word, { nil: undefined }),
    fc.array(
      fc.tuple(
        fc.constantFrom('sslmode', 'host', 'dbname', 'user', 'application_name', 'ssl'),
        fc.constantFrom('=', ''),
        fc.constantFrom('true', 'require', 'x%20y', '', '%4'),
      ),
      { maxLength: 2 },
    ),
  )
  .map(([scheme, user, hosts, database, options]) => {
    const credentials = user === undefined ? '' : `${user[0]}${user[1] === null ? '' : `:${user[1]}`}@`;
    const query = options.length === 0 ? '' : `?${options.map((parts) => parts.join('')).join('&')}`;
    return `${scheme}${credentials}${hosts.join(',')}${database === undefined ? '' : `/${database}`}${query}`;
  });

const quoted = fc
  .array(fc.constantFrom('a', ' ', "\\'", '\\\\', '=', '"', '#', '\\x'), { maxLength: 5 })
  .map((parts) => `'${parts.join('')}'`);
const bare = fc
  .array(fc.constantFrom('a', '1', '=', '\\ ', '"', "\\'", '/'), { maxLength: 4 })
  .map((parts) => parts.join(''));
const pair = fc
  .tuple(
    fc.constantFrom('host', 'port', 'user', 'password', 'dbname'),
    fc.constantFrom('=', ' = ', ' =', '= '),
    fc.oneof(
      quoted,
      bare.filter((text) => text !== ''),
    ),
  )
  .map((parts) => parts.join(''));
const pairs = fc.array(pair, { maxLength: 4 }).map((parts) => parts.join(' '));

const ours = (text: string): Record<string, string> | null => {
  try {
    return Object.fromEntries(parseConnectionString(text));
  } catch (error) {
    expect(error).toBeInstanceOf(ConnectionStringError);
    return null;
  }
};
/** libpq gives an empty value for a part that is there and empty, even for several; to us it is missing. */
const withoutEmpty = (params: Answer) =>
  params === null
    ? null
    : Object.fromEntries(Object.entries(params).filter(([, value]) => !/^,*$/.test(value)));

/**
 * False where percent-encoding hides bytes that are no UTF-8, which the settings of a profile cannot hold. Asked of
 * the text and not of libpq's answer, from which an option such as `?user=` removes them.
 */
const isUtf8 = (text: string) => {
  const encoded = text.match(/(?:%[\da-f]{2})+/gi) ?? [];
  return encoded.every((bytes) => !unescapeBytes(bytes).includes('\ufffd'));
};
const unescapeBytes = (encoded: string) => Buffer.from(encoded.replaceAll('%', ''), 'hex').toString('utf8');

describe('connection strings', () => {
  // Asked about all strings at once, because a process for each would take minutes; so nothing is shrunk.
  it.skipIf(!hasLibpq)('mean what they mean to libpq', () => {
    const seed = Date.now();
    const texts = fc.sample(fc.oneof(url, pairs), { seed, numRuns: 3_000 });
    const answers = askLibpq(texts) ?? [];
    expect(answers).toHaveLength(texts.length);
    for (const [index, answer] of answers.entries()) {
      // What libpq refuses, such as an unknown option, may still mean something here. An IPv6 address without
      // brackets is taken by libpq for a port, which it refuses later, with a message that helps nobody.
      if (answer === null || answer['port']?.includes(':')) continue;
      const text = texts[index]!;
      if (!isUtf8(text)) continue;
      expect(withoutEmpty(ours(text)), `seed ${String(seed)}: ${JSON.stringify(text)}`).toEqual(
        withoutEmpty(answer),
      );
    }
  });

  it.each<[string, Record<string, string>]>([
    ['postgres://', {}],
    [
      'postgres://ada:p%40s%2Fs@db:5433/shop',
      { user: 'ada', password: 'p@s/s', host: 'db', port: '5433', dbname: 'shop' },
    ],
    ['postgresql://ada@[::1]:5433/shop', { user: 'ada', host: '::1', port: '5433', dbname: 'shop' }],
    ['postgres://one:1,two/shop', { host: 'one,two', port: '1,', dbname: 'shop' }],
    ['postgres:///shop?host=/tmp&ssl=true', { dbname: 'shop', host: '/tmp', sslmode: 'require' }],
    ['POSTGRES://db/shop', { host: 'db', dbname: 'shop' }],
    ['host=db dbname=shop', { host: 'db', dbname: 'shop' }],
    [String.raw`password='it\'s \\ me' user = ada`, { password: String.raw`it's \ me`, user: 'ada' }],
    ['', {}],
  ])('%s', (text, params) => expect(ours(text)).toEqual(params));

  it('forgives an @ in a password, and a # in it', () => {
    expect(ours('postgres://ada:p@s#s@db/shop')).toEqual({
      user: 'ada',
      password: 'p@s#s',
      host: 'db',
      dbname: 'shop',
    });
  });

  it.each([
    'postgres://ada:secret%zz@db',
    'host',
    'password=x secret',
    "password='secret",
    'postgres://u:%00secret@h',
  ])('refuses %s without quoting it', (text) => {
    expect(() => parseConnectionString(text)).toThrow(ConnectionStringError);
    expect(() => parseConnectionString(text)).not.toThrow(/secret/);
  });

  it('never fails but in its own way', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.constantFrom('', 'postgres://'), (text, scheme) => {
        ours(scheme + text);
      }),
    );
  });
});
