/** The desktop app as it is built, in Electron. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { createEngine } from '../../electron/engine/engine.ts';
import { createKeyFileSecrets } from '../../electron/engine/store/key-file-secrets.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { memoryLog } from '../fakes/host-engine.ts';
import type { Door, OpenApp, OpenOptions, Place } from './door.ts';
import { saveProfiles, secretsEnvironment } from './profiles.ts';
import { watchWindow } from './window-problems.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');

/** A test must not ask for the keychain of whoever runs it: the system would show a dialog and wait for an answer. */
const OWN_KEYCHAIN = ['--use-mock-keychain', '--password-store=basic'];

export class ElectronDoor implements Door {
  readonly #executablePath: string;

  constructor(executablePath: string) {
    this.#executablePath = executablePath;
  }

  async open(place: Place, options: OpenOptions): Promise<OpenApp> {
    if (options.profiles) await prepareProfiles(place);
    const environment = options.profiles ? secretsEnvironment(place) : process.env;
    const app = await _electron.launch({
      executablePath: this.#executablePath,
      args: [...OWN_KEYCHAIN, ROOT],
      cwd: ROOT,
      // Chromium's sandbox refuses to work for root, and in most containers.
      chromiumSandbox: process.platform !== 'linux',
      env: { ...withoutUndefined(environment), SLUICE_HOME: place.dataFolder },
    });
    const problems: string[] = [];
    watchWindow(app.context(), problems);
    return new DesktopWindow(app, await app.firstWindow(), problems, place.dataFolder);
  }
}

/** Another engine on the same folder, which is gone before the desktop's comes. */
async function prepareProfiles(place: Place): Promise<void> {
  const engine = createEngine({
    version: packageJson.version,
    platform: process.platform,
    origin: 'cli',
    dataFolder: place.dataFolder,
    secrets: createKeyFileSecrets(place.dataFolder),
    log: memoryLog(),
  });
  await saveProfiles(engine, place, 'environment');
  await engine.close();
}

function withoutUndefined(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

class DesktopWindow implements OpenApp {
  readonly page: Page;
  readonly problems: readonly string[];
  /** Messages cross by a port, which cannot be listened to from outside. */
  readonly received = undefined;
  readonly #app: ElectronApplication;
  readonly #folder: string;

  constructor(app: ElectronApplication, page: Page, problems: readonly string[], folder: string) {
    this.#app = app;
    this.page = page;
    this.problems = problems;
    this.#folder = folder;
  }

  async clipboard(): Promise<string> {
    return await this.#app.evaluate(({ clipboard }) => clipboard.readText());
  }

  /** A path that is set beforehand keeps the system's dialog away, which nothing here could answer. */
  async savedFile(act: () => Promise<void>): Promise<string> {
    const file = path.join(this.#folder, 'saved-file');
    const done = await this.#app.evaluateHandle(({ session }, savePath) => {
      const saved = Promise.withResolvers<string>();
      session.defaultSession.once('will-download', (_event, item) => {
        item.setSavePath(savePath);
        item.once('done', (_done, state) => saved.resolve(state));
      });
      // In an object, because a promise by itself would be waited for here.
      return { state: saved.promise };
    }, file);
    await act();
    const state = await done.evaluate((each) => each.state);
    if (state !== 'completed') throw new Error(`the download is ${state}`);
    return await readFile(file, 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close();
  }
}
