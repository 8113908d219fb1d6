import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

/** DuckDB as a second reader of what Sluice writes: it shares no code with the writer. */
export class DuckDb implements Disposable {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async open(): Promise<DuckDb> {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    // Times with a zone are compared in UTC, whatever the machine has.
    await connection.run(`SET TimeZone = 'UTC'`);
    return new DuckDb(connection);
  }

  /** The rows of a query, each value as the text that DuckDB writes. */
  async texts(sql: string): Promise<(string | null)[][]> {
    const reader = await this.#connection.runAndReadAll(sql);
    const rows = reader.getRows();
    return rows.map((row) => row.map((value) => (value === null ? null : String(value))));
  }

  [Symbol.dispose](): void {
    this.#connection.closeSync();
  }
}
