import type { WalSender } from '../../../electron/contract/wal.ts';
import { formatBytes } from '../../format/bytes.ts';
import { TableHead } from '../../ui/table-head.tsx';

const COLUMNS = ['Name', 'Address', 'State', 'Slot', 'Synchronous', { name: 'Lag', number: true }] as const;

/** Who receives WAL: standbys, and the consumers of slots. */
export function SendersTable({ senders }: { readonly senders: readonly WalSender[] }) {
  return (
    <section className="wal-section">
      <h2>Standbys and consumers</h2>
      <table className="table wal-table" aria-label="Standbys and consumers">
        <TableHead columns={COLUMNS} />
        <tbody>
          {senders.map((sender) => (
            <tr key={sender.pid}>
              <td>{sender.name === '' ? `pid ${sender.pid}` : sender.name}</td>
              <td>{sender.address ?? 'local'}</td>
              <td>{sender.state ?? ''}</td>
              <td>{sender.slot ?? '–'}</td>
              <td>{sender.syncState ?? ''}</td>
              <td className="is-number">{sender.lagBytes === null ? '–' : formatBytes(sender.lagBytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
