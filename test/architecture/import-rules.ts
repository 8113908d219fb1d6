/**
 * The directions in which our folders may import, as data. `test/architecture/imports.test.ts` holds them over all
 * sources, and proves each one by a violation that is planted.
 */
import { importsOf, packageOf, type Import, type SourceFiles } from './source-imports.ts';

/** Lines that a file may have: one noun does not need more. A test may list its cases at greater length. */
export const LINE_LIMIT = 300;
export const TEST_LINE_LIMIT = 400;

/** Files that are one table, which splitting would not make easier to read. */
const TABLES: ReadonlySet<string> = new Set(['electron/contract/error-table.ts']);

/** Core folders of the engine: they know ports, not drivers. */
const CORE = ['extract', 'watermark', 'capture', 'jobs', 'encode', 'profiles', 'wal', 'decode', 'saved-jobs'];
/** Each hides one outer system behind a port. */
const ADAPTERS = ['postgres', 's3', 'folder', 'store', 'connect'];

const ENGINE = 'electron/engine/';
const COMPOSITION_ROOT = `${ENGINE}engine.ts`;

interface FolderRule {
  readonly from: string;
  /** Prefixes of our own files that may be imported from there, besides the folder itself. */
  readonly may: readonly string[];
  /** Packages that may be imported; undefined: any that no other rule keeps away. */
  readonly packages?: readonly string[];
}

/** The first rule whose `from` fits decides. */
const FOLDERS: readonly FolderRule[] = [
  { from: 'electron/contract/', may: [], packages: ['zod'] },
  { from: ENGINE, may: ['electron/contract/'] },
  {
    from: 'electron/host/',
    may: ['electron/contract/', `${ENGINE}engine-api.ts`, `${ENGINE}call-handlers.ts`, `${ENGINE}ports.ts`],
  },
  { from: 'electron/preload/', may: [], packages: ['electron'] },
  { from: 'electron/main/', may: ['electron/contract/', 'electron/host/', ...fromEntry()] },
  { from: 'electron/cli/', may: ['electron/contract/', 'electron/host/', ...fromEntry()] },
  { from: 'renderer/', may: ['electron/contract/'] },
  { from: 'test/', may: ['electron/', 'renderer/', 'vite.config.ts', 'forge.config.ts', 'package.json'] },
  { from: '', may: [] },
];

/**
 * What a program that starts the engine needs of it: the root, its interfaces, the store for its own secrets, and
 * the pure parsers of connection strings.
 */
function fromEntry(): string[] {
  const parts = [
    'engine.ts',
    'engine-api.ts',
    'call-handlers.ts',
    'ports.ts',
    'open-stored-file.ts',
    'store/',
    'lib/',
    'profiles/',
  ];
  return parts.map((part) => ENGINE + part);
}

interface PackageRule {
  readonly package: RegExp;
  readonly only: RegExp;
}

/** Packages that have one home each. */
const HOMES: readonly PackageRule[] = [
  { package: /^pg(-|$)/, only: /^electron\/engine\/postgres\// },
  { package: /^@(aws-sdk|smithy)\//, only: /^electron\/engine\/s3\// },
  { package: /^electron$/, only: /^electron\/(main|preload)\/|^electron\/host\/ipc/ },
  { package: /^electron-store$/, only: /^electron\/main\// },
  { package: /^hyparquet/, only: /^electron\/engine\/encode\/parquet\// },
  { package: /^ws$/, only: /^electron\/host\// },
  { package: /^(react|react-dom|@mantine\/.*|@tabler\/.*)$/, only: /^renderer\// },
  { package: /^node:/, only: /^(?!renderer\/|electron\/contract\/)/ },
];

/** Everything that is wrong with these sources, one sentence each; empty when nothing is. */
export function violations(files: SourceFiles): string[] {
  const graph = new Map([...files].map(([file, source]) => [file, importsOf(file, source)] as const));
  const found: string[] = [];
  for (const [file, imports] of graph) {
    for (const imported of imports) found.push(...importViolations(file, imported));
    found.push(...fileViolations(file, files.get(file) ?? '', imports));
  }
  return [...found, ...cycles(graph)];
}

function importViolations(file: string, imported: Import): string[] {
  const rule = FOLDERS.find(({ from }) => file.startsWith(from));
  if (rule === undefined) return [];
  if (imported.file === undefined) return packageViolations(file, packageOf(imported.specifier), rule);
  return [
    ...(mayImport(imported.file, rule) ? [] : [`${file} must not import ${imported.file}`]),
    ...engineViolations(file, imported.file),
    ...(/\.(tsx?|json|css|svg|png)(\?\w+)?$/.test(imported.file)
      ? []
      : [`${file} imports ${imported.specifier} without its extension`]),
  ];
}

function mayImport(target: string, rule: FolderRule): boolean {
  if (rule.from !== '' && target.startsWith(rule.from)) return true;
  return rule.may.some((prefix) => target.startsWith(prefix));
}

function packageViolations(file: string, name: string, rule: FolderRule): string[] {
  if (file.startsWith('test/')) return [];
  const found = HOMES.filter((home) => home.package.test(name) && !home.only.test(file)).map(
    () => `${file} must not import the package ${name}`,
  );
  const listed = rule.packages === undefined || rule.packages.includes(name);
  return listed || found.length > 0 ? found : [`${file} must not import the package ${name}`];
}

/** Inside the engine: the core knows no adapter, adapters do not know each other, only the root knows both. */
function engineViolations(file: string, target: string): string[] {
  const [from, to] = [engineFolder(file), engineFolder(target)];
  if (from === undefined || to === undefined || from === to || file === COMPOSITION_ROOT) return [];
  // An adapter may look at the core: the port that it fulfils can lie there.
  if (!ADAPTERS.includes(to)) return [];
  if (CORE.includes(from)) return [`the core ${file} must not import the adapter ${target}`];
  if (ADAPTERS.includes(from)) return [`the adapter ${file} must not import the adapter ${target}`];
  return [`${file} must not import the adapter ${target}: only engine.ts does`];
}

/** `postgres` for electron/engine/postgres/…, the empty string for the engine's own files, undefined elsewhere. */
function engineFolder(file: string): string | undefined {
  if (!file.startsWith(ENGINE)) return undefined;
  const rest = file.slice(ENGINE.length);
  return rest.includes('/') ? rest.slice(0, rest.indexOf('/')) : '';
}

function fileViolations(file: string, source: string, imports: readonly Import[]): string[] {
  const found: string[] = [];
  const lines = source.trimEnd().split('\n').length;
  const limit = file.startsWith('test/') ? TEST_LINE_LIMIT : LINE_LIMIT;
  if (lines > limit && !TABLES.has(file)) found.push(`${file} has ${String(lines)} lines: split it`);
  if (/^export default\b/m.test(source) && !/^[\w.]+\.config\.ts$/.test(file)) {
    found.push(`${file} has a default export`);
  }
  if (/(^|\/)index\.tsx?$/.test(file)) found.push(`${file} is named like a barrel`);
  if (imports.some(({ reExport, file: target }) => reExport && target !== undefined)) {
    found.push(`${file} exports what is another file's`);
  }
  return found;
}

/** Imports of types are left out: they are gone before anything is loaded. */
function cycles(graph: ReadonlyMap<string, readonly Import[]>): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, way: readonly string[]) => {
    const start = way.indexOf(file);
    if (start !== -1) found.push(`cycle: ${[...way.slice(start), file].join(' -> ')}`);
    if (start !== -1 || done.has(file)) return;
    for (const { file: target, typeOnly } of graph.get(file) ?? []) {
      if (target !== undefined && !typeOnly) visit(target, [...way, file]);
    }
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return found;
}
