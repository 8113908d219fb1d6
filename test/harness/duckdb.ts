import { DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api';

/** DuckDB as a second reader of what Sluice writes: it shares no code with the writer. */
export class DuckDb implements Disposable {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  private constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  /** A database in memory. */
  static async open(): Promise<DuckDb> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    // Times with a zone are compared in UTC, whatever the machine has.
    await connection.run(`SET TimeZone = 'UTC'`);
    return new DuckDb(instance, connection);
  }

  /** Runs all statements of a script. */
  async run(script: string): Promise<void> {
    await this.#connection.run(script);
  }

  /** The rows of a query, as the driver has them. */
  async rows(sql: string): Promise<DuckDBValue[][]> {
    return (await this.#connection.runAndReadAll(sql)).getRows();
  }

  /** The rows of a query, each value as the text that DuckDB writes. */
  async texts(sql: string): Promise<(string | null)[][]> {
    const rows = await this.rows(sql);
    return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
  }

  [Symbol.dispose](): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}
