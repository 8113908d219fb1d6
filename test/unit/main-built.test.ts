/** The bundle that Electron will run, run by plain Node: bundling is where CommonJS drivers break. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..', '..');
const MAIN = path.join(ROOT, '.vite', 'build', 'main.js');
const HOOKS = path.join(ROOT, 'test', 'harness', 'electron-hooks.ts');
const SCENARIO = path.join(ROOT, 'test', 'harness', 'boot-built-main.ts');

it.skipIf(!existsSync(MAIN))(
  'boots, opens a window, answers over a port and ends',
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'sluice-built-'));
    try {
      const args = ['--import', pathToFileURL(HOOKS).href, SCENARIO, MAIN];
      const env = { ...process.env, SLUICE_HOME: folder };
      const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 30_000 });
      expect(JSON.parse(stdout)).toMatchObject({
        preferences: { contextIsolation: true, sandbox: true, nodeIntegration: false },
        status: 200,
        html: expect.stringContaining('<div id="root">') as string,
        result: { type: 'result', id: 1, output: { version: '0.1.0', secrets: 'keychain' } },
        exitCode: 0,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
  40_000,
);
