/** What a test server was asked, from its own log. The server needs `STATEMENT_LOG_SETTINGS`, and Postgres 15. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { PostgresServer } from '../postgres/postgres-server.ts';

/** Settings with which a server writes down all statements, as JSON. */
export const STATEMENT_LOG_SETTINGS: Readonly<Record<string, string>> = {
  logging_collector: 'on',
  log_destination: 'jsonlog',
  log_statement: 'all',
  log_rotation_size: '0',
};

interface LogLine {
  readonly application_name?: string;
  readonly message?: string;
}

/** The statements that a program has sent, each once. */
export async function statementsOf(server: PostgresServer, application: string): Promise<readonly string[]> {
  return [...new Set(await sentBy(server, application))];
}

/**
 * All that a program has sent, in its order, with `log_replication_commands` also what it sent over connections for replication.
 * Waits until the log has all that was sent before the call.
 */
export async function sentBy(server: PostgresServer, application: string): Promise<readonly string[]> {
  const mark = `the log is complete up to ${Math.random()}`;
  await server.query(`SELECT '${mark}'`);
  for (;;) {
    const lines = await readLog(server);
    if (!lines.some(({ message }) => message?.includes(mark))) continue;
    const sent = lines.filter(({ application_name }) => application_name === application);
    return sent.map(({ message = '' }) => statementIn(message)).filter((sql) => sql !== '');
  }
}

async function readLog(server: PostgresServer): Promise<readonly LogLine[]> {
  const folder = path.join(server.dataFolder, 'log');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'));
  const texts = await Promise.all(names.map((name) => readFile(path.join(folder, name), 'utf8')));
  return texts
    .join('')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line) as LogLine);
}

/** `statement: …` of the simple protocol, `execute <unnamed>: …` of the other one, and that of replication. */
function statementIn(message: string): string {
  return /^(?:statement|execute [^:]*|received replication command): (.*)$/s.exec(message)?.[1] ?? '';
}
