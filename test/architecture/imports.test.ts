import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { LINE_LIMIT, TEST_LINE_LIMIT, violations } from './import-rules.ts';
import { importsOf } from './source-imports.ts';

const ROOT = path.join(import.meta.dirname, '..', '..');

function ownSources(): Map<string, string> {
  const files = globSync('{assets,electron,renderer,test}/**/*.{ts,tsx}', { cwd: ROOT });
  const configs = globSync('*.config.ts', { cwd: ROOT });
  return new Map(
    [...files, ...configs].map((file) => [
      file.split(path.sep).join('/'),
      readFileSync(path.join(ROOT, file), 'utf8'),
    ]),
  );
}

/** What is found in files that import the given specifiers. */
const planted = (files: Record<string, string>) => violations(new Map(Object.entries(files)));
const importing = (file: string, specifier: string) =>
  planted({ [file]: `import { x } from '${specifier}';` });

describe('our sources', () => {
  it('are all seen', () => {
    const files = [...ownSources().keys()];
    expect(files).toContain('electron/contract/wire.ts');
    expect(files).toContain('electron/main/main.ts');
    expect(files).toContain('renderer/client/client.ts');
    expect(files).toContain('test/architecture/imports.test.ts');
    expect(files.some((file) => file.includes('node_modules'))).toBe(false);
  });

  it('keep the rules of direction', () => {
    expect(violations(ownSources())).toEqual([]);
  });
});

describe('every rule finds what it is there for', () => {
  it.each([
    ['electron/contract/a.ts', '../engine/ports.ts'],
    ['electron/contract/a.ts', '../../renderer/a.ts'],
    ['electron/contract/a.ts', 'pg'],
    ['electron/contract/a.ts', 'node:fs'],
    ['electron/contract/a.ts', 'ini'],
    ['electron/engine/a.ts', '../host/router.ts'],
    ['electron/engine/a.ts', '../main/main.ts'],
    ['electron/engine/a.ts', '../cli/sluice.ts'],
    ['electron/engine/a.ts', '../../renderer/a.ts'],
    ['electron/engine/a.ts', 'electron'],
    ['electron/engine/a.ts', 'ws'],
    ['electron/engine/extract/a.ts', '../postgres/session.ts'],
    ['electron/engine/extract/a.ts', '../s3/sink.ts'],
    ['electron/engine/jobs/a.ts', '../store/run-files.ts'],
    ['electron/engine/encode/a.ts', '../folder/sink.ts'],
    ['electron/engine/profiles/a.ts', '../store/profile-file.ts'],
    ['electron/engine/capture/a.ts', '../connect/client.ts'],
    ['electron/engine/postgres/a.ts', '../s3/sink.ts'],
    ['electron/engine/store/a.ts', '../folder/sink.ts'],
    ['electron/engine/lib/a.ts', '../postgres/quote.ts'],
    ['electron/engine/ports.ts', './postgres/quote.ts'],
    ['electron/engine/jobs/a.ts', 'pg'],
    ['electron/engine/s3/a.ts', 'pg-connection-string'],
    ['electron/engine/extract/a.ts', '@aws-sdk/client-s3'],
    ['electron/engine/postgres/a.ts', '@smithy/node-http-handler'],
    ['electron/host/a.ts', '../engine/engine.ts'],
    ['electron/host/a.ts', '../engine/postgres/quote.ts'],
    ['electron/host/a.ts', '../main/main.ts'],
    ['electron/host/serve.ts', 'electron'],
    ['electron/preload/a.ts', '../contract/wire.ts'],
    ['electron/preload/a.ts', 'zod'],
    ['electron/main/a.ts', '../cli/sluice.ts'],
    ['electron/main/a.ts', '../engine/postgres/quote.ts'],
    ['electron/main/a.ts', '../../renderer/a.ts'],
    ['electron/main/a.ts', 'react'],
    ['electron/cli/a.ts', '../main/launch.ts'],
    ['electron/cli/a.ts', '../engine/s3/sink.ts'],
    ['electron/cli/a.ts', 'electron'],
    ['renderer/a.ts', '../electron/engine/ports.ts'],
    ['renderer/a.ts', '../electron/host/router.ts'],
    ['renderer/a.ts', 'electron'],
    ['renderer/a.ts', 'node:fs'],
    ['renderer/a.ts', 'pg'],
    ['electron/engine/a.ts', '../../test/fakes/a.ts'],
    ['renderer/a.ts', '../test/fakes/a.ts'],
    ['vite.config.ts', './test/check.ts'],
  ])('%s must not import %s', (file, specifier) => {
    expect(importing(file, specifier)).toHaveLength(1);
  });

  it.each([
    ['electron/contract/a.ts', 'zod'],
    ['electron/contract/a.ts', './b.ts'],
    ['electron/engine/engine.ts', './postgres/row-source.ts'],
    ['electron/engine/engine.ts', './jobs/jobs.ts'],
    ['electron/engine/extract/a.ts', '../ports.ts'],
    ['electron/engine/extract/a.ts', '../../contract/run.ts'],
    ['electron/engine/postgres/a.ts', 'pg'],
    ['electron/engine/postgres/a.ts', '../lib/a.ts'],
    ['electron/engine/s3/a.ts', '@aws-sdk/client-s3'],
    ['electron/host/ipc-channel.ts', 'electron'],
    ['electron/host/a.ts', 'ws'],
    ['electron/main/a.ts', '../engine/engine.ts'],
    ['electron/main/a.ts', 'electron'],
    ['renderer/a.tsx', 'react'],
    ['renderer/a.tsx', '../electron/contract/run.ts'],
    ['test/a.ts', '../electron/engine/postgres/quote.ts'],
    ['test/a.ts', 'pg'],
  ])('%s may import %s', (file, specifier) => {
    expect(importing(file, specifier)).toEqual([]);
  });

  it('a type is an import too', () => {
    const file = 'electron/engine/jobs/a.ts';
    expect(planted({ [file]: "import type { x } from '../postgres/a.ts';" })).toHaveLength(1);
    expect(planted({ [file]: "export type { x } from '../postgres/a.ts';" })).not.toEqual([]);
  });

  it('a dynamic import, a require and an import for its effects are imports too', () => {
    const file = 'electron/engine/jobs/a.ts';
    for (const code of ["await import('pg');", "require('pg');", "import 'pg';", 'import "pg";']) {
      expect(planted({ [file]: code })).toEqual([`${file} must not import the package pg`]);
    }
  });

  it('an extension is missing', () => {
    expect(importing('renderer/a.ts', './b')).toEqual(['renderer/a.ts imports ./b without its extension']);
  });

  it('there is a cycle, unless it is one of types', () => {
    const files = {
      'electron/engine/a.ts': "import { b } from './b.ts';",
      'electron/engine/b.ts': "export const b = 1;\nimport { c } from './c.ts';",
      'electron/engine/c.ts': "import { a } from './a.ts';",
    };
    expect(planted(files)).toEqual([
      'cycle: electron/engine/a.ts -> electron/engine/b.ts -> electron/engine/c.ts -> electron/engine/a.ts',
    ]);
    expect(planted({ ...files, 'electron/engine/c.ts': "import type { A } from './a.ts';" })).toEqual([]);
  });

  it('there is a barrel', () => {
    expect(planted({ 'renderer/ui/index.ts': "export { Grid } from './grid.ts';" })).toHaveLength(2);
    expect(planted({ 'renderer/ui/all.ts': "export * from './grid.ts';" })).toHaveLength(1);
  });

  it('there is a default export outside of a configuration', () => {
    expect(planted({ 'renderer/a.ts': 'export default 1;' })).toEqual(['renderer/a.ts has a default export']);
    expect(planted({ 'vite.config.ts': 'export default 1;' })).toEqual([]);
  });

  it('a file is too long, unless it is one table', () => {
    const long = 'x\n'.repeat(LINE_LIMIT + 1);
    expect(planted({ 'renderer/a.ts': long })).toEqual(['renderer/a.ts has 301 lines: split it']);
    expect(planted({ 'electron/contract/error-table.ts': long })).toEqual([]);
    expect(planted({ 'renderer/a.ts': 'x\n'.repeat(LINE_LIMIT) })).toEqual([]);
    expect(planted({ 'test/a.ts': 'x\n'.repeat(TEST_LINE_LIMIT) })).toEqual([]);
    expect(planted({ 'test/a.ts': 'x\n'.repeat(TEST_LINE_LIMIT + 1) })).toHaveLength(1);
  });
});

describe('the scanner', () => {
  const specifiers = (source: string) => importsOf('a/b.ts', source).map(({ specifier }) => specifier);

  it('reads every form', () => {
    expect(
      specifiers(`
        import a from 'one';
        import { b, type B } from "two";
        import * as c from 'three';
        import type { D } from 'four';
        import {
          e,
          f,
        } from 'five';
        export { g } from 'six';
        export * from 'seven';
        import 'eight';
        const i = await import('nine');
      `).sort(),
    ).toEqual(['eight', 'five', 'four', 'nine', 'one', 'seven', 'six', 'three', 'two']);
  });

  it('does not take comments and texts for imports', () => {
    expect(
      specifiers(`
        // import a from 'one';
        /* import b from 'two'; */
        const url = 'https://example.com'; // import c from 'three';
        const words = "we import things from 'four'";
        export const from = 'five';
      `),
    ).toEqual([]);
  });
});
