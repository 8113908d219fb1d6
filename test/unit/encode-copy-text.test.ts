import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unescapeCopyText } from '../../electron/engine/encode/copy-text.ts';
import { jsonl } from '../../electron/engine/encode/jsonl.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** What COPY does. https://www.postgresql.org/docs/current/sql-copy.html */
// oxlint-disable-next-line no-control-regex -- these are the characters that COPY escapes
const escape = (text: string) => text.replaceAll(/[\b\f\n\r\t\v\\]/g, (character) => ESCAPES[character]!);

const text = fc.string({
  unit: fc.constantFrom(...Object.keys(ESCAPES), 'b', 'n', 't', 'N', '.', 'ä', '😀', ' ', '\u0001', '"'),
  maxLength: 40,
});

describe('a value of the text format', () => {
  test('is what it was before COPY escaped it', () => {
    fc.assert(
      fc.property(text, fc.nat(5), fc.nat(5), (value, before, after) => {
        const bytes = Buffer.from(`${'x'.repeat(before)}${escape(value)}${'y'.repeat(after)}`);
        expect(unescapeCopyText(bytes, before, bytes.length - after).toString()).toBe(value);
      }),
    );
  });

  test('with a backslash at its very end keeps it', () => {
    expect(unescapeCopyText(Buffer.from('a\\'), 0, 2).toString()).toBe('a\\');
  });
});

describe('a line of JSON', () => {
  const encode = async (lines: readonly string[]) => {
    const bytes = Buffer.from(lines.map((line) => `${escape(line)}\n`).join(''));
    const encoder = jsonl([{ name: 'a', type: 'text', baseType: 'text' }]);
    return Buffer.from(await encoder.encode({ bytes, rows: lines.length })).toString();
  };

  test('is what the server wrote', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 10 }), async (values) => {
        const lines = values.map((value) => JSON.stringify({ a: value }));
        expect(await encode(lines)).toBe(lines.map((line) => `${line}\n`).join(''));
      }),
    );
  });

  test('stays one where a json column has kept its line ends', async () => {
    expect(await encode(['{"a":{\n\t"b": 1\r\n}}'])).toBe('{"a":{  "b": 1  }}\n');
  });
});
