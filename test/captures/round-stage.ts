/** What the parts of one round share: its world, its tables, the processes that live, and the end that all of them hear of. */
import type { TemporaryDatabase } from '../harness/postgres/database.ts';
import { CaptureProcess } from './capture-process.ts';
import type { RoundCase } from './round-case.ts';
import type { RoundTrace } from './round-trace.ts';
import type { ColumnNames, WorkTable } from './workload-tables.ts';
import type { CaptureWorld } from './world.ts';

export const JOB = 'round';

export class RoundStage {
  readonly round: RoundCase;
  readonly world: CaptureWorld;
  readonly database: TemporaryDatabase;
  readonly bucket: string;
  readonly tables: readonly WorkTable[];
  readonly names: ColumnNames;
  readonly trace: RoundTrace;
  /** Transactions that were committed, and ends of processes by kind. */
  readonly counts: Record<string, number> = { transactions: 0, killed: 0, stopped: 0 };
  /** Aborted when writers and faults are to end. */
  readonly over = new AbortController();
  /** Aborted when the round has had all the time that it may have. */
  readonly late = new AbortController();
  readonly processes = new Set<CaptureProcess>();
  /** Writers wait while it is true. */
  paused = false;

  constructor(
    given: Pick<RoundStage, 'round' | 'world' | 'database' | 'bucket' | 'tables' | 'names' | 'trace'>,
  ) {
    this.round = given.round;
    this.world = given.world;
    this.database = given.database;
    this.bucket = given.bucket;
    this.tables = given.tables;
    this.names = given.names;
    this.trace = given.trace;
  }

  count(name: string): void {
    this.counts[name] = (this.counts[name] ?? 0) + 1;
  }

  /** @param machine where its data folder is: another one stands for another computer */
  capture(
    wanted: readonly WorkTable[],
    more: readonly string[] = [],
    machine: 'here' | 'elsewhere' = 'here',
  ): CaptureProcess {
    const { args, env } = this.world.addresses(this.database.database, this.bucket);
    const named = wanted.flatMap(({ name }) => ['--table', `public."${name.replaceAll('"', '""')}"`]);
    const what = this.round.publication === 'own' ? named : [...named, '--publication', 'every'];
    return this.#begin('start', [...args, ...what, ...this.round.options, ...more], env, machine);
  }

  compaction(more: readonly string[]): CaptureProcess {
    const { args, env } = this.world.place(this.bucket);
    return this.#begin('compact', [...args, ...more], env, 'here');
  }

  /** What does not come on, and what everybody waits for. */
  async describe(): Promise<string> {
    const { postgres, s3 } = this.world;
    const living = [...this.processes].filter(({ ended }) => !ended);
    const requests = s3.requests.all.filter(({ endedAt }) => endedAt === undefined);
    const shown = [
      this.trace.text(),
      ...(await Promise.all(living.map((process) => process.describe()))),
      ...(await rowsOf(postgres, 'SELECT * FROM pg_replication_slots')),
      ...(await rowsOf(postgres, SESSIONS)),
      `requests to S3 without an answer: ${requests.map(({ operation, key }) => `${operation} ${key}`).join(', ')}`,
    ];
    return shown.join('\n');
  }

  #begin(
    command: 'start' | 'compact',
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    machine: string,
  ): CaptureProcess {
    const { program, reports } = this.world;
    const home = this.world.dataFolder(`${machine}-${this.bucket}`);
    const process = new CaptureProcess(
      ['--name', JOB, ...args],
      { ...env, SLUICE_HOME: home },
      { command, program, reports },
    );
    this.processes.add(process);
    return process;
  }
}

const SESSIONS = `SELECT application_name, state, wait_event_type, wait_event, now() - query_start AS since, left(query, 120)
  FROM pg_stat_activity WHERE datname IS NOT NULL AND pid <> pg_backend_pid()`;

async function rowsOf(database: CaptureWorld['postgres'], sql: string): Promise<string[]> {
  try {
    const { rows } = await database.query<Record<string, unknown>>(sql);
    return rows.map((row) => JSON.stringify(row));
  } catch (error) {
    return [String(error)];
  }
}
