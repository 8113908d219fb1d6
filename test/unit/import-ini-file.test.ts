import { spawnSync } from 'node:child_process';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IniSyntaxError, parseIni } from '../../electron/engine/profiles/import/ini-file.ts';

/** Reads many texts with Python's own parser: for each, the values after interpolation and before, or null. */
const ORACLE = `
import configparser, io, json, sys
def read(text):
    parser = configparser.ConfigParser()
    try:
        # As open() does: every kind of line end is one.
        parser.read_file(io.TextIOWrapper(io.BytesIO(text.encode('utf-8')), encoding='utf-8'))
    except configparser.Error:
        return None
    raw, cooked = {}, {}
    for section in parser.sections():
        raw[section] = dict(parser.items(section, raw=True))
        cooked[section] = {}
        for key in raw[section]:
            try:
                cooked[section][key] = parser.get(section, key)
            except configparser.InterpolationError:
                cooked[section][key] = None
    return {'raw': raw, 'cooked': cooked}
json.dump([read(text) for text in json.load(sys.stdin)], sys.stdout)
`;

type Sections = Record<string, Record<string, string | null>>;
type Answer = { raw: Sections; cooked: Sections } | null;

function askPython(texts: readonly string[]): Answer[] {
  const answer = spawnSync('python3', ['-c', ORACLE], {
    input: JSON.stringify(texts),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, PYTHONIOENCODING: 'utf-8', PYTHONUTF8: '1' },
  });
  if (answer.status !== 0) throw new Error(answer.stderr);
  return JSON.parse(answer.stdout) as Answer[];
}

const hasPython = spawnSync('python3', ['--version']).status === 0;

const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('a', 'B', 'key', 'x y', '1', 'é', '#', ';', '=', ':', '"', "'", '%', '%%'),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom('%(a)s', '%(KEY)s', '%(no)s', '%(', ' ', '  ', '\t', '[', ']', '\\', '\\n'),
  },
  { weight: 1, arbitrary: fc.constantFrom('\u00a0', '\u2003', '\ufeff', '\u001d', '\u0085', '💧') },
);
const fragment = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
const line = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(
        fc.constantFrom('a', 'b', 'Key', 'password', 'c d'),
        fc.constantFrom('=', ' = ', ':', ' : '),
        fragment,
      )
      .map((parts) => parts.join('')),
  },
  { weight: 2, arbitrary: fc.constantFrom('[one]', '[two]', '[DEFAULT]', ' [three] x', '[four]]') },
  { weight: 2, arbitrary: fragment.map((text) => `  ${text}`) },
  { weight: 1, arbitrary: fragment },
  { weight: 1, arbitrary: fc.constantFrom('', '   ', '# note', ' ; note', '\t') },
);
const document = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n', '\r'))
  .map(([lines, end]) => ['[one]', ...lines].join(end));

describe('an INI file', () => {
  // Asked about all texts at once, because a process for each would take minutes; so nothing is shrunk.
  it.skipIf(!hasPython)("reads like Python's ConfigParser", () => {
    const seed = Date.now();
    const texts = fc.sample(document, { seed, numRuns: 3_000 });
    for (const [index, answer] of askPython(texts).entries()) {
      const text = texts[index]!;
      const where = `seed ${String(seed)}: ${JSON.stringify(text)}`;
      if (answer === null) {
        expect(() => parseIni(text), where).toThrow(IniSyntaxError);
        continue;
      }
      const ini = parseIni(text);
      for (const [section, options] of Object.entries(answer.raw)) {
        expect(ini.hasSection(section), where).toBe(true);
        for (const [key, raw] of Object.entries(options)) {
          const cooked = answer.cooked[section]![key]!;
          expect(ini.get(section, key), `${where} [${section}] ${key}`).toEqual({
            text: cooked ?? raw,
            interpolated: cooked !== null,
          });
        }
      }
    }
  });

  it('keeps every character of a password that ConfigParser keeps', () => {
    const password = String.raw`p#a;s=s:"w'o\r%(`;
    const ini = parseIni(`[s]\npassword = ${password.replaceAll('%', '%%')}\n`);
    expect(ini.get('s', 'PASSWORD')).toEqual({ text: password, interpolated: true });
  });

  it('does not follow a value that refers to itself for ever', () => {
    expect(parseIni('[s]\na = %(b)s\nb = %(a)s').get('s', 'a')).toEqual({
      text: '%(b)s',
      interpolated: false,
    });
  });

  it('inherits from DEFAULT, which is no section itself', () => {
    const ini = parseIni('[DEFAULT]\nhost = db\n[s]\nurl = %(host)s/x');
    expect(ini.get('s', 'url')?.text).toBe('db/x');
    expect(ini.get('s', 'host')?.text).toBe('db');
    expect(ini.hasSection('DEFAULT')).toBe(false);
  });

  it('is not confused by names of objects', () => {
    const ini = parseIni('[__proto__]\nconstructor = 1\n');
    expect(ini.get('__proto__', 'constructor')?.text).toBe('1');
    expect(ini.get('s', 'constructor')).toBeUndefined();
  });
});
