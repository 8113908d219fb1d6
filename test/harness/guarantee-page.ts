/** `docs/guarantees.md`: which guarantee is held by which test. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Guarantee } from '../guarantees.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** A title as it stands in a file, whatever the test is made with. */
const TITLE = /(?:\b(?:test|it|describe|onPosix)(?:\.\w+)*|\))\(\s*(['"`])((?:\\.|(?!\1)[^\\])*)\1/g;

/** The titles in a file that begin with, or have in them, what is asked for. */
export function titlesIn(file: string, part: string): readonly string[] {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  const titles = [...text.matchAll(TITLE)].map(([, , title = '']) => title.replaceAll(/\\(.)/g, '$1'));
  return [...new Set(titles.filter((title) => title.includes(part)))];
}

/** @throws Error for a test that is not there */
export function guaranteePage(guarantees: readonly Guarantee[]): string {
  const sections = guarantees.map(({ promise, heldBy }) => {
    const lines = Object.entries(heldBy).flatMap(([file, parts]) =>
      parts.flatMap((part) => linesOf(file, part)),
    );
    if (lines.length === 0) throw new Error(`no test holds: ${promise}`);
    return `## ${promise}\n\n${lines.join('\n')}\n`;
  });
  return `# Guarantees, and the tests that hold them\n\nMade from the titles of the tests by \`npm run docs\`.\n\n${sections.join('\n')}`;
}

/** Of a part of a title its tests; of an empty one the file. */
function linesOf(file: string, part: string): readonly string[] {
  const titles = titlesIn(file, part);
  if (titles.length === 0) throw new Error(`${file} has no test "${part}"`);
  if (part === '') return [`- all of \`${file}\``];
  return titles.map((title) => `- ${title.replaceAll(/\$\{(\w+)\}/g, '$1')} (\`${file}\`)`);
}
