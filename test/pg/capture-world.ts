/** A database with a capture of it: what the tests of capturing share. */
import path from 'node:path';
import { postgresCapture } from '../../electron/engine/postgres/capture-source.ts';
import type {
  CaptureSource,
  CaptureStream,
  ExportedSnapshot,
} from '../../electron/engine/capture/capture-source.ts';
import { parseLsn } from '../../electron/engine/decode/lsn.ts';
import { accessTo, kept, type Captured } from '../harness/capture-reader.ts';
import type { Database } from '../harness/postgres/database.ts';
import type { PostgresServer } from '../harness/postgres/postgres-server.ts';
import { makeTemporaryFolder } from '../harness/temporary-folder.ts';

/** A signal that never fires. */
export const always = new AbortController().signal;

const SPOOL_BYTES = 1024 ** 3;

export class CaptureWorld implements AsyncDisposable {
  readonly db: Database;
  readonly source: CaptureSource = postgresCapture({
    cores: 2,
    minRangeBytes: 1024 ** 2,
    maxRangeBytes: 4 * 1024 ** 2,
  });
  readonly slot = 'captured';
  readonly publication = 'published';
  readonly #stack = new AsyncDisposableStack();
  readonly #folder: string;

  private constructor(db: Database, folder: string) {
    this.db = db;
    this.#folder = folder;
  }

  /** A new database, with these statements run in it; its slot goes with it. */
  static async make(server: PostgresServer, sql = ''): Promise<CaptureWorld> {
    await using stack = new AsyncDisposableStack();
    const db = stack.use(await server.createDatabase());
    const folder = await makeTemporaryFolder('capture');
    stack.defer(async () => await folder.remove());
    const world = new CaptureWorld(db, folder.path);
    stack.defer(async () => {
      await db.query(
        `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
          WHERE slot_name = '${world.slot}' AND active_pid IS NOT NULL`,
      );
      for (let attempt = 0; attempt < 50; attempt++) {
        const { rowCount } = await db.query(
          `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
            WHERE slot_name = '${world.slot}' AND NOT active`,
        );
        if (rowCount === 1 || (await world.position()) === undefined) return;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    });
    if (sql !== '') await db.query(sql);
    world.#stack.use(stack.move());
    return world;
  }

  get access() {
    return accessTo(this.db);
  }

  get ref() {
    return { slot: this.slot, publication: this.publication };
  }

  get spoolFolder(): string {
    return path.join(this.#folder, 'spool');
  }

  /** Publishes these tables of `public`, and makes the slot. */
  async begin(...tables: string[]): Promise<ExportedSnapshot> {
    const list = tables.map((name) => ({ schema: 'public', name }));
    await this.source.publish(
      this.access,
      { publication: this.publication, tables: list, known: [] },
      always,
    );
    return await this.source.createSlot(this.access, this.ref, always);
  }

  /** The same, for a test that needs no snapshot. Where the stream begins. */
  async beginAt(...tables: string[]): Promise<bigint> {
    await using snapshot = await this.begin(...tables);
    return snapshot.lsn;
  }

  async open(from: bigint, spoolBytes = SPOOL_BYTES): Promise<CaptureStream> {
    const { ref, spoolFolder } = this;
    return await this.source.open(this.access, { ...ref, from, spoolFolder, spoolBytes }, always);
  }

  async rows(table: string, snapshot: ExportedSnapshot, workers?: number): Promise<Captured[]> {
    const { publication } = this;
    const request = { table: { schema: 'public', name: table }, publication, snapshot, workers };
    const items: Captured[] = [];
    for await (const { rows } of this.source.readTable(this.access, request, always)) {
      for (const row of rows) items.push(kept(row));
    }
    return items;
  }

  /** The end of the WAL, behind everything that was committed so far. */
  async now(): Promise<bigint> {
    const { rows } = await this.db.query<{ lsn: string }>('SELECT pg_current_wal_insert_lsn()::text AS lsn');
    return parseLsn(rows[0]?.lsn ?? '');
  }

  /** What the slot was told to forget. */
  async position(): Promise<bigint | undefined> {
    const { rows } = await this.db.query<{ lsn: string }>(
      'SELECT confirmed_flush_lsn::text AS lsn FROM pg_replication_slots WHERE slot_name = $1',
      [this.slot],
    );
    return rows[0] === undefined ? undefined : parseLsn(rows[0].lsn);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
