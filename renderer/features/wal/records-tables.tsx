import type { WalRecord, WalStat } from '../../../electron/contract/wal-inspect.ts';
import { formatBytes } from '../../format/bytes.ts';
import { formatCount } from '../../format/counts.ts';
import { TableHead } from '../../ui/table-head.tsx';

const RECORD_COLUMNS = [
  'Position',
  { name: 'xid', number: true },
  'Written by',
  'Type',
  { name: 'Size', number: true },
  'Description',
  'Pages',
] as const;

/** Records of the WAL, in its order. */
export function RecordsTable({ records }: { readonly records: readonly WalRecord[] }) {
  return (
    <table className="table is-long wal-table" aria-label="WAL records">
      <TableHead columns={RECORD_COLUMNS} />
      <tbody>
        {records.map(({ lsn, xid, manager, type, bytes, description, blocks }) => (
          <tr key={lsn}>
            <td className="mono">{lsn}</td>
            <td className="is-number">{xid === 0 ? '–' : xid}</td>
            <td>{manager}</td>
            <td>{type}</td>
            <td className="is-number">{formatBytes(bytes)}</td>
            <td className="mono is-wide" title={description}>
              {description}
            </td>
            <td className="mono is-wide" title={blocks}>
              {blocks}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const STAT_COLUMNS = [
  'Written by',
  { name: 'Records', number: true },
  { name: 'Size', number: true },
  { name: 'Page images', number: true },
  { name: 'Share', number: true },
] as const;

/** What the WAL is made of, the most first. */
export function StatsTable({ stats }: { readonly stats: readonly WalStat[] }) {
  return (
    <table className="table is-long wal-table" aria-label="WAL statistics">
      <TableHead columns={STAT_COLUMNS} />
      <tbody>
        {stats.map(({ name, records, recordBytes, imageBytes, share }) => (
          <tr key={name}>
            <td>{name}</td>
            <td className="is-number">{formatCount(records)}</td>
            <td className="is-number">{formatBytes(recordBytes)}</td>
            <td className="is-number">{formatBytes(imageBytes)}</td>
            <td className="is-number">{(share * 100).toFixed(1)} %</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
