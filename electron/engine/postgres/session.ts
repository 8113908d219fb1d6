/**
 * One connection to Postgres, opened with care: named `sluice`, always in a transaction that is read only and has a lock
 * timeout, and with a way to cancel what it is doing. The only door to the driver.
 */
import { DatabaseError } from 'pg';
import type { Client, QueryArrayResult, QueryResultRow } from 'pg';
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionAccess } from '../ports.ts';
import { sendCancelRequest } from './cancel-request.ts';
import { connectClient } from './connect-client.ts';
import { wireOf, type DriverWire } from './driver-wire.ts';
import { leaveServer, sayGoodbye } from './leave-server.ts';
import { makeClient } from './open-client.ts';
import { toMaskedSourceError, toSourceError } from './source-errors.ts';
import { askWhoAnswers, poolerError, type Pooler } from './pooler.ts';
import { askDebt, watchAnswer } from './answer-watch.ts';
import { wholeResult } from './whole-result.ts';
import { oneStatement, oneStatementAsText } from './one-statement.ts';
import { beginSql, LOCK_TIMEOUT_MS, replicationSql, type TransactionKind } from './transaction.ts';

/** Milliseconds without an answer after which the server is asked whether it still works on it. */
const SILENCE_MS = 30_000;

/** How a session differs from an ordinary one. */
export interface SessionOptions {
  /**
   * A connection for replication, which takes SQL as well, with the simple protocol alone.
   * https://www.postgresql.org/docs/current/protocol-replication.html
   */
  readonly replication?: boolean;
  /** What else is set in each transaction, such as `TimeZone = 'UTC'`; for replication, in the session. Ours. */
  readonly settings?: readonly string[];
}

export class Session implements AsyncDisposable {
  readonly encrypted: boolean;
  readonly #client: Client;
  readonly #access: ConnectionAccess;
  readonly #settings: readonly string[];
  #major = 0;
  #pooler: Pooler | undefined;
  /** Of its process at the server; 0 where a pooler changes it. */
  #pid = 0;
  /** True while a transaction has begun, and has not been ended here. */
  #open = false;
  #lost: unknown;

  private constructor(
    client: Client,
    access: ConnectionAccess,
    encrypted: boolean,
    settings: readonly string[],
  ) {
    this.#client = client;
    this.#access = access;
    this.#settings = settings;
    this.encrypted = encrypted;
    wireOf(client).onParameter((name, value) => {
      if (name === 'server_version') this.#major = Number.parseInt(value, 10) || 0;
    });
    // Without a listener, a connection that breaks while idle would end the process.
    client.on('error', (error) => this.#fail(error));
    wireOf(client).guard((error) => this.#fail(error));
  }

  /**
   * Connects and begins a transaction of the kind `read`. A connection for replication is in none, because slots cannot
   * export a snapshot in one.
   * @throws AppError of the SOURCE_ family, CONFIG_SECRET_MISSING, or the signal's reason
   */
  static async open(
    access: ConnectionAccess,
    signal: AbortSignal,
    options: SessionOptions = {},
  ): Promise<Session> {
    const { tls } = access.settings;
    try {
      return await Session.#connect(access, tls !== 'disable', signal, options);
    } catch (error) {
      // `prefer` means: with TLS where the server has it, without where it has not.
      if (tls === 'prefer' && error instanceof AppError && error.code === 'SOURCE_TLS_REFUSED') {
        return await Session.#connect(access, false, signal, options);
      }
      throw error;
    }
  }

  static async #connect(
    access: ConnectionAccess,
    encrypted: boolean,
    signal: AbortSignal,
    { replication = false, settings: more = [] }: SessionOptions,
  ): Promise<Session> {
    signal.throwIfAborted();
    const { settings } = access;
    const client = await makeClient(access, { encrypted, replication });
    signal.throwIfAborted();
    const session = new Session(client, access, encrypted, more);
    const connecting = {
      settings,
      encrypted,
      prepare: () => session.#prepare(replication),
      lost: () => session.#lost,
    };
    await connectClient(client, connecting, signal);
    return session;
  }

  /** Another session like this one. @throws AppError of the SOURCE_ family, or the signal's reason */
  async another(signal: AbortSignal): Promise<Session> {
    return await Session.open(this.#access, signal, { settings: this.#settings });
  }

  /** The major version of the server, as it said in its greeting: 18; 0 where it said nothing. */
  get major(): number {
    return this.#major;
  }

  /** What hands out connections between here and the server; undefined where nothing does. */
  get pooler(): Pooler | undefined {
    return this.#pooler;
  }

  /**
   * Ends the transaction and begins another. One of the kind `snapshot` has no snapshot yet: it is taken by the first
   * statement that needs one, and what masks are made with is set by {@link setMasks} after that.
   * @throws AppError of the SOURCE_ family
   */
  async begin(kind: TransactionKind): Promise<void> {
    await this.#tell(this.#open ? `COMMIT; ${this.#beginSql(kind)}` : this.#beginSql(kind));
    this.#open = true;
    if (kind === 'read') await this.setMasks();
  }

  /** Ends the transaction. Nothing but {@link begin} may follow. @throws AppError of the SOURCE_ family */
  async commit(): Promise<void> {
    await this.#tell('COMMIT');
    this.#open = false;
  }

  /**
   * Changes how long locks are waited for, until the transaction ends.
   * @param ms left out, as long as the job says
   */
  async waitForLocks(ms = this.#access.limits?.lockTimeoutMs ?? LOCK_TIMEOUT_MS): Promise<void> {
    await this.query(`SET LOCAL lock_timeout = ${ms}`);
  }

  async #tell(commands: string): Promise<void> {
    try {
      await this.#answer(this.#client.query(commands));
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Sets what masks are made with, until the transaction ends. @throws AppError of the SOURCE_ family */
  async setMasks(): Promise<void> {
    for (const [name, value] of Object.entries(this.#access.maskSettings ?? {})) {
      // Without a column, because the answer would be the value.
      await this.query('SELECT FROM pg_catalog.set_config($1, $2, true)', [name, value]);
    }
  }

  /** A session for replication is the one kind that keeps its settings: nobody gets it after us. */
  async #prepare(replication: boolean): Promise<void> {
    const { limits } = this.#access;
    const sql = replication ? replicationSql(this.#major, limits, this.#settings) : this.#beginSql('read');
    this.#pooler = await askWhoAnswers(this.#client, sql, this.#access.settings);
    this.#pid = this.#pooler === undefined ? this.wire.backendKey().processId : 0;
    this.#open = !replication;
    if (!replication) await this.setMasks();
    else if (this.#pooler !== undefined) throw poolerError('A connection for replication', this.#pooler);
  }

  #beginSql(kind: TransactionKind): string {
    return beginSql(kind, this.#major, this.#access.limits, this.#settings);
  }

  /** False when the connection is known to be gone. */
  get alive(): boolean {
    return this.#lost === undefined && !this.wire.socket().destroyed;
  }

  /** Why it is gone; undefined while it is not, or where nobody said. */
  get lost(): unknown {
    return this.#lost === undefined ? undefined : this.#translate(this.#lost);
  }

  /** The raw connection, for the COPY reader. */
  get wire(): DriverWire {
    return wireOf(this.#client);
  }

  /**
   * Runs one statement with the extended protocol, which refuses a second one behind a semicolon: text that
   * a user wrote can then not step out of the READ ONLY transaction.
   * @throws AppError of the SOURCE_ family
   */
  async query<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    try {
      const asked = this.#client.query<Row>(oneStatement({ text, values: [...values] }));
      return wholeResult(await this.#answer(asked)).rows;
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Like {@link query}, with rows as arrays and every value as the text that Postgres wrote. */
  async queryText(text: string): Promise<QueryArrayResult<(string | null)[]>> {
    try {
      const asked = this.#client.query<(string | null)[]>(oneStatementAsText(text));
      return wholeResult(await this.#answer(asked));
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /**
   * Runs a command as it stands, with the simple protocol: the only one that a connection for replication takes. Every
   * part of the text must be ours, or quoted.
   * @throws AppError of the SOURCE_ family
   */
  async command<Row extends QueryResultRow>(text: string): Promise<Row[]> {
    try {
      return wholeResult(await this.#answer(this.#client.query<Row>(text))).rows;
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Runs a command that begins a stream, and ends with it. @throws AppError of the SOURCE_ family */
  async stream(command: string): Promise<void> {
    try {
      await this.#client.query(command);
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Runs a COPY; resolves to the number of rows in the server's own words. The data goes to the tap. */
  async copy(text: string): Promise<number> {
    try {
      return wholeResult(await this.#client.query(oneStatement({ text }))).rowCount ?? 0;
    } catch (error) {
      throw this.#translate(error);
    }
  }

  /** Waits for an answer as long as the server works on it. */
  async #answer<T>(asked: Promise<T>): Promise<T> {
    if (this.#pid === 0) return await asked;
    return await watchAnswer(asked, {
      everyMs: this.#access.silenceMs ?? SILENCE_MS,
      look: () => askDebt((signal) => this.another(signal), this.#pid),
      lost: () => this.#fail(new AppError('SOURCE_CONNECTION_LOST', 'The answer of the server is lost.')),
    });
  }

  /** Cancels what the server is doing for this session, then drops the connection, whatever state it is in. */
  async cancel(): Promise<void> {
    const { processId, secretKey } = this.wire.backendKey();
    const { host, port } = this.#access.settings;
    if (processId !== 0)
      await sendCancelRequest({ host, port, processId, secretKey, encrypted: this.encrypted });
    this.destroy();
  }

  /** Remembers why, and drops the connection: whoever waits for an answer hears of it then. */
  #fail(error: unknown): void {
    this.#lost ??= error;
    this.destroy();
  }

  /** Drops the connection without a goodbye. */
  destroy(): void {
    this.wire.socket().destroy();
  }

  /** Ends the connection in whatever state it is, and waits until the server has ended the session too. */
  async leave(): Promise<void> {
    await leaveServer(this.wire.socket());
  }

  /** Says goodbye; an open transaction is rolled back by the server. */
  async [Symbol.asyncDispose](): Promise<void> {
    await sayGoodbye(this.#client, this.wire.socket());
  }

  #translate(error: unknown): AppError {
    const reason = this.#lost === undefined || error instanceof DatabaseError ? error : this.#lost;
    return this.#access.maskSettings === undefined ? toSourceError(reason) : toMaskedSourceError(reason);
  }
}
