/** Finds out that no answer will come: the statement has ended at the server, or its session is gone, and nobody has told us. */

/** What is known of a session that owes an answer. */
export type Debt = 'works' | 'idle' | 'unknown';

export interface AnswerWatch {
  /** Milliseconds between two looks. */
  readonly everyMs: number;
  /** Asks the server, on another connection, what the session does. Never throws. */
  readonly look: () => Promise<Debt>;
  /** Called when the session was idle in two looks, one after the other: then its answer is lost. */
  readonly lost: () => void;
}

/** Waits for an answer, however long the server works on it. @throws what the work throws */
export async function watchAnswer<T>(work: Promise<T>, { everyMs, look, lost }: AnswerWatch): Promise<T> {
  let before: Debt = 'works';
  let looking = false;
  const lookOnce = async () => {
    if (looking) return;
    looking = true;
    const now = await look();
    looking = false;
    if (now === 'idle' && before === 'idle') lost();
    before = now;
  };
  const timer = setInterval(() => void lookOnce(), everyMs);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** Milliseconds for a look. */
const LOOK_MS = 5_000;

/** A session that asks about another one. */
interface Asker extends AsyncDisposable {
  query(text: string, values: readonly unknown[]): Promise<readonly Record<string, unknown>[]>;
  destroy(): void;
}

/**
 * What a session does, as another one sees it. A server that cannot be asked has said nothing.
 * @param pid of the session's process at the server
 */
export async function askDebt(open: (signal: AbortSignal) => Promise<Asker>, pid: number): Promise<Debt> {
  try {
    await using asker = await open(AbortSignal.timeout(LOOK_MS));
    const timer = setTimeout(() => asker.destroy(), LOOK_MS);
    try {
      const [row] = await asker.query(DEBT_SQL, [pid]);
      return row?.['works'] === true ? 'works' : 'idle';
    } finally {
      clearTimeout(timer);
    }
  } catch {
    return 'unknown';
  }
}

/** A session that waits for us to take what it has sent is not at work either. */
const DEBT_SQL = `
  SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_activity a
                  WHERE a.pid OPERATOR(pg_catalog.=) $1 AND (a.state IS NULL OR a.state OPERATOR(pg_catalog.=) 'active')
                    AND coalesce(a.wait_event, '') OPERATOR(pg_catalog.<>) 'ClientWrite') AS works`;
