import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyFileSecrets } from '../../electron/engine/store/key-file-secrets.ts';
import { createProfileFile } from '../../electron/engine/store/profile-file.ts';
import { createRunFiles } from '../../electron/engine/store/run-files.ts';
import { memoryLog } from '../fakes/host-engine.ts';
import { runIdOf, storedRun } from '../fakes/stored-run.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';

const WRITER = path.join(import.meta.dirname, 'store-writer.ts');

let temporary: TemporaryFolder;
let folder: string;
beforeEach(async () => {
  temporary = await makeTemporaryFolder('killed');
  folder = path.join(temporary.path, 'data');
});
afterEach(() => temporary.remove());

type Kind = 'runs' | 'profiles' | 'secrets';

async function startWriter(kind: Kind, writer: number, times = 0) {
  const child = spawn(process.execPath, [WRITER, folder, kind, String(writer), String(times)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return { child, ended: once(child, 'exit') };
}

/** Lets a writer begin, and kills it in the middle of whatever it does. */
async function killWhileWriting(kind: Kind): Promise<void> {
  const { child, ended } = await startWriter(kind, 1);
  await sleep(60 + Math.random() * 60);
  child.kill('SIGKILL');
  await ended;
}

describe('a process that is killed while it writes', () => {
  it('leaves every run whole', async () => {
    for (let kill = 0; kill < 6; kill += 1) {
      await killWhileWriting('runs');
      const log = memoryLog();
      const store = createRunFiles(folder, log);
      expect(await store.list()).toHaveLength(1);
      expect(log.lines).toEqual([]);
      await store.save(storedRun(1));
    }
  });

  it('leaves the profiles whole, and the next one can save', async () => {
    for (let kill = 0; kill < 4; kill += 1) {
      await killWhileWriting('profiles');
      const store = createProfileFile(folder, memoryLog());
      expect(store.read().connections.length).toBeGreaterThan(0);
      // Should the lock have been left behind, this waits until it is old.
      await store.update((lists) => lists);
    }
  });

  it('leaves the secrets readable', async () => {
    for (let kill = 0; kill < 4; kill += 1) {
      await killWhileWriting('secrets');
      const secrets = createKeyFileSecrets(folder);
      expect(await secrets.get('connection:1')).toMatch(/^secret \d+$/);
      await secrets.set('connection:2', 'mine');
      expect(await secrets.get('connection:2')).toBe('mine');
    }
  });

  it('leaves nothing that stays for ever', async () => {
    const store = createRunFiles(folder, memoryLog());
    await store.save(storedRun(1));
    const abandoned = [
      path.join(folder, 'secrets.json.0123456789ab.tmp'),
      path.join(folder, 'profiles.json.tmp-1795342449118abcdef'),
      path.join(folder, 'runs', `${runIdOf(1)}.json.0123456789ab.tmp`),
    ];
    const fresh = path.join(folder, 'runs', `${runIdOf(2)}.json.0123456789ab.tmp`);
    for (const file of [...abandoned, fresh]) await writeFile(file, '{');
    const yesterday = new Date(Date.now() - 24 * 60 * 60 * 1_000);
    for (const file of abandoned) await utimes(file, yesterday, yesterday);
    await createRunFiles(folder, memoryLog()).save(storedRun(3));
    expect(await readdir(folder)).toEqual(['runs']);
    expect(await readdir(path.join(folder, 'runs'))).toEqual(
      [`${runIdOf(1)}.json`, path.basename(fresh), `${runIdOf(3)}.json`].sort(),
    );
  });
});

describe('processes that write at the same time', () => {
  it('lose none of each other’s profiles', async () => {
    const writers = await Promise.all([1, 2, 3].map((writer) => startWriter('profiles', writer, 20)));
    for (const { ended } of writers) expect((await ended)[0]).toBe(0);
    expect(createProfileFile(folder, memoryLog()).read().connections).toHaveLength(60);
  });

  it('end with one key, and all secrets', async () => {
    const writers = await Promise.all([1, 2, 3].map((writer) => startWriter('secrets', writer, 10)));
    for (const { ended } of writers) expect((await ended)[0]).toBe(0);
    const secrets = createKeyFileSecrets(folder);
    for (const writer of [1, 2, 3]) {
      expect(await secrets.get(`connection:${String(writer)}`)).toBe('secret 9');
    }
  });
});
