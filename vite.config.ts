/**
 * One configuration for everything that is built or tested. Electron Forge names its target in the environment it
 * passes; `--mode cli`, `main`, `worker` and `preload` build the programs without Forge; plain `vite` builds the
 * renderer; Vitest reads `test`.
 */
import { existsSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

interface ForgeEnvironment {
  readonly forgeConfigSelf?: { readonly target?: 'main' | 'preload'; readonly entry: string };
}

/** The entry that makes files of Parquet. */
const PARQUET_THREAD = 'electron/engine/encode/parquet/parquet-worker.ts';

const at = (relative: string) => path.resolve(import.meta.dirname, relative);

/**
 * Takes Node's own modules as `require` gives them. To an ES module Node shows all that such a module exports, and for that
 * reads each at once: `http.WebSocket` loads all of fetch, `crypto.webcrypto` all of that. A tenth of the time of a start.
 */
const nodeAsRequired: Plugin = {
  name: 'node-as-required',
  enforce: 'pre',
  // With `node:module` the bundle begins: by it the rest is required.
  resolveId: (id) =>
    isBuiltin(id) && !/^(node:)?module$/.test(id) ? `\0${id.replace(/^(node:)?/, 'node:')}` : undefined,
  load: (id) =>
    id.startsWith('\0node:') ? `module.exports = process.getBuiltinModule('${id.slice(1)}');` : undefined,
};

/**
 * Writes what is not ASCII as escapes, but in raw strings, where they would be taken as they stand. V8 keeps a source in two
 * bytes a character as soon as one of them needs two: of these programs 3 MB more in memory, and 5 % of the time of a start.
 */
const asciiOnly: Plugin = {
  name: 'ascii-only',
  generateBundle(_options, bundle) {
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== 'chunk') continue;
      chunk.code = chunk.code.replaceAll(/String\.raw`[^`]*`|[^\0-\x7f]/g, (found) =>
        found.length > 1 ? found : `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

/**
 * A Node program in one ES-module file. Built the `ssr` way: the client way turns CommonJS dependencies such as pg
 * into code that throws at start, because there is no `require` in a browser.
 */
const nodeProgram = (entry: string, outDir: string): ViteUserConfig => ({
  plugins: [nodeAsRequired, asciiOnly],
  ssr: { noExternal: true },
  build: {
    ssr: entry,
    outDir,
    emptyOutDir: false,
    target: 'node24',
    sourcemap: true,
    minify: false,
    rollupOptions: {
      external: ['electron', 'pg-native', 'bufferutil', 'utf-8-validate'],
      output: { format: 'es', entryFileNames: '[name].js', codeSplitting: false },
    },
  },
});

/** The threads lie in a folder of their own, which every program finds in the same place. */
const isThread = (entry: string) => entry.endsWith('-worker.ts');

/** A sandboxed preload script has to be one CommonJS file. https://www.electronjs.org/docs/latest/tutorial/esm */
const preloadScript = (entry: string): ViteUserConfig => ({
  build: {
    outDir: at('.vite/build'),
    emptyOutDir: false,
    copyPublicDir: false,
    target: 'chrome156',
    rollupOptions: {
      input: entry,
      external: ['electron'],
      output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
    },
  },
});

const tests = (name: string, include: string[], extra: object = {}) => ({
  extends: true as const,
  test: {
    name,
    include,
    setupFiles: ['test/harness/fail-on-missed-fault.ts'],
    // It imports Electron, which is a stub in tests: a module that is not bundled would get the real one.
    server: { deps: { inline: ['electron-store'] } },
    // What is waited for comes when the machine has time for it: the limit only ends what never comes.
    expect: { poll: { timeout: 30_000, interval: 20 } },
    ...extra,
  },
});

/** What runs on the oldest server as well: reading, types, ranges, cancelling. */
const ON_OLDEST_SERVER = [
  'test/pg/{session,cancel,catalog,csv-routes,extract,extract-objects,jsonl,postgres-dialect,preview}.test.ts',
  'test/pg/{masks,type-report,object-rows,sources}.test.ts',
  'test/pg/*{range,parallel,partition,resume,retry,standby}*.test.ts',
];

/** There are no programs of the oldest server for some systems; a server that was asked for takes its place. */
const hasOldestServer = () =>
  process.env['SLUICE_TEST_POSTGRES'] === undefined && existsSync(at('node_modules/postgres-14/native'));

export default defineConfig((environment): ViteUserConfig => {
  const forge = (environment as unknown as ForgeEnvironment).forgeConfigSelf;
  if (forge?.target === 'main') {
    return nodeProgram(forge.entry, isThread(forge.entry) ? '.vite/worker' : '.vite/build');
  }
  if (forge?.target === 'preload') return preloadScript(forge.entry);
  if (environment.mode === 'cli') return nodeProgram(at('electron/cli/sluice.ts'), at('.vite/cli'));
  if (environment.mode === 'main') return nodeProgram(at('electron/main/main.ts'), at('.vite/build'));
  if (environment.mode === 'worker') return nodeProgram(at(PARQUET_THREAD), at('.vite/worker'));
  if (environment.mode === 'preload') return preloadScript(at('electron/preload/preload.ts'));
  return {
    root: at('renderer'),
    base: './',
    plugins: [react()],
    build: { outDir: at('.vite/renderer/main_window'), emptyOutDir: true, target: 'chrome156' },
    test: {
      root: import.meta.dirname,
      projects: [
        // Properties try thousands of cases: a busy machine that needs longer is no fault of theirs.
        tests('unit', ['test/{architecture,unit,property}/**/*.test.ts'], { testTimeout: 30_000 }),
        // A limit ends what never comes: beside other load a test takes many times as long as alone.
        tests('integration', ['test/{pg,s3,recovery}/**/*.test.ts'], {
          testTimeout: 180_000,
          hookTimeout: 120_000,
          // One more than two cores: a third of the time of a test is spent waiting for a server, or for a process to start.
          maxWorkers: 3,
          // Projects of one group have to have the same number of workers, which by default depends on the machine.
          sequence: { groupOrder: 1 },
        }),
        ...(hasOldestServer()
          ? [
              tests('postgres-14', ON_OLDEST_SERVER, {
                env: { SLUICE_TEST_POSTGRES: '14' },
                testTimeout: 180_000,
                hookTimeout: 120_000,
                maxWorkers: 3,
                sequence: { groupOrder: 1 },
              }),
            ]
          : []),
        tests('e2e', ['test/e2e/**/*.test.ts'], {
          testTimeout: 240_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        }),
      ],
    },
  };
});
