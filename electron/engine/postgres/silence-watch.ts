/**
 * Finds out that a connection is dead although nobody says so: something between here and the server has forgotten it
 * (a firewall, a proxy, a network that is back with another address) and takes what is sent without handing it on. The
 * system's keep-alive does not see that, and a COPY would wait for ever.
 *
 * Silence alone proves nothing, because a query may take its time. So the server is asked, on a connection of its own,
 * what it is doing for the silent one. https://www.postgresql.org/docs/current/monitoring-stats.html#WAIT-EVENT-CLIENT-TABLE
 */
import { AppError } from '../../contract/app-error.ts';
import type { ConnectionAccess } from '../ports.ts';
import { answerInTime } from './answer-in-time.ts';
import { Session } from './session.ts';

/** A session as the server knows it. Behind a pooler, its number is not the one that came with the connection. */
export interface Backend {
  readonly pid: number;
  /** Tells this server from others behind the same name. */
  readonly server: string;
}

const SERVER = `pg_catalog.concat_ws(' ', pg_catalog.inet_server_addr(), pg_catalog.inet_server_port(), pg_catalog.pg_postmaster_start_time())`;

type BackendRow = Backend & Record<string, unknown>;

const BACKEND_SQL = `SELECT pg_catalog.pg_backend_pid() AS pid, ${SERVER} AS server`;

/** Asks a session what it is to the server. @throws AppError of the SOURCE_ family */
export async function backendOf(session: Session): Promise<Backend | undefined> {
  const [row] = await session.query<BackendRow>(BACKEND_SQL);
  return row;
}

/** The same, of a session for replication. @throws AppError of the SOURCE_ family */
export async function senderOf(session: Session): Promise<Backend | undefined> {
  const [row] = await session.command<BackendRow>(BACKEND_SQL);
  return row;
}

/** What the server does for a session that is silent; `blocked`: it waits for us to take or to ask for something. */
export type Activity = 'gone' | 'blocked' | 'unknown';

/** What one look has shown, given what the one before did. Pure. */
export function isDead(before: Activity | undefined, now: Activity): boolean {
  // Blocked once can be a moment: that the server waits for us, and we for it, twice in a row cannot.
  return now === 'gone' || (now === 'blocked' && before === 'blocked');
}

export interface WatchedStream {
  /** Bytes that have come so far. */
  readonly received: number;
  /** True while somebody waits for more; otherwise it is we who are slow. */
  readonly waits: boolean;
  fail(error: unknown): void;
}

/** Looks at a stream from time to time until it is disposed of. */
export class SilenceWatch implements Disposable {
  readonly #stream: WatchedStream;
  readonly #backend: Backend;
  readonly #access: ConnectionAccess;
  readonly #silenceMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #over = new AbortController();
  #received = -1;
  #activity: Activity | undefined;
  #looking = false;

  constructor(stream: WatchedStream, backend: Backend, access: ConnectionAccess, silenceMs: number) {
    this.#stream = stream;
    this.#backend = backend;
    this.#access = access;
    this.#silenceMs = silenceMs;
    this.#timer = setInterval(() => void this.#look(), silenceMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#over.abort();
  }

  async #look(): Promise<void> {
    const { received, waits } = this.#stream;
    const silent = waits && received === this.#received;
    this.#received = received;
    if (!silent) this.#activity = undefined;
    if (!silent || this.#looking) return;
    this.#looking = true;
    const activity = await this.#ask();
    this.#looking = false;
    if (this.#over.signal.aborted || this.#stream.received !== received) return;
    if (isDead(this.#activity, activity)) this.#stream.fail(silenceError());
    this.#activity = activity;
  }

  /** Never throws: a server that cannot be asked, or is another one, has said nothing about the connection. */
  async #ask(): Promise<Activity> {
    try {
      await using session = await Session.open(this.#access, this.#over.signal);
      const { pid, server } = this.#backend;
      // This connection can go silent as well.
      const [row] = await answerInTime(session, this.#silenceMs, () =>
        session.query<{ same: boolean; there: boolean; blocked: boolean | null }>(
          `SELECT ${SERVER} OPERATOR(pg_catalog.=) $2 AS same, a.pid IS NOT NULL AS there,
                a.state OPERATOR(pg_catalog.<>) 'active' OR a.wait_event OPERATOR(pg_catalog.=) 'ClientWrite' OR a.wait_event OPERATOR(pg_catalog.~~) 'WalSender%' AS blocked
           FROM (VALUES (1)) one LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid OPERATOR(pg_catalog.=) $1`,
          [pid, server],
        ),
      );
      if (row?.same !== true) return 'unknown';
      if (!row.there) return 'gone';
      if (row.blocked !== true) return 'unknown';
      // It hears of no cancel while it is blocked, and would keep its snapshot until its own network gives up.
      if (this.#activity === 'blocked') {
        await answerInTime(session, this.#silenceMs, () =>
          session.query('SELECT pg_catalog.pg_terminate_backend($1)', [pid]),
        );
      }
      return 'blocked';
    } catch {
      return 'unknown';
    }
  }
}

function silenceError(): AppError {
  return new AppError(
    'SOURCE_CONNECTION_LOST',
    'The connection has gone silent: what the server sends does not arrive, or it has no such session any more.',
  );
}
