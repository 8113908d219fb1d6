import { Loader, NumberInput, Switch } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { useState } from 'react';
import type { GuardedSlot, WalStatus } from '../../../electron/contract/wal.ts';
import { formatBytes, formatRate } from '../../format/bytes.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { DropSlotDialog } from './drop-slot-dialog.tsx';
import { SendersTable } from './senders-table.tsx';
import { SlotRow } from './slot-row.tsx';
import { useHeartbeat } from './use-heartbeat.ts';
import { WalRateChart } from './wal-rate-chart.tsx';

const GB = 1e9;

export interface SlotsPanelProps {
  readonly connectionId: string;
  readonly status: WalStatus | undefined;
  /** True while an answer is on its way. */
  readonly waiting: boolean;
  readonly diskLimitBytes: number | undefined;
  readonly onDiskLimit: (bytes: number | undefined) => void;
  readonly onPeek: (slot: string) => void;
  /** Something was changed on the server: it is time to look again. */
  readonly onChanged: () => void;
}

/** The server in numbers, and every slot with what the guardian says of it. */
export function SlotsPanel(props: SlotsPanelProps) {
  const { connectionId, status, waiting, onPeek, onChanged } = props;
  const [dropping, setDropping] = useState<GuardedSlot>();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  if (status === undefined) {
    return waiting ? (
      <div className="shell-waiting">
        <Loader size="sm" aria-label="Reading the state of the WAL" />
      </div>
    ) : null;
  }
  const toggle = (name: string) => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
  };
  return (
    <div className="wal-scroll">
      <ServerFacts {...props} status={status} />
      {status.slots.length === 0 ? (
        <EmptyState icon={<IconStack2 size={36} stroke={1.4} />} title="No replication slots">
          <p>Nothing holds back WAL on this server but its own settings.</p>
        </EmptyState>
      ) : (
        <table className="wal-table" aria-label="Replication slots">
          <thead>
            <tr>
              <th scope="col">Level</th>
              <th scope="col">Slot</th>
              <th scope="col">Kind</th>
              <th scope="col">Used by</th>
              <th scope="col" className="is-number">
                Held
              </th>
              <th scope="col" className="is-number">
                Growth
              </th>
              <th scope="col" className="is-number">
                Limit in
              </th>
              <th scope="col">wal_status</th>
              <th scope="col" className="wal-actions" aria-label="Actions" />
            </tr>
          </thead>
          {status.slots.map((slot) => (
            <SlotRow
              key={slot.name}
              slot={slot}
              open={open.has(slot.name)}
              onToggle={() => toggle(slot.name)}
              onPeek={() => onPeek(slot.name)}
              onDrop={() => setDropping(slot)}
            />
          ))}
        </table>
      )}
      {status.senders.length > 0 && <SendersTable senders={status.senders} />}
      {dropping !== undefined && (
        <DropSlotDialog
          connectionId={connectionId}
          slot={status.slots.find(({ name }) => name === dropping.name) ?? dropping}
          onClose={() => setDropping(undefined)}
          onDropped={onChanged}
        />
      )}
    </div>
  );
}

function ServerFacts({
  connectionId,
  status,
  diskLimitBytes,
  onDiskLimit,
}: SlotsPanelProps & { readonly status: WalStatus }) {
  const { server, slots, walBytesPerSecond, rates } = status;
  const heartbeat = useHeartbeat(connectionId);
  return (
    <section className="wal-facts" aria-label="Server">
      <Fact label="Current LSN" value={<span className="mono">{server.currentLsn}</span>} />
      <Fact label="WAL written" value={walBytesPerSecond === null ? '…' : formatRate(walBytesPerSecond)}>
        <WalRateChart rates={rates} />
      </Fact>
      <Fact label="Slots" value={`${slots.length} of ${server.maxReplicationSlots}`} />
      <Fact label="WAL senders" value={`${server.usedWalSenders} of ${server.maxWalSenders}`} />
      <Fact
        label="max_slot_wal_keep_size"
        value={server.maxSlotWalKeepBytes === null ? 'no limit' : formatBytes(server.maxSlotWalKeepBytes)}
      />
      <NumberInput
        size="xs"
        w={170}
        label="The disk can still take"
        placeholder="unknown"
        suffix=" GB"
        min={0}
        decimalScale={3}
        hideControls
        value={diskLimitBytes === undefined ? '' : diskLimitBytes / GB}
        onChange={(value) =>
          onDiskLimit(typeof value === 'number' && value > 0 ? Math.round(value * GB) : undefined)
        }
      />
      <Switch
        size="xs"
        className="wal-heartbeat"
        label="Heartbeat"
        description={heartbeat.said}
        checked={heartbeat.on}
        onChange={(event) => heartbeat.set(event.currentTarget.checked)}
      />
    </section>
  );
}

interface FactProps {
  readonly label: string;
  readonly value: React.ReactNode;
  readonly children?: React.ReactNode;
}

function Fact({ label, value, children }: FactProps) {
  return (
    <div className="wal-fact">
      <span className="faint">{label}</span>
      <strong className="tabular">{value}</strong>
      {children}
    </div>
  );
}
