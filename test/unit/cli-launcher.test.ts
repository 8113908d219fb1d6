import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const LAUNCHER = path.resolve(import.meta.dirname, '../../bin/sluice.mjs');

let temporary: TemporaryFolder;
let launcher: string;
beforeEach(async () => {
  temporary = await makeTemporaryFolder('launcher');
  launcher = path.join(temporary.path, 'bin', 'sluice.mjs');
  await mkdir(path.dirname(launcher));
  await copyFile(LAUNCHER, launcher);
});
afterEach(() => temporary.remove());

const launch = (...args: string[]) => spawnSync(process.execPath, [launcher, ...args], { encoding: 'utf8' });

it('says what to do when nothing is built', () => {
  const { status, stdout, stderr } = launch('tables');
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toBe('sluice is not built yet: run `npm run build` in its folder\n');
});

it('starts what is built, with its arguments and its exit code', async () => {
  const folder = path.join(temporary.path, '.vite', 'cli');
  await mkdir(folder, { recursive: true });
  const program = 'process.stdout.write(JSON.stringify(process.argv.slice(2))); process.exitCode = 7;';
  // A folder without a package.json: the extension would not say that it is a module, its text has to.
  await writeFile(path.join(folder, 'sluice.js'), `${program}\nexport {};\n`);
  const { status, stdout } = launch('a b', '--json');
  expect([status, stdout]).toEqual([7, '["a b","--json"]']);
});
