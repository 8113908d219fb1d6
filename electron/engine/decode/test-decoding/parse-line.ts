/**
 * Reads the lines of test_decoding, for peeks of databases without a publication. The plugin quotes what is no number as
 * SQL does, so its lines can be taken apart again; only a type that prints quotes into its own name could fool it.
 * https://www.postgresql.org/docs/current/test-decoding.html
 */

/** A value: its text, null for SQL NULL, or the mark of a large value that the update did not touch. */
export type TextValue = string | null | { readonly absent: 'unchanged' };

export interface TextColumn {
  readonly name: string;
  readonly type: string;
  readonly value: TextValue;
}

export type TestDecodingLine =
  | { readonly kind: 'begin'; readonly xid: number }
  | { readonly kind: 'commit'; readonly xid: number; readonly time: string | undefined }
  | {
      readonly kind: 'change';
      readonly operation: 'insert' | 'update' | 'delete';
      readonly schema: string;
      readonly name: string;
      /** What the line has of the old row, where it differs: its key, or all of it under REPLICA IDENTITY FULL. */
      readonly before: readonly TextColumn[] | undefined;
      readonly after: readonly TextColumn[] | undefined;
    }
  | {
      readonly kind: 'truncate';
      readonly relations: readonly { readonly schema: string; readonly name: string }[];
    }
  /** A logical message, or what a later version writes: shown as it is. */
  | { readonly kind: 'other'; readonly text: string };

const BEGIN = /^BEGIN (\d+)$/;
const COMMIT = /^COMMIT (\d+)(?: \(at (.*)\))?$/;
const UNCHANGED = 'unchanged-toast-datum';
const OPERATIONS = { INSERT: 'insert', UPDATE: 'update', DELETE: 'delete' } as const;

/** Never throws: a line that is not understood is one of the kind `other`. */
export function parseTestDecoding(line: string): TestDecodingLine {
  const begin = BEGIN.exec(line);
  if (begin !== null) return { kind: 'begin', xid: Number(begin[1]) };
  const commit = COMMIT.exec(line);
  if (commit !== null) return { kind: 'commit', xid: Number(commit[1]), time: commit[2] };
  if (!line.startsWith('table ')) return { kind: 'other', text: line };
  return new LineScanner(line, 'table '.length).change() ?? { kind: 'other', text: line };
}

class LineScanner {
  readonly #line: string;
  #at: number;

  constructor(line: string, at: number) {
    this.#line = line;
    this.#at = at;
  }

  change(): TestDecodingLine | undefined {
    const relations = this.#relations();
    const [relation] = relations;
    if (relation === undefined || !this.#skip(': ')) return undefined;
    if (this.#skip('TRUNCATE:')) return { kind: 'truncate', relations };
    for (const [word, operation] of Object.entries(OPERATIONS)) {
      if (!this.#skip(`${word}:`)) continue;
      if (this.#skip(' (no-tuple-data)')) {
        return { kind: 'change', operation, ...relation, before: undefined, after: undefined };
      }
      if (this.#skip(' old-key:')) {
        const before = this.#columns();
        if (!this.#skip(' new-tuple:')) return undefined;
        return { kind: 'change', operation, ...relation, before, after: this.#columns() };
      }
      const columns = this.#columns();
      if (this.#at !== this.#line.length) return undefined;
      return operation === 'delete'
        ? { kind: 'change', operation, ...relation, before: columns, after: undefined }
        : { kind: 'change', operation, ...relation, before: undefined, after: columns };
    }
    return undefined;
  }

  #relations(): { schema: string; name: string }[] {
    const found = [];
    do {
      const schema = this.#identifier('.');
      if (schema === undefined || !this.#skip('.')) return [];
      const name = this.#identifier(':,');
      if (name === undefined) return [];
      found.push({ schema, name });
    } while (this.#skip(', '));
    return found;
  }

  /** ` name[type]:value` until the line ends or another part begins. */
  #columns(): TextColumn[] {
    const columns: TextColumn[] = [];
    while (this.#line[this.#at] === ' ' && !this.#line.startsWith(' new-tuple:', this.#at)) {
      this.#at += 1;
      const name = this.#identifier('[');
      if (name === undefined || !this.#skip('[')) break;
      const typeEnd = this.#typeEnd();
      if (typeEnd === undefined) break;
      const type = this.#line.slice(this.#at, typeEnd);
      this.#at = typeEnd + 2;
      columns.push({ name, type, value: this.#value() });
    }
    return columns;
  }

  /** Where `]:` is; the type of an array has brackets of its own, and a quoted one may have anything. */
  #typeEnd(): number | undefined {
    let quoted = false;
    for (let at = this.#at; at < this.#line.length; at++) {
      const char = this.#line[at];
      if (char === '"') quoted = !quoted;
      else if (!quoted && char === ']' && this.#line[at + 1] === ':') return at;
    }
    return undefined;
  }

  #value(): TextValue {
    const bit = this.#line.startsWith("B'", this.#at);
    if (!bit && this.#line[this.#at] !== "'") {
      const end = this.#line.indexOf(' ', this.#at);
      const word = this.#line.slice(this.#at, end < 0 ? undefined : end);
      this.#at += word.length;
      if (word === 'null') return null;
      return word === UNCHANGED ? { absent: 'unchanged' } : word;
    }
    const start = this.#at + (bit ? 2 : 1);
    let end = start;
    for (;;) {
      end = this.#line.indexOf("'", end);
      if (end < 0) end = this.#line.length;
      if (this.#line[end + 1] !== "'") break;
      end += 2;
    }
    this.#at = end + 1;
    return this.#line.slice(start, end).replaceAll("''", "'");
  }

  /** A name, quoted or not, up to one of the characters that may follow. */
  #identifier(until: string): string | undefined {
    if (this.#line[this.#at] !== '"') {
      let end = this.#at;
      while (end < this.#line.length && !until.includes(this.#line.charAt(end))) end += 1;
      const name = this.#line.slice(this.#at, end);
      this.#at = end;
      return name === '' ? undefined : name;
    }
    let end = this.#at + 1;
    for (;;) {
      end = this.#line.indexOf('"', end);
      if (end < 0) return undefined;
      if (this.#line[end + 1] !== '"') break;
      end += 2;
    }
    const name = this.#line.slice(this.#at + 1, end).replaceAll('""', '"');
    this.#at = end + 1;
    return name;
  }

  #skip(text: string): boolean {
    if (!this.#line.startsWith(text, this.#at)) return false;
    this.#at += text.length;
    return true;
  }
}
