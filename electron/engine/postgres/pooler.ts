/**
 * Finds out whether something between here and the server hands out connections (PgBouncer, Supavisor, RDS Proxy …). The
 * sign is the number of the process: the greeting of a pooler names one of its own, the server names the backend. It shows
 * at the first question, whether others use the pool at the moment or not.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html (BackendKeyData)
 */
import { DatabaseError, type Client, type QueryResult } from 'pg';
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionSettings } from '../../contract/connection-profile.ts';
import { wireOf } from './driver-wire.ts';
import { protocolError } from './message-guard.ts';
import { wholeResult } from './whole-result.ts';

/** What is known of a pooler. */
export interface Pooler {
  /** Where it was reached, such as `db.example:6432`. */
  readonly at: string;
  /** Where the server itself is, as the server sees it: `10.0.0.5, port 5432`. */
  readonly direct: string;
}

/** Where a connection goes. */
type Place = Pick<ConnectionSettings, 'host' | 'port'>;

/** The server's word on which backend it is, and where. */
export interface WhoAnswers extends Record<string, unknown> {
  readonly pid: number;
  readonly address: string | null;
  readonly port: string;
}

const WHO_ANSWERS_SQL = `SELECT pg_catalog.pg_backend_pid() AS pid,
  pg_catalog.host(pg_catalog.inet_server_addr()) AS address, pg_catalog.current_setting('port') AS port`;

/**
 * Runs the first statements of a connection, and asks with them who answers.
 * @returns the pooler that hands out this connection; undefined where there is none
 * @throws what the driver throws, or AppError `SOURCE_POOLER` for a pooler that allows no transactions
 */
export async function askWhoAnswers(
  client: Client,
  first: string,
  place: Place,
): Promise<Pooler | undefined> {
  try {
    const results: unknown = await client.query(`${first}; ${WHO_ANSWERS_SQL}`);
    // Of several statements the driver gives several results, which its types do not say.
    if (!Array.isArray(results)) throw protocolError('C', 'came once for several statements');
    const last = results.at(-1) as QueryResult<WhoAnswers>;
    return poolerOf(place, wireOf(client).backendKey().processId, wholeResult(last).rows[0]);
  } catch (error) {
    throw refusedTransaction(error, place) ?? error;
  }
}

/** @param processId of the greeting; 0 where it named none. Pure. */
export function poolerOf(
  { host, port }: Place,
  processId: number,
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
function refusedTransaction(error: unknown, { host, port }: Place): AppError | undefined {
  if (!(error instanceof DatabaseError && error.code === PROTOCOL_VIOLATION)) return undefined;
  return new AppError(
    'SOURCE_POOLER',
    `The pooler at ${host}:${port} allows no transactions (statement mode), and Sluice reads in one.`,
    { cause: error, details: { pooler: `${host}:${port}`, sqlstate: PROTOCOL_VIOLATION } },
  );
}
