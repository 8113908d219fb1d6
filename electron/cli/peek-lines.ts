/** Changes as lines of text, for people. */
import type { PeekChange, PeekColumn, PeekPage, PeekTransaction, PeekValue } from '../contract/peek.ts';
import { formatBytes } from './amounts.ts';
import { withoutControls } from './text-width.ts';

const MARKS = { unchanged: '(unchanged, not in the WAL)', notCarried: '(not in the WAL)' } as const;

/** The changes of a page, then what became of their transactions. */
export function peekLines({ changes, transactions, withdrawn }: PeekPage): string {
  const lines = [
    ...changes.map(changeLine),
    ...(withdrawn.length === 0 ? [] : [`rolled back: ${withdrawn.map((index) => `#${index}`).join(' ')}`]),
    ...transactions.filter(({ state }) => state !== 'open').map(transactionLine),
  ];
  return lines.map((line) => `${withoutControls(line)}\n`).join('');
}

/** The lines of test_decoding, each after the transaction that it is of. */
export function rawLines({ changes }: PeekPage): string {
  return changes.map(({ xid, text }) => `${withoutControls(`${xid} ${text ?? ''}`)}\n`).join('');
}

function changeLine(change: PeekChange): string {
  const { index, xid, operation, relation, columns, text } = change;
  const what = relation === null ? (text ?? '') : `${relation.schema}.${relation.name}`;
  const shown = columns.filter((column) => operation !== 'update' || column.key || column.changed !== 'no');
  return `#${index} ${xid} ${operation.toUpperCase()} ${what} ${shown.map(columnText).join(', ')}`.trimEnd();
}

function columnText({ name, before, after, changed }: PeekColumn): string {
  if (after === undefined) return `${name}=${valueText(before)}`;
  if (before === undefined || changed === 'no') return `${name}=${valueText(after)}`;
  return `${name}: ${valueText(before)} -> ${valueText(after)}`;
}

function valueText(value: PeekValue | undefined): string {
  if (value === null || value === undefined) return 'NULL';
  if (typeof value === 'string') return `'${value}'`;
  return 'cut' in value ? `'${value.cut}…' (${formatBytes(value.bytes)})` : MARKS[value.absent];
}

function transactionLine({ xid, state, commitLsn, commitTime, changes, bytes }: PeekTransaction): string {
  const where = commitLsn === null ? '' : ` at ${commitLsn}`;
  const when = commitTime === null ? '' : `, ${commitTime}`;
  return `-- transaction ${xid} ${state}${where}${when}: ${changes} changes, ${formatBytes(bytes)}`;
}
