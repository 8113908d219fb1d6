/** What the tests of the WAL share: an engine on a server, and peeks read to their end. */
import type { CallInput } from '../../electron/contract/calls.ts';
import type { PeekChange, PeekEnd, PeekTransaction } from '../../electron/contract/peek.ts';
import type { TestEngine } from '../harness/engine/test-engine.ts';
import type { Database } from '../harness/postgres/database.ts';

export interface ReadPeek {
  readonly changes: readonly PeekChange[];
  /** The last that was said of each. */
  readonly transactions: readonly PeekTransaction[];
  readonly withdrawn: readonly number[];
  readonly warnings: readonly string[];
  readonly plugin: string;
  readonly walBytes: number;
  readonly end: PeekEnd;
}

/** Opens a peek and reads it to its end. */
export async function readPeek(engine: TestEngine, input: CallInput<'wal.peekOpen'>): Promise<ReadPeek> {
  const { peekId, walBytes } = await engine.call('wal.peekOpen', input);
  try {
    return { ...(await readPages(engine, peekId)), walBytes };
  } finally {
    await engine.call('wal.peekClose', { peekId });
  }
}

async function readPages(engine: TestEngine, peekId: string): Promise<Omit<ReadPeek, 'walBytes'>> {
  const changes: PeekChange[] = [];
  const transactions = new Map<number, PeekTransaction>();
  const withdrawn: number[] = [];
  const warnings: string[] = [];
  for (;;) {
    const page = await engine.call('wal.peekNext', { peekId, waitMs: 2_000 });
    changes.push(...page.changes);
    withdrawn.push(...page.withdrawn);
    warnings.push(...page.warnings);
    for (const transaction of page.transactions) transactions.set(transaction.xid, transaction);
    if (page.end === null) continue;
    const { plugin, end } = page;
    return { changes, transactions: [...transactions.values()], withdrawn, warnings, plugin, end };
  }
}

/** Names of the slots of a server that are not in `but`. */
export async function slotNames(database: Database, but: readonly string[] = []): Promise<string[]> {
  const { rows } = await database.query<{ name: string }>(
    'SELECT slot_name::text AS name FROM pg_replication_slots ORDER BY 1',
  );
  return rows.map(({ name }) => name).filter((name) => !but.includes(name));
}

/** Where a slot stands. */
export async function slotPosition(database: Database, slot: string): Promise<Record<string, unknown>> {
  const { rows } = await database.query(
    `SELECT restart_lsn::text, confirmed_flush_lsn::text, active, active_pid, catalog_xmin::text
       FROM pg_replication_slots WHERE slot_name = $1`,
    [slot],
  );
  return rows[0] ?? {};
}

/** The column of a change, by its name. */
export function columnOf(change: PeekChange | undefined, name: string) {
  return change?.columns.find((column) => column.name === name);
}
