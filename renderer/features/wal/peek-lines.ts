/** The list of a peek: each transaction as a line, and below it its changes. Pure. */
import type { PeekChange, PeekColumn, PeekTransaction, PeekValue } from '../../../electron/contract/peek.ts';
import { formatBytes } from '../../format/bytes.ts';
import type { PeekState } from './peek-session.ts';

export type PeekLine =
  | { readonly kind: 'transaction'; readonly xid: number; readonly transaction: PeekTransaction | undefined }
  | { readonly kind: 'change'; readonly change: PeekChange; readonly withdrawn: boolean };

/** In the order of the stream; a transaction whose changes come in pieces has a line for each piece. */
export function peekLines(state: Pick<PeekState, 'changes' | 'transactions' | 'withdrawn'>): PeekLine[] {
  const lines: PeekLine[] = [];
  let xid: number | undefined;
  for (const change of state.changes) {
    if (change.xid !== xid) {
      xid = change.xid;
      lines.push({ kind: 'transaction', xid, transaction: state.transactions.get(xid) });
    }
    lines.push({ kind: 'change', change, withdrawn: state.withdrawn.has(change.index) });
  }
  return lines;
}

/** What a change did, in the room of a line: its key, and what is known to be new. */
export function summaryOf(change: PeekChange): string {
  if (change.columns.length === 0) return change.text ?? '';
  const told = change.columns.filter(
    (column) => change.operation !== 'update' || column.key || column.changed === 'yes' || isNew(column),
  );
  // NULL is a value too: only where there is no row after the change is the old one told.
  return told
    .map(({ name, before, after }) => `${name}=${shortText(after === undefined ? before : after)}`)
    .join('  ');
}

/** An update whose old values are not in the WAL: what it has may be new. */
function isNew({ changed, after }: PeekColumn): boolean {
  return changed === 'unknown' && !(typeof after === 'object' && after !== null && 'absent' in after);
}

function shortText(value: PeekValue | undefined): string {
  const text = valueText(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}

/** A value as text; what is no value says so in words. */
export function valueText(value: PeekValue | undefined): string {
  if (value === undefined) return '';
  if (value === null) return 'NULL';
  if (typeof value === 'string') return value;
  if ('cut' in value) return `${value.cut}… (${formatBytes(value.bytes)})`;
  return value.absent === 'unchanged' ? 'unchanged (TOAST): not in the WAL' : 'not in the WAL';
}

/** True for SQL NULL and for what the WAL does not have: it must not look like a text. */
export function isMark(value: PeekValue | undefined): boolean {
  return value === null || (typeof value === 'object' && 'absent' in value);
}
