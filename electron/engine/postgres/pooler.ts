/**
 * Finds out whether something between here and the server hands out connections (PgBouncer, Supavisor, RDS Proxy …). The
 * sign is the number of the process: the greeting of a pooler names one of its own, the server names the backend. It shows
 * at the first question, whether others use the pool at the moment or not.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html (BackendKeyData)
 */
import { DatabaseError } from 'pg';
import { AppError } from '../../contract/app-error.ts';

/** What is known of a pooler. */
export interface Pooler {
  /** Where it was reached, such as `db.example:6432`. */
  readonly at: string;
  /** Where the server itself is, as the server sees it: `10.0.0.5, port 5432`. */
  readonly direct: string;
}

/** Where a connection goes, and the process that the greeting named; 0 where it named none. */
export interface PoolerPlace {
  readonly host: string;
  readonly port: number;
  readonly processId: number;
}

/** The server's answer to {@link WHO_ANSWERS_SQL}. */
export interface WhoAnswers extends Record<string, unknown> {
  readonly pid: number;
  readonly address: string | null;
  readonly port: string;
}

export const WHO_ANSWERS_SQL = `SELECT pg_catalog.pg_backend_pid() AS pid,
  pg_catalog.host(pg_catalog.inet_server_addr()) AS address, pg_catalog.current_setting('port') AS port`;

/** The pooler that hands out this connection; undefined where there is none. Pure. */
export function poolerOf(
  { host, port, processId }: PoolerPlace,
  answer: WhoAnswers | undefined,
): Pooler | undefined {
  if (answer === undefined || answer.pid === processId) return undefined;
  const where = answer.address ?? 'the computer of the pooler';
  return { at: `${host}:${port}`, direct: `${where}, port ${answer.port}` };
}

/** @param what that needs the server itself, as the subject of a sentence */
export function poolerError(what: string, { at, direct }: Pooler): AppError {
  return new AppError(
    'SOURCE_POOLER',
    `${what} cannot go through the pooler at ${at}, which hands out connections of the server: the server itself is at ${direct}.`,
    { details: { pooler: at, direct } },
  );
}

/** SQLSTATE `protocol_violation`. A server never answers so to a BEGIN; a pooler in statement mode does. */
const PROTOCOL_VIOLATION = '08P01';

/** The error of a pooler that does not allow transactions; undefined for every other error. */
export function refusedTransaction(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
): AppError | undefined {
  if (!(error instanceof DatabaseError && error.code === PROTOCOL_VIOLATION)) return undefined;
  return new AppError(
    'SOURCE_POOLER',
    `The pooler at ${host}:${port} allows no transactions (statement mode), and Sluice reads in one.`,
    { cause: error, details: { pooler: `${host}:${port}`, sqlstate: PROTOCOL_VIOLATION } },
  );
}
