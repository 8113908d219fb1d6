/** The served app: the real engine and the real host in this process, and the built renderer in Chromium. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { createEngine } from '../../electron/engine/engine.ts';
import type { Engine } from '../../electron/engine/engine-api.ts';
import { createKeyFileSecrets } from '../../electron/engine/store/key-file-secrets.ts';
import { startServer, type RunningServer } from '../../electron/host/serve.ts';
import packageJson from '../../package.json' with { type: 'json' };
import { memoryLog } from '../fakes/host-engine.ts';
import type { Door, OpenApp, OpenOptions, Place } from './door.ts';
import { saveProfiles } from './profiles.ts';
import { watchWindow } from './window-problems.ts';

const RENDERER_FOLDER = path.resolve(import.meta.dirname, '../../.vite/renderer/main_window');

/** Pixels of the window at first. */
const VIEWPORT = { width: 1280, height: 800 };

export class BrowserDoor implements Door<ServedWindow> {
  readonly #browser: Browser;
  readonly #window: BrowserContextOptions;

  /** @param window how the window differs from what the scenarios have */
  constructor(browser: Browser, window: BrowserContextOptions = {}) {
    this.#browser = browser;
    this.#window = window;
  }

  async open(place: Place, options: OpenOptions): Promise<ServedWindow> {
    const problems: string[] = [];
    const log = { ...memoryLog(), error: (line: string) => void problems.push(`host: ${line}`) };
    const engine = createEngine({
      version: packageJson.version,
      platform: process.platform,
      origin: 'served',
      dataFolder: place.dataFolder,
      secrets: createKeyFileSecrets(place.dataFolder),
      log,
      ...(options.readLimits && { readLimits: options.readLimits }),
    });
    if (options.profiles) await saveProfiles(engine, place, 'saved');
    const serve = (port: number) => startServer({ engine, port, rendererFolder: RENDERER_FOLDER, log });
    const server = await serve(0);
    const context = await this.#browser.newContext({
      viewport: VIEWPORT,
      permissions: ['clipboard-read', 'clipboard-write'],
      reducedMotion: 'reduce',
      ...this.#window,
    });
    watchWindow(context, problems);
    const page = await context.newPage();
    const app = new ServedWindow({ engine, serve, server, context, page, problems });
    await page.goto(server.newLink());
    return app;
  }
}

interface Parts {
  readonly engine: Engine;
  readonly serve: (port: number) => Promise<RunningServer>;
  readonly server: RunningServer;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly problems: string[];
}

export class ServedWindow implements OpenApp {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly problems: string[];
  readonly received: string[] = [];
  readonly #engine: Engine;
  readonly #serve: Parts['serve'];
  #server: RunningServer;

  constructor({ engine, serve, server, context, page, problems }: Parts) {
    this.page = page;
    this.context = context;
    this.problems = problems;
    this.#engine = engine;
    this.#serve = serve;
    this.#server = server;
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => this.received.push(String(payload)));
    });
  }

  get server(): RunningServer {
    return this.#server;
  }

  /** Starts the server again on the port that it had; the engine has gone on meanwhile. */
  async restartServer(): Promise<void> {
    this.#server = await this.#serve(Number(new URL(this.#server.url).port));
  }

  async clipboard(): Promise<string> {
    return await this.page.evaluate(() => navigator.clipboard.readText());
  }

  async savedFile(act: () => Promise<void>): Promise<string> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), act()]);
    return await readFile(await download.path(), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.context.close();
    await this.#server.close();
    await this.#engine.close();
  }
}
