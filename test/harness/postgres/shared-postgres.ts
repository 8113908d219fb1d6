import { afterAll, beforeAll } from 'vitest';
import { startPostgres, type PostgresOptions, type PostgresServer } from './postgres-server.ts';

/**
 * One server for all tests of a file: call it at the top of the file or of a `describe`, and use the function that it
 * gives inside of tests. Each test then makes its own database: `await using db = await postgres().createDatabase()`.
 */
export function sharedPostgres(options: PostgresOptions = {}): () => PostgresServer {
  let server: PostgresServer | undefined;
  beforeAll(async () => {
    server = await startPostgres(options);
  }, 60_000);
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
  });
  return () => {
    if (server === undefined) throw new Error('the server is there inside of tests and hooks only');
    return server;
  };
}
