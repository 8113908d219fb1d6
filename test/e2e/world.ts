/** Everything that one scenario has to itself, on servers that a file of tests shares. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import type { PostgresServer } from '../harness/postgres/postgres-server.ts';
import type { S3Server } from '../harness/s3/s3-server.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../harness/temporary-folder.ts';
import type { Door, OpenApp, OpenOptions, Place } from './door.ts';
import { PATIENCE_MS } from './soon.ts';

/** What scenarios share. */
export interface Servers {
  readonly postgres: PostgresServer;
  readonly s3: S3Server;
}

export class World<App extends OpenApp = OpenApp> implements Place, AsyncDisposable {
  readonly database: TemporaryDatabase;
  readonly s3: S3Server;
  readonly bucket: string;
  readonly dataFolder: string;
  readonly #folder: TemporaryFolder;
  readonly #open: (place: Place, options: OpenOptions) => Promise<App>;
  readonly #expected: RegExp[] = [];
  #app: App | undefined;

  private constructor(
    servers: Servers,
    database: TemporaryDatabase,
    folder: TemporaryFolder,
    open: (place: Place, options: OpenOptions) => Promise<App>,
  ) {
    this.database = database;
    this.s3 = servers.s3;
    this.bucket = `e2e-${randomBytes(6).toString('hex')}`;
    this.dataFolder = path.join(folder.path, 'app');
    this.#folder = folder;
    this.#open = open;
    servers.s3.addBucket(this.bucket);
  }

  static async make<App extends OpenApp>(servers: Servers, door: Door<App>): Promise<World<App>> {
    const database = await servers.postgres.createDatabase();
    const folder = await makeTemporaryFolder('e2e');
    return new World(servers, database, folder, (place, options) => door.open(place, options));
  }

  /** Opens the app; once, and after the tables are there that it shall show. */
  async open(options: Partial<OpenOptions> = {}): Promise<App> {
    const app = await this.#open(this, { profiles: true, ...options });
    this.#app = app;
    app.page.setDefaultTimeout(PATIENCE_MS);
    return app;
  }

  /** Says that an error on the console belongs to the scenario. */
  expectProblem(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** What the window and the host complained about, and should not have. */
  get problems(): readonly string[] {
    const all = this.#app?.problems ?? [];
    return all.filter((problem) => !this.#expected.some((pattern) => pattern.test(problem)));
  }

  /** What the window says, for the report of a test that has failed. */
  async screenText(): Promise<string> {
    const page = this.#app?.page;
    if (page === undefined || page.isClosed()) return '(no window)';
    return await page.locator('body').innerText({ timeout: 2_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.s3.faults.clear();
    await this.#app?.[Symbol.asyncDispose]();
    await this.database.drop();
    this.s3.removeBucket(this.bucket);
    await this.#folder.remove();
  }
}
