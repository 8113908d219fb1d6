/**
 * Reads an INI file the way Python's `configparser.ConfigParser` does with its defaults, because the programs whose
 * files are imported read them so: `=` or `:` between key and value, `#` and `;` begin a comment only at the start of
 * a line, quotes are part of the value, deeper indented lines continue a value, `[DEFAULT]` is inherited, keys have
 * no case, `%(name)s` and `%%` are replaced. A general INI package would cut a password at its first `#` or `;`.
 * https://docs.python.org/3/library/configparser.html#supported-ini-file-structure
 */

/** A fault of the text: a line that ConfigParser refuses. */
export class IniSyntaxError extends Error {
  /** From 1. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.name = 'IniSyntaxError';
    this.line = line;
  }
}

export interface IniFile {
  hasSection(section: string): boolean;
  /** The value after interpolation; undefined where neither the section nor `[DEFAULT]` has the key. */
  get(section: string, key: string): IniValue | undefined;
}

export interface IniValue {
  readonly text: string;
  /** False where the value has a `%` that ConfigParser refuses: `text` is then what stands in the file. */
  readonly interpolated: boolean;
}

const DEFAULT_SECTION = 'DEFAULT';
/** How deep one value may refer to another; ConfigParser's limit. */
const MAX_DEPTH = 10;

/** What `str.isspace` holds for white space; JavaScript's own idea differs in a few characters. */
const SPACE = String.raw`[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]`;
const LEADING_SPACE = new RegExp(`^${SPACE}+`);
const TRAILING_SPACE = new RegExp(`${SPACE}+$`);
const SECTION = /^\[(.+)\]/s;
const OPTION = new RegExp(`^(.*?)${SPACE}*[=:]${SPACE}*(.*)$`, 's');

/** @throws IniSyntaxError */
export function parseIni(text: string): IniFile {
  const sections = readSections(text);
  const defaults = sections.get(DEFAULT_SECTION) ?? new Map<string, string>();

  const rawValue = (section: string, key: string): string | undefined =>
    sections.get(section)?.get(key.toLowerCase()) ?? defaults.get(key.toLowerCase());

  const interpolate = (section: string, raw: string, depth: number): string | undefined => {
    if (depth > MAX_DEPTH) return undefined;
    let result = '';
    let rest = raw;
    for (;;) {
      const at = rest.indexOf('%');
      if (at < 0) return result + rest;
      result += rest.slice(0, at);
      rest = rest.slice(at);
      if (rest.startsWith('%%')) {
        result += '%';
        rest = rest.slice(2);
        continue;
      }
      const reference = /^%\(([^)]+)\)s/.exec(rest);
      const referred = reference?.[1] === undefined ? undefined : rawValue(section, reference[1]);
      if (reference === null || referred === undefined) return undefined;
      const inserted = referred.includes('%') ? interpolate(section, referred, depth + 1) : referred;
      if (inserted === undefined) return undefined;
      result += inserted;
      rest = rest.slice(reference[0].length);
    }
  };

  return {
    hasSection: (section) => section !== DEFAULT_SECTION && sections.has(section),
    get: (section, key) => {
      const raw = rawValue(section, key);
      if (raw === undefined) return undefined;
      const replaced = interpolate(section, raw, 1);
      return { text: replaced ?? raw, interpolated: replaced !== undefined };
    },
  };
}

function readSections(text: string): Map<string, Map<string, string>> {
  const sections = new Map<string, Map<string, string[]>>();
  let section: Map<string, string[]> | undefined;
  let value: string[] | undefined;
  let indent = 0;

  for (const [index, line] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const stripped = strip(line);
    if (stripped === '' || stripped.startsWith('#') || stripped.startsWith(';')) {
      // A blank line can stand inside a value of several lines; a comment leaves no trace.
      if (stripped === '') value?.push('');
      continue;
    }
    const ownIndent = line.length - line.replace(LEADING_SPACE, '').length;
    if (value !== undefined && ownIndent > indent) {
      value.push(stripped);
      continue;
    }
    indent = ownIndent;
    const header = SECTION.exec(stripped)?.[1];
    if (header !== undefined) {
      if (sections.has(header) && header !== DEFAULT_SECTION) {
        throw new IniSyntaxError(index + 1, `the section [${header}] stands there twice`);
      }
      section = sections.get(header) ?? new Map<string, string[]>();
      sections.set(header, section);
      value = undefined;
      continue;
    }
    if (section === undefined)
      throw new IniSyntaxError(index + 1, 'a section such as [name] must come first');
    const option = OPTION.exec(stripped);
    const key = option?.[1]?.replace(TRAILING_SPACE, '').toLowerCase();
    if (option === null || key === undefined || key === '') {
      throw new IniSyntaxError(index + 1, 'expected "key = value"');
    }
    if (section.has(key)) throw new IniSyntaxError(index + 1, `the key "${key}" stands there twice`);
    value = [strip(option[2] ?? '')];
    section.set(key, value);
  }
  return new Map([...sections].map(([name, options]) => [name, joinLines(options)]));
}

function joinLines(options: ReadonlyMap<string, readonly string[]>): Map<string, string> {
  return new Map([...options].map(([key, lines]) => [key, lines.join('\n').replace(TRAILING_SPACE, '')]));
}

function strip(text: string): string {
  return text.replace(LEADING_SPACE, '').replace(TRAILING_SPACE, '');
}
