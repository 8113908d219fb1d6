import { NumberInput, Switch } from '@mantine/core';
import type { ReactNode } from 'react';
import type { WalStatus } from '../../../electron/contract/wal.ts';
import { formatBytes, formatRate } from '../../format/bytes.ts';
import type { SlotGuard } from './use-slot-guard.ts';
import { WalRateChart } from './wal-rate-chart.tsx';

const GB = 1e9;

export interface ServerFactsProps {
  readonly status: WalStatus;
  readonly guard: SlotGuard;
}

/** The server in numbers, and what the person wants of the guardian. */
export function ServerFacts({ status, guard }: ServerFactsProps) {
  const { server, slots, walBytesPerSecond, rates } = status;
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
      <div className="wal-wishes">
        <NumberInput
          size="xs"
          w={150}
          label="The disk can still take"
          placeholder="GB, if known"
          suffix=" GB"
          min={0}
          decimalScale={3}
          hideControls
          value={guard.diskLimitBytes === undefined ? '' : guard.diskLimitBytes / GB}
          onChange={(value) =>
            guard.setDiskLimit(typeof value === 'number' && value > 0 ? Math.round(value * GB) : undefined)
          }
        />
        <Switch
          size="xs"
          label="Watch in the background"
          description="Notifies when a slot gets worse"
          checked={guard.watching}
          onChange={(event) => guard.setWatching(event.currentTarget.checked)}
        />
        <Switch
          size="xs"
          label="Heartbeat"
          description={guard.heartbeatSays}
          checked={guard.heartbeat}
          onChange={(event) => guard.setHeartbeat(event.currentTarget.checked)}
        />
      </div>
    </section>
  );
}

interface FactProps {
  readonly label: string;
  readonly value: ReactNode;
  readonly children?: ReactNode;
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
