import { Loader } from '@mantine/core';
import { IconStack2 } from '@tabler/icons-react';
import { useState } from 'react';
import type { GuardedSlot, WalLevel, WalStatus } from '../../../electron/contract/wal.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { DropSlotDialog } from './drop-slot-dialog.tsx';
import { SendersTable } from './senders-table.tsx';
import { SlotRow } from './slot-row.tsx';
import { ServerFacts } from './server-facts.tsx';
import type { SlotGuard } from './use-slot-guard.ts';
import { TableHead } from '../../ui/table-head.tsx';

const COLUMNS = [
  'Level',
  'Slot',
  'Kind',
  'Used by',
  { name: 'Held', number: true },
  { name: 'Growth', number: true },
  { name: 'Limit in', number: true },
  'wal_status',
  { name: 'Actions', hidden: true, className: 'wal-actions' },
] as const;

/** With more slots in trouble, only what is the matter is said of each until it is opened. */
const BRIEF_FROM = 4;

const RANK: Readonly<Record<WalLevel, number>> = { danger: 0, watch: 1, ok: 2 };

export interface SlotsPanelProps {
  readonly connectionId: string;
  readonly status: WalStatus | undefined;
  /** True while an answer is on its way. */
  readonly waiting: boolean;
  readonly guard: SlotGuard;
  readonly onPeek: (slot: string) => void;
  /** Something was changed on the server: it is time to look again. */
  readonly onChanged: () => void;
}

/** The server in numbers, and every slot with what the guardian says of it. */
export function SlotsPanel(props: SlotsPanelProps) {
  const { connectionId, status, waiting, guard, onPeek, onChanged } = props;
  const [dropping, setDropping] = useState<GuardedSlot>();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  if (status === undefined) {
    return waiting ? (
      <div className="shell-waiting">
        <Loader size="sm" aria-label="Reading the state of the WAL" />
      </div>
    ) : null;
  }
  const troubled = status.slots.filter(({ health }) => health.level !== 'ok').length;
  const toggle = (name: string) => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
  };
  return (
    <div className="wal-scroll">
      <ServerFacts status={status} guard={guard} />
      {status.slots.length === 0 ? (
        <EmptyState icon={<IconStack2 size={36} stroke={1.4} />} title="No replication slots">
          <p>Nothing holds back WAL on this server but its own settings.</p>
        </EmptyState>
      ) : (
        <table className="table wal-table" aria-label="Replication slots">
          <TableHead columns={COLUMNS} />
          {sorted(status.slots).map((slot) => (
            <SlotRow
              key={slot.name}
              slot={slot}
              open={open.has(slot.name)}
              brief={troubled > BRIEF_FROM}
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
          othersHold={heldByOthers(status.slots, dropping.name)}
          onClose={() => setDropping(undefined)}
          onDropped={onChanged}
        />
      )}
    </div>
  );
}

/** What needs somebody first; below that by name, so that lines do not jump with every look. */
function sorted(slots: readonly GuardedSlot[]): readonly GuardedSlot[] {
  return slots.toSorted((a, b) => RANK[a.health.level] - RANK[b.health.level]);
}

function heldByOthers(slots: readonly GuardedSlot[], name: string): number {
  const others = slots.filter((slot) => slot.name !== name);
  return Math.max(0, ...others.map(({ retainedBytes }) => retainedBytes ?? 0));
}
