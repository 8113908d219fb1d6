/** One capture of one table, for tests that name what goes wrong. */
import { CaptureProcess } from './capture-process.ts';
import { readHistory } from './history-rows.ts';
import { replay } from './replay.ts';
import { columnsOf, difference, replayedOf, truthOf } from './table-truth.ts';
import type { CaptureWorld } from './world.ts';
import type { TemporaryDatabase } from '../harness/postgres/database.ts';

export class CaptureScene implements AsyncDisposable {
  readonly world: CaptureWorld;
  readonly database: TemporaryDatabase;
  readonly bucket: string;
  /** Tables that the job names. */
  readonly tables: readonly string[];
  readonly #processes: CaptureProcess[] = [];

  private constructor(
    world: CaptureWorld,
    database: TemporaryDatabase,
    bucket: string,
    tables: readonly string[],
  ) {
    this.world = world;
    this.database = database;
    this.bucket = bucket;
    this.tables = tables;
  }

  /** A table `orders` with a hundred rows. */
  static async begin(
    world: CaptureWorld,
    bucket: string,
    tables: readonly string[] = ['orders'],
  ): Promise<CaptureScene> {
    world.s3.faults.clear();
    world.s3.requests.clear();
    world.s3.addBucket(bucket);
    const database = await world.postgres.createDatabase();
    for (const table of tables) {
      await database.query(`CREATE TABLE ${table} (id int PRIMARY KEY, v text);
        INSERT INTO ${table} SELECT i, 'row ' || i FROM generate_series(1, 100) AS i`);
    }
    return new CaptureScene(world, database, bucket, tables);
  }

  get slot(): string {
    return `sluice_${this.bucket}`;
  }

  /** @param machine where its data folder is: another one stands for another computer */
  start(more: readonly string[] = [], machine = 'here'): CaptureProcess {
    const { args, env } = this.world.addresses(this.database.database, this.bucket);
    const named = [
      '--name',
      this.bucket,
      ...args,
      '--table',
      this.tables.map((name) => `public.${name}`).join(','),
    ];
    const home = this.world.dataFolder(`${machine}-${this.bucket}`);
    const capture = new CaptureProcess([...named, '--roll-seconds', '0.2', ...more], {
      ...env,
      SLUICE_HOME: home,
    });
    this.#processes.push(capture);
    return capture;
  }

  /** Up to now, and ends. */
  async finish(more: readonly string[] = []): Promise<CaptureProcess> {
    const capture = this.start(['--until', 'current', ...more]);
    await capture.exitCode();
    return capture;
  }

  async write(from: number, to: number, table = 'orders'): Promise<void> {
    await this.database
      .query(`INSERT INTO ${table} SELECT i, 'new ' || i FROM generate_series(${from}, ${to}) AS i;
      UPDATE ${table} SET v = v || '!' WHERE id = ${from}; DELETE FROM ${table} WHERE id = ${to}`);
  }

  /** What the files lack or have too much of; undefined where they are the tables. @throws HistoryError */
  async problem(): Promise<string | undefined> {
    const history = await readHistory(this.world.files(this.bucket), this.bucket);
    const replayed = replay(history);
    const client = await this.database.connect();
    for (const table of this.tables) {
      const rows = replayed.get(`public.${table}`)?.rows ?? [];
      const wrong = difference(
        await truthOf(client, table),
        replayedOf(rows, await columnsOf(client, table)),
      );
      if (wrong !== undefined) return `${table}: ${wrong}`;
    }
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const capture of this.#processes) await capture[Symbol.asyncDispose]();
    const { postgres, wire, s3 } = this.world;
    s3.faults.clear();
    wire.forget();
    for (;;) {
      await postgres.query(
        'SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = $1 AND active',
        [this.database.database],
      );
      const { rows } = await postgres.query<{ active: boolean }>(
        'SELECT active, CASE WHEN NOT active THEN pg_drop_replication_slot(slot_name) END FROM pg_replication_slots WHERE database = $1',
        [this.database.database],
      );
      if (!rows.some(({ active }) => active)) break;
    }
    await this.database[Symbol.asyncDispose]();
  }
}
