import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { IconChevronRight, IconTrash } from '@tabler/icons-react';
import type { GuardedSlot, WalFinding } from '../../../electron/contract/wal.ts';
import { formatBytes, formatRate } from '../../format/bytes.ts';
import { countOf } from '../../format/counts.ts';
import { formatMoment } from '../../format/dates.ts';
import { formatDuration } from '../../format/durations.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { WalLevelLabel } from './wal-level.tsx';

export interface SlotRowProps {
  readonly slot: GuardedSlot;
  readonly open: boolean;
  /** What is to be watched is only named while the row is closed. */
  readonly brief: boolean;
  readonly onToggle: () => void;
  readonly onPeek: () => void;
  readonly onDrop: () => void;
}

/** One slot: a line of numbers, what the guardian says, and all that the server knows where that is asked for. */
export function SlotRow({ slot, open, brief, onToggle, onPeek, onDrop }: SlotRowProps) {
  const { health } = slot;
  const peekable = slot.type === 'logical' && slot.walStatus !== 'lost' && slot.invalidationReason === null;
  return (
    <tbody className={`wal-slot is-${health.level}`}>
      <tr>
        <td>
          <WalLevelLabel level={health.level} />
        </td>
        <td>
          <button type="button" className="wal-toggle" aria-expanded={open} onClick={onToggle}>
            <IconChevronRight size={14} aria-hidden="true" className={open ? 'is-open' : ''} />
            <span className="ellipsis">{slot.name}</span>
          </button>
        </td>
        <td>{[slot.plugin ?? slot.type, ...(slot.database === null ? [] : [slot.database])].join(' · ')}</td>
        <td title={slot.activeBy ?? undefined}>
          {slot.active ? (
            (slot.activeBy ?? `pid ${slot.activePid ?? ''}`)
          ) : (
            <span className="faint">nobody</span>
          )}
        </td>
        <td className="is-number">{slot.retainedBytes === null ? '–' : formatBytes(slot.retainedBytes)}</td>
        <td className="is-number">{growthText(health.growthBytesPerSecond)}</td>
        <td className="is-number">
          {health.secondsToLimit === null ? '–' : formatDuration(health.secondsToLimit * 1_000)}
        </td>
        <td>{slot.walStatus ?? ''}</td>
        <td className="wal-actions">
          <Button size="compact-xs" variant="default" disabled={!peekable} onClick={onPeek}>
            Peek
          </Button>
          <Tooltip label="Drop…">
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-label={`Drop slot ${slot.name}`}
              onClick={onDrop}
            >
              <IconTrash size={15} />
            </ActionIcon>
          </Tooltip>
        </td>
      </tr>
      {health.findings.map((finding) => (
        <tr key={finding.code} className="wal-finding">
          <td colSpan={9}>
            <Finding finding={finding} brief={brief && !open && finding.level !== 'danger'} />
          </td>
        </tr>
      ))}
      {open && (
        <tr className="wal-detail">
          <td colSpan={9}>
            <SlotDetail slot={slot} />
          </td>
        </tr>
      )}
    </tbody>
  );
}

function growthText(bytes: number | null): string {
  if (bytes === null) return '…';
  return bytes < 0 ? `−${formatRate(-bytes)}` : formatRate(bytes);
}

function Finding({ finding, brief }: { readonly finding: WalFinding; readonly brief: boolean }) {
  if (brief) return <p className={`wal-says is-${finding.level}`}>{finding.text}</p>;
  return (
    <div className={`wal-says is-${finding.level}`} role={finding.level === 'danger' ? 'alert' : 'note'}>
      <p>
        <strong>{finding.text}</strong> {finding.advice}
      </p>
      {finding.sql !== null && (
        <p className="wal-sql">
          <code>{finding.sql}</code>
          <CopyButton text={finding.sql} label="Copy SQL" />
        </p>
      )}
    </div>
  );
}

function SlotDetail({ slot }: { readonly slot: GuardedSlot }) {
  const yesNo = (value: boolean | null) => (value === null ? 'not on this server' : value ? 'yes' : 'no');
  const facts: readonly (readonly [string, string])[] = [
    ['restart_lsn', slot.restartLsn ?? '–'],
    ['confirmed_flush_lsn', slot.confirmedFlushLsn ?? '–'],
    ['Not confirmed', slot.pendingBytes === null ? '–' : formatBytes(slot.pendingBytes)],
    ['safe_wal_size', slot.safeWalSize === null ? '–' : formatBytes(Math.max(0, slot.safeWalSize))],
    [
      'Held back from vacuum (catalog_xmin)',
      slot.catalogXminAge === null ? '–' : `the last ${countOf(slot.catalogXminAge, 'transaction')}`,
    ],
    ['invalidation_reason', slot.invalidationReason ?? '–'],
    ['Not used since', slot.inactiveSince === null ? '–' : formatMoment(slot.inactiveSince)],
    ['failover', yesNo(slot.failover)],
    ['two_phase', yesNo(slot.twoPhase)],
    ['temporary', yesNo(slot.temporary)],
  ];
  return (
    <dl className="wal-facts-list">
      {facts.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="tabular">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
