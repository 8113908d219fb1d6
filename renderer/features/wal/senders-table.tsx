import type { WalSender } from '../../../electron/contract/wal.ts';
import { formatBytes } from '../../format/bytes.ts';

/** Who receives WAL: standbys, and the consumers of slots. */
export function SendersTable({ senders }: { readonly senders: readonly WalSender[] }) {
  return (
    <section className="wal-section">
      <h2>Standbys and consumers</h2>
      <table className="wal-table" aria-label="Standbys and consumers">
        <thead>
          <tr>
            <th scope="col">Name</th>
            <th scope="col">Address</th>
            <th scope="col">State</th>
            <th scope="col">Slot</th>
            <th scope="col">Synchronous</th>
            <th scope="col" className="is-number">
              Lag
            </th>
          </tr>
        </thead>
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
