/** Finds what our sources import. No compiler API: TypeScript 7 has none, and two patterns are all there is. */
import path from 'node:path';

/** Sources by their path from the root, with forward slashes. */
export type SourceFiles = ReadonlyMap<string, string>;

export interface Import {
  /** As it is written. */
  readonly specifier: string;
  /** Path from the root for our own files, undefined for packages. */
  readonly file: string | undefined;
  /** It is erased before the program runs: `import type` and `export type`. */
  readonly typeOnly: boolean;
  readonly reExport: boolean;
}

const STATEMENT = /(?:^|[;\n}])\s*(import|export)\s(type\s)?(?:[^;'"()]*?\sfrom\s)?\s*(['"])([^'"\n]+)\3/g;
const CALL = /\b(?:import|require|import\.meta\.resolve)\(\s*(['"`])([^'"`\n]+)\1/g;

/** The imports of one source, static and dynamic. Comments are taken out first: they may speak of imports. */
export function importsOf(file: string, source: string): Import[] {
  const code = withoutComments(source);
  const found: Import[] = [];
  for (const [, keyword, type, , specifier = ''] of code.matchAll(STATEMENT)) {
    const reExport = keyword === 'export';
    found.push({ specifier, file: resolve(file, specifier), typeOnly: type !== undefined, reExport });
  }
  for (const [, , specifier = ''] of code.matchAll(CALL)) {
    found.push({ specifier, file: resolve(file, specifier), typeOnly: false, reExport: false });
  }
  return found;
}

/** The package that a specifier names: `@aws-sdk/client-s3`, `pg`, `node:fs`. */
export function packageOf(specifier: string): string {
  if (specifier.startsWith('node:')) return specifier;
  const [first = '', second = ''] = specifier.split('/');
  return first.startsWith('@') ? `${first}/${second}` : first;
}

function resolve(file: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  return path.posix.join(path.posix.dirname(file), specifier);
}

/** Strings are stepped over, so that `'https://…'` does not begin a comment. */
function withoutComments(source: string): string {
  return source.replaceAll(
    /("(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_match, text: string | undefined) => text ?? ' ',
  );
}
