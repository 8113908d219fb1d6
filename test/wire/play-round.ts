/**
 * One conversation with a server one of whose messages was changed. It has to end with the right rows, or with a coded error of
 * its connection; one in which only the packaging differs has to end with the right rows.
 */
import { AppError } from '../../electron/contract/app-error.ts';
import { Random } from '../harness/random.ts';
import { converse, CONVERSATIONS, type Conversation } from './conversation.ts';
import { MutatingProxy } from './mutating-proxy.ts';
import { chooseMutation, isHarmless, type Mutation } from './mutation.ts';
import type { WireWorld } from './world.ts';

/** Milliseconds, the most, that a conversation may take: a connection that does not open is given up after ten seconds. */
const LIMIT_MS = 45_000;

/** Families of errors that are about the connection. */
const ALLOWED = /^(SOURCE|SLOT|DATA|CONFIG_SECRET)_/;

export interface RoundResult {
  readonly what: Conversation;
  readonly mutation: Mutation;
  /** `rows`, or the code of the error. */
  readonly outcome: string;
  readonly problem: string | undefined;
}

export async function playRound(world: WireWorld, seed: number): Promise<RoundResult> {
  const random = new Random(seed);
  const what = random.pick(CONVERSATIONS);
  const expected = world.expected.get(what);
  if (expected === undefined) throw new TypeError(`nothing is known of ${what}`);
  const mutation = chooseMutation(random, expected.messages, what === 'peek' || what === 'stream');
  const over = new AbortController();
  await using proxy = await MutatingProxy.start(world.db.port, mutation);
  await using speaker = await world.speaker(what, proxy.port, over.signal);
  const late = new Promise<'late'>((resolve) => {
    AbortSignal.timeout(LIMIT_MS).addEventListener('abort', () => resolve('late'));
  });
  const ended = converse(speaker, what).then(
    (rows) => ({ rows }),
    (error: unknown) => ({ error }),
  );
  const end = await Promise.race([ended, late]);
  over.abort();
  if (end === 'late') return { what, mutation, outcome: 'late', problem: `no end after ${LIMIT_MS} ms` };
  if ('rows' in end) {
    const right = isRight(end.rows, expected.rows, mutation);
    const problem = right ? undefined : `${end.rows.length} rows of ${expected.rows.length}, or other ones`;
    return { what, mutation, outcome: 'rows', problem };
  }
  return { what, mutation, ...judged(end.error, mutation) };
}

/**
 * Two rows that have changed places are what a server may send as well: rows of a table come in another order, and rows of the
 * catalogue give a preview its columns in another order, each with its own values.
 */
function isRight(rows: readonly string[], expected: readonly string[], { kind }: Mutation): boolean {
  if (kind !== 'swapped') return JSON.stringify(rows) === JSON.stringify(expected);
  const inAnyOrder = (text: string) => Array.from(text).toSorted().join('');
  const sorted = (texts: readonly string[]) => texts.map(inAnyOrder).toSorted();
  return JSON.stringify(sorted(rows)) === JSON.stringify(sorted(expected));
}

function judged(error: unknown, mutation: Mutation): Pick<RoundResult, 'outcome' | 'problem'> {
  const outcome = codeOf(error);
  if (!ALLOWED.test(outcome)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { outcome, problem: text };
  }
  const problem = isHarmless(mutation) ? 'nothing was changed but the packaging' : undefined;
  return { outcome, problem };
}

/** Failed runs are told as an Error whose text names the code. */
function codeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  const text = error instanceof Error ? error.message : String(error);
  return /failed with ([A-Z_]+):/.exec(text)?.[1] ?? 'UNKNOWN';
}
