/**
 * Whatever tables, columns, keys and tokens are called, they stay inside their quotes: a script with such names has the
 * same words and signs outside of quotes and comments as one with plain names.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Format } from '../../electron/contract/format.ts';
import { loadScript } from '../../electron/contract/load-scripts/load-script.ts';
import { LOAD_TARGETS, type LoadTarget } from '../../electron/contract/load-target.ts';
import { loadableManifest, type ManifestChange } from '../fakes/loadable-manifest.ts';

/** How a language writes a quote in a string: doubled, doubled with backslashes as well, escaped, or not at all. */
type Strings = 'doubled' | 'escaped' | 'hive' | 'shell';

const STRINGS: Readonly<Record<LoadTarget, Strings>> = {
  redshift: 'escaped',
  snowflake: 'escaped',
  athena: 'hive',
  bigquery: 'shell',
  duckdb: 'doubled',
};

const TOKENS: Readonly<Record<Strings, RegExp>> = {
  doubled: /--[^\n\r]*|'(?:[^']|'')*'|"(?:[^"]|"")*"/g,
  escaped: /--[^\n\r]*|'(?:[^'\\]|''|\\[^])*'|"(?:[^"]|"")*"/g,
  hive: /--[^\n\r]*|'(?:[^'\\]|\\[^])*'|`[^`]*`/g,
  shell: /^#[^\n\r]*$|(?:'[^']*'|\\')+|"[^"$`\\]*(?:\$[A-Z]+[^"$`\\]*)*"/gm,
};

/** What is left of a script when each quoted thing is one sign, and comments are gone. */
function bonesOf(target: LoadTarget, text: string): string {
  // Athena declares tables in the language of Hive, and views in its own.
  const [first = '', view] = text.split(/(?=^CREATE OR REPLACE VIEW)/m);
  return target === 'athena' && view !== undefined
    ? bones(first, 'hive') + bones(view, 'doubled')
    : bones(text, STRINGS[target]);
}

function bones(text: string, strings: Strings): string {
  const mark = strings === 'shell' ? '#' : '--';
  const bare = text.replaceAll(TOKENS[strings], (token) => (token.startsWith(mark) ? '' : token.slice(0, 1)));
  return bare.replaceAll(/\n{2,}/g, '\n').trim();
}

const character = fc.oneof(
  fc.constantFrom(
    '"',
    "'",
    '`',
    '\\',
    ';',
    '-',
    '#',
    '$',
    '(',
    ')',
    '{',
    '*',
    '\n',
    '\r',
    '\t',
    '\u2028',
    '\u0001',
  ),
  fc.constantFrom('a', 'B', '0', ' ', '/', '.', 'ä', '😀'),
);
const word = fc.string({ unit: character, minLength: 1, maxLength: 12 });
/** With an end that no warehouse takes as a plain name, so that both scripts have to rename or map alike. */
const name = word.map((text) => `${text} Z`);
const token = fc.string({ unit: character.filter((c) => !'"\r\n|'.includes(c)), minLength: 1, maxLength: 6 });

const names = fc.record({
  table: word,
  columns: fc.uniqueArray(name, { minLength: 3, maxLength: 3, selector: (text) => text.toLowerCase() }),
  key: word.map((text) => text.replaceAll(/\p{Cc}/gu, '_')),
  token,
});
const TYPES = ['text', 'integer', 'bytea'];

function changeFor(
  {
    table,
    columns,
    key,
    token: nullToken,
  }: { table: string; columns: readonly string[]; key: string; token: string },
  kind: Format['kind'],
): ManifestChange {
  return {
    table,
    columns: columns.map((column, i) => [column, TYPES[i]!] as const),
    keys: [`a/${key}/dt=2020-06-01/1.csv`, `a/${key}/dt=2020-06-02/2.csv`],
    partitionBy: { column: 'created', by: 'day', as: 'dt' },
    folders: ['dt=2020-06-01', 'dt=2020-06-02'],
    format: kind === 'csv' ? { kind, delimiter: '|', header: true, nullToken } : { kind },
  };
}

const PLAIN = { table: 'plain', columns: ['x Z', 'y Z', 'w Z'], key: 'k', token: 'T' };

test.each(Object.keys(LOAD_TARGETS) as LoadTarget[])('%s', (target) => {
  const filesFor = (change: ManifestChange) =>
    loadScript(target, {
      manifest: loadableManifest(change),
      manifestUri: 's3://lake/_sluice/runs/x/manifest.json',
    });
  fc.assert(
    fc.property(names, fc.constantFrom('csv', 'jsonl', 'parquet'), (nasty, kind) => {
      const [script, ...others] = filesFor(changeFor(nasty, kind));
      const [plain] = filesFor(changeFor(PLAIN, kind));
      expect(bonesOf(target, script!.text)).toBe(bonesOf(target, plain!.text));
      for (const { text } of others) JSON.parse(text);
    }),
    { numRuns: 300 },
  );
});
