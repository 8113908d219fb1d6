/** A capture of a real server into a folder, run in this process, that ends in the middle of a snapshot. */
import { once } from 'node:events';
import path from 'node:path';
import { captureSpecSchema, type CaptureSpecInput } from '../../../electron/contract/capture-spec.ts';
import type { CaptureNews, Reread } from '../../../electron/contract/capture-calls.ts';
import type { CaptureStatus } from '../../../electron/contract/capture-status.ts';
import { CaptureHistory } from '../../../electron/engine/capture/capture-history.ts';
import { CaptureReport } from '../../../electron/engine/capture/capture-report.ts';
import { CaptureRun } from '../../../electron/engine/capture/capture-run.ts';
import type { CaptureSource } from '../../../electron/engine/capture/capture-source.ts';
import { FolderSink } from '../../../electron/engine/folder/folder-sink.ts';
import { systemClock } from '../../../electron/engine/lib/system-clock.ts';
import { postgresCapture } from '../../../electron/engine/postgres/capture-source.ts';
import { postgresWal } from '../../../electron/engine/postgres/wal-source.ts';
import { verifyCapture } from '../../../electron/engine/verify/verify-capture.ts';
import { accessTo } from '../capture-reader.ts';
import type { Database } from '../postgres/database.ts';
import { makeTemporaryFolder, type TemporaryFolder } from '../temporary-folder.ts';
import { readWritten } from './written-capture.ts';

export const JOB = 'resumed';

/** Rows of an object. */
const OBJECT_ROWS = 400;

/**
 * A source that reads a table until so many parts of its snapshot must have come to the log, and then no more. A part comes
 * with an object that ends behind the end of a range, and two ranges that end together are one part: with rows alone, or
 * with ranges alone, the reading could stop before the last part that is waited for.
 */
function slowSource(source: CaptureSource, parts: number): CaptureSource {
  return {
    ...source,
    openTable: async (access, request, signal) => {
      const opened = await source.openTable(access, request, signal);
      return {
        ...opened,
        async *read() {
          let certain = 0;
          /** Rows since a range ended that may not be in the log. */
          let behind: number | undefined;
          for await (const batch of opened.read()) {
            yield batch;
            if (behind !== undefined) behind += batch.rows.length;
            if (behind !== undefined && behind >= OBJECT_ROWS) {
              certain++;
              behind = undefined;
            }
            if (batch.finished !== undefined) behind ??= 0;
            if (certain >= parts && !signal.aborted) await once(signal, 'abort');
          }
        },
      };
    },
  };
}

/** What one run of the capture has done. */
export interface EndedRun {
  readonly news: readonly CaptureNews[];
  /** Rows that were read of tables. */
  readonly rowsRead: number;
  readonly error: string | undefined;
}

/** A capture that goes on; its end is in good order. */
export interface RunningCapture extends AsyncDisposable {
  readonly news: readonly CaptureNews[];
  readonly status: () => CaptureStatus;
  readonly reread: (asked: Reread) => void;
}

export class InterruptedCapture implements AsyncDisposable {
  readonly #db: Database;
  readonly #folder: TemporaryFolder;
  readonly #source: CaptureSource;
  readonly #tables: readonly string[];
  readonly #spec: Partial<CaptureSpecInput>;

  private constructor(
    db: Database,
    folder: TemporaryFolder,
    tables: readonly string[],
    spec: Partial<CaptureSpecInput>,
  ) {
    this.#db = db;
    this.#folder = folder;
    this.#tables = tables;
    this.#spec = spec;
    this.#source = postgresCapture({ cores: 2, minRangeBytes: 64 * 1024, maxRangeBytes: 128 * 1024 });
  }

  static async make(
    db: Database,
    tables: readonly string[],
    spec: Partial<CaptureSpecInput> = {},
  ): Promise<InterruptedCapture> {
    return new InterruptedCapture(db, await makeTemporaryFolder('resumed'), tables, spec);
  }

  /** The destination: what the process itself keeps lies beside it, and goes with it. */
  get #lake(): string {
    return path.join(this.#folder.path, 'lake');
  }

  get #access() {
    return accessTo(this.#db);
  }

  /**
   * @param parts of snapshots, after which it ends without good order, as a crash does; or with the end of a snapshot,
   * where there are not so many. Left out, it runs up to now.
   */
  async run(parts?: number, tables: readonly string[] = this.#tables): Promise<EndedRun> {
    const { run, report, news } = this.#make(tables, { parts });
    await run.run();
    const { snapshotTables, lastError } = report.status();
    return { news, rowsRead: snapshotTables.rows, error: lastError?.error.message };
  }

  /** Runs until it is stopped, and looks at the server so often. */
  start(lookMs: number): RunningCapture {
    const { run, report, news } = this.#make(this.#tables, { lookMs });
    const running = run.run();
    return {
      news,
      status: () => report.status(),
      reread: (asked) => run.reread(asked),
      async [Symbol.asyncDispose]() {
        run.stop();
        await running;
      },
    };
  }

  #make(
    tables: readonly string[],
    { parts, lookMs }: { readonly parts?: number | undefined; readonly lookMs?: number },
  ) {
    const spec = captureSpecSchema.parse({
      name: JOB,
      source: { profile: 'unused' },
      destination: { folder: this.#lake },
      tables: tables.map((name) => ({ schema: 'public', name })),
      rollBytes: 64 * 1024,
      rollRows: OBJECT_ROWS,
      rollSeconds: 0.2,
      parallel: 2,
      ...this.#spec,
    });
    const owner = { pid: process.pid, host: 'here', startedAt: new Date().toISOString() };
    const ref = { slot: `sluice_${this.#db.database}`, publication: 'sluice_resumed' };
    const news: CaptureNews[] = [];
    const report = new CaptureReport({
      spec,
      ref,
      owner,
      clock: systemClock,
      onNews: (each) => {
        news.push(each);
        if (parts === undefined || each.kind !== 'entry') return;
        const written = news.filter((other) => other.kind === 'entry' && other.entry === 'partial').length;
        if (each.entry === 'snapshot' || written === parts) run.abort();
      },
      onPhase: () => undefined,
    });
    const run = new CaptureRun({
      spec,
      ref,
      ownSlot: true,
      ownPublication: true,
      source: parts === undefined ? this.#source : slowSource(this.#source, parts),
      captureFacts: (access, signal) => postgresWal.captureFacts(access, signal),
      access: () => Promise.resolve(this.#access),
      openHistory: () =>
        Promise.resolve(
          new CaptureHistory({
            spec,
            sink: new FolderSink(this.#lake),
            owner,
            clock: systemClock,
            stagingFolder: path.join(this.#folder.path, 'staging'),
          }),
        ),
      report,
      spoolFolder: path.join(this.#folder.path, 'spool'),
      resnapshot: false,
      until: parts === undefined && lookMs === undefined ? 'current' : undefined,
      lookMs,
      clock: systemClock,
      random: () => 0.5,
    });
    return { run, report, news };
  }

  async written() {
    return await readWritten(new FolderSink(this.#lake), JOB);
  }

  /** Compares what the files come to with the tables. */
  async verify(waitSeconds = 0) {
    const signal = AbortSignal.timeout(120_000);
    const database = { source: this.#source, wal: postgresWal, access: this.#access, waitSeconds };
    return await verifyCapture(new FolderSink(this.#lake), { job: JOB, database }, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#db.query(
      `SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE database = current_database() AND active`,
    );
    for (;;) {
      await this.#db.query(
        'SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE database = current_database() AND NOT active',
      );
      const { rows } = await this.#db.query(
        'SELECT FROM pg_replication_slots WHERE database = current_database()',
      );
      if (rows.length === 0) break;
    }
    await this.#folder.remove();
  }
}
