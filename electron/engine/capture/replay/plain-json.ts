/**
 * Reads a line of JSON without making numbers of numbers: int8 and numeric have more digits than a double, and what is
 * compared is Postgres's text. A scalar becomes that text (`t` and `f` for booleans), an object a Map, because a column
 * can be called `__proto__` or `1`.
 */
export type Plain = string | null | readonly Plain[] | PlainObject;
export type PlainObject = ReadonlyMap<string, Plain>;

/** @throws SyntaxError for what is not one JSON value; the message has the place and no value */
export function parsePlainJson(text: string): Plain {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

const SPACE = /[\t\n\r ]*/y;
const SCALAR = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;

class Reader {
  readonly #text: string;
  #at = 0;
  /** The next backslash: found once, because most lines have none, and to look for it at each string takes the square of the time. */
  #escape: number;

  constructor(text: string) {
    this.#text = text;
    this.#escape = nextEscape(text, 0);
  }

  value(): Plain {
    this.#skipSpace();
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === '{') return this.#object();
    if (first === '[') return this.#array();
    return this.#scalar();
  }

  end(): void {
    this.#skipSpace();
    if (this.#at < this.#text.length) throw this.#unexpected();
  }

  #object(): PlainObject {
    const members = new Map<string, Plain>();
    this.#at++;
    if (this.#takes('}')) return members;
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#unexpected();
      const name = this.#string();
      if (!this.#takes(':')) throw this.#unexpected();
      members.set(name, this.value());
    } while (this.#takes(','));
    if (!this.#takes('}')) throw this.#unexpected();
    return members;
  }

  #array(): Plain[] {
    const items: Plain[] = [];
    this.#at++;
    if (this.#takes(']')) return items;
    do items.push(this.value());
    while (this.#takes(','));
    if (!this.#takes(']')) throw this.#unexpected();
    return items;
  }

  #string(): string {
    const start = this.#at;
    let end = this.#text.indexOf('"', start + 1);
    if (end < 0) throw this.#unexpected();
    this.#at = end + 1;
    if (this.#escape < start) this.#escape = nextEscape(this.#text, start);
    if (this.#escape > end) return this.#text.slice(start + 1, end);
    while (isEscaped(this.#text, end)) {
      end = this.#text.indexOf('"', end + 1);
      if (end < 0) throw this.#unexpected();
    }
    this.#at = end + 1;
    return String(JSON.parse(this.#text.slice(start, end + 1)));
  }

  #scalar(): string | null {
    SCALAR.lastIndex = this.#at;
    const found = SCALAR.exec(this.#text)?.[0];
    if (found === undefined) throw this.#unexpected();
    this.#at += found.length;
    if (found === 'null') return null;
    return found === 'true' ? 't' : found === 'false' ? 'f' : found;
  }

  #takes(character: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #skipSpace(): void {
    // Nearly always there is none: then the pattern is not worth its call.
    if (this.#text.charCodeAt(this.#at) > 0x20) return;
    SPACE.lastIndex = this.#at;
    this.#at += SPACE.exec(this.#text)?.[0].length ?? 0;
  }

  #unexpected(): SyntaxError {
    return new SyntaxError(`not JSON at character ${this.#at}`);
  }
}

function nextEscape(text: string, from: number): number {
  const found = text.indexOf('\\', from);
  return found < 0 ? text.length : found;
}

/** True for a quote with an odd number of backslashes before it. */
function isEscaped(text: string, quote: number): boolean {
  let before = quote;
  while (text[before - 1] === '\\') before--;
  return (quote - before) % 2 === 1;
}
