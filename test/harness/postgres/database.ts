import { Client, Pool, type ClientConfig, type QueryResult, type QueryResultRow } from 'pg';

/** Everything that opens a database. */
export interface DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
}

/** One database of a test server. */
export class Database implements DatabaseAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  readonly database: string;
  #pool: Pool | undefined;
  readonly #clients = new Set<Client>();

  constructor(address: DatabaseAddress) {
    this.host = address.host;
    this.port = address.port;
    this.user = address.user;
    this.password = address.password;
    this.database = address.database;
  }

  /** `postgres://user:password@127.0.0.1:port/database` */
  get url(): string {
    const { user, password, host, port, database } = this;
    return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`;
  }

  /** Runs one statement, or several without parameters, on a connection that is kept for the next one. */
  async query<Row extends QueryResultRow = QueryResultRow>(
    sql: string,
    params?: unknown[],
  ): Promise<QueryResult<Row>> {
    if (this.#pool === undefined) {
      this.#pool = new Pool({ ...this.#settings(), max: 4, allowExitOnIdle: true });
      // The server may be stopped or killed while connections are idle: that is what the tests are for.
      this.#pool.on('error', () => {});
    }
    return this.#pool.query<Row>(sql, params);
  }

  /** A connection of its own. Ended with the database, if not before. */
  async connect(settings: ClientConfig = {}): Promise<Client> {
    const client = new Client({ ...this.#settings(), ...settings });
    client.on('error', () => {});
    await client.connect();
    this.#clients.add(client);
    client.once('end', () => this.#clients.delete(client));
    return client;
  }

  /** Ends the connections that {@link query} keeps; the next query makes new ones. */
  async closePool(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await pool?.end().catch(() => {});
  }

  /** Ends all connections that were made here. */
  async disconnect(): Promise<void> {
    await this.closePool();
    await Promise.allSettled([...this.#clients].map((client) => client.end()));
  }

  #settings(): ClientConfig {
    const { host, port, user, password, database } = this;
    return { host, port, user, password, database, application_name: 'sluice-test' };
  }
}

/** A database that a test made for itself, and that goes away at its end. */
export class TemporaryDatabase extends Database implements AsyncDisposable {
  readonly #drop: () => Promise<unknown>;

  constructor(address: DatabaseAddress, drop: () => Promise<unknown>) {
    super(address);
    this.#drop = drop;
  }

  /** Removes the database and cuts off whoever is still connected to it. */
  async drop(): Promise<void> {
    await this.disconnect();
    await this.#drop();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.drop();
  }
}
