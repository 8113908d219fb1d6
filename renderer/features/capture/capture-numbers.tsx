import type { CaptureStatus } from '../../../electron/contract/capture-status.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf, formatCount } from '../../format/counts.ts';
import { changesText, hasEnded, secondsText, snapshotText } from './capture-words.ts';

interface Figure {
  readonly name: string;
  readonly value: string | undefined;
  readonly small?: string | undefined;
}

/** A capture in numbers. Counts are those of the process that works on it, or did last. */
export function CaptureNumbers({ status }: { readonly status: CaptureStatus }) {
  const ended = hasEnded(status);
  const snapshot = snapshotText(status.snapshotTables);
  const figures: readonly Figure[] = [
    {
      name: 'Lag',
      value: ended || status.lagBytes === null ? undefined : formatBytes(status.lagBytes),
      small: status.lagSeconds === null ? undefined : secondsText(status.lagSeconds),
    },
    {
      name: 'Rate of changes',
      value: ended ? undefined : changesText(status.changesPerSecond),
    },
    {
      name: 'Changes',
      value: formatCount(status.changes),
      small: countOf(status.transactions, 'transaction'),
    },
    { name: 'Objects', value: formatCount(status.objects), small: formatBytes(status.bytes) },
    {
      name: 'WAL held',
      value: status.heldBytes === null ? undefined : formatBytes(status.heldBytes),
      small: ended ? 'when it ended' : 'by the slot',
    },
    ...(snapshot === undefined
      ? []
      : [
          {
            name: 'Snapshot',
            value: `${formatCount(status.snapshotTables.done)} of ${formatCount(status.snapshotTables.all)}`,
            small: `tables, ${countOf(status.snapshotTables.rows, 'row')}`,
          },
        ]),
  ];
  return (
    <dl className="run-numbers" aria-label="Numbers">
      {figures.map(({ name, value, small }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value ?? <span className="faint">–</span>}
            <small>{value === undefined ? '' : small}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}
