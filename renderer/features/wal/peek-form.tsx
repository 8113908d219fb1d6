import { Button, MultiSelect, NumberInput, Select, TextInput } from '@mantine/core';
import { IconEye, IconPlayerStop } from '@tabler/icons-react';
import { useState } from 'react';
import type { CallInput } from '../../../electron/contract/calls.ts';
import {
  PEEK_CHANGES_LIMIT,
  PEEK_OPERATIONS,
  PEEK_PLUGINS,
  type PeekOperation,
  type PeekPlugin,
} from '../../../electron/contract/peek.ts';
import type { GuardedSlot } from '../../../electron/contract/wal.ts';
import { formatBytes } from '../../format/bytes.ts';
import { PositionField, typedPosition } from './position-field.tsx';
import { SizeField } from './size-field.tsx';

const MB = 1024 * 1024;
const SIZES = [1, 16, 64, 256].map((size) => size * MB);

/** In the place of a slot: what happens from now on. */
const FROM_NOW = '';

export interface PeekFormProps {
  readonly slots: readonly GuardedSlot[];
  readonly slot: string | null;
  readonly onSlot: (slot: string | null) => void;
  readonly busy: boolean;
  readonly onStart: (input: Omit<CallInput<'wal.peekOpen'>, 'connectionId'>) => void;
  readonly onStop: () => void;
}

/** What is read, where it ends, and what it costs, before it begins. */
export function PeekForm({ slots, slot, onSlot, busy, onStart, onStop }: PeekFormProps) {
  const [plugin, setPlugin] = useState<PeekPlugin | null>(null);
  const [changes, setChanges] = useState(1_000);
  const [seconds, setSeconds] = useState(30);
  const [bytes, setBytes] = useState(16 * MB);
  const [upto, setUpto] = useState('');
  const [table, setTable] = useState('');
  const [operations, setOperations] = useState<PeekOperation[]>([]);
  const [key, setKey] = useState('');
  const logical = slots.filter(({ type }) => type === 'logical');
  const { lsn: uptoLsn, wrong } = typedPosition(upto);
  const start = () => {
    const filter = {
      ...(table.trim() === '' ? {} : { table: table.trim() }),
      ...(operations.length === 0 ? {} : { operations }),
      ...(key === '' ? {} : { key }),
    };
    onStart({
      slot,
      ...(plugin === null ? {} : { plugin }),
      ...(Object.keys(filter).length === 0 ? {} : { filter }),
      limits: { changes, seconds, bytes, ...(uptoLsn === undefined ? {} : { uptoLsn }) },
    });
  };
  return (
    <form
      className="peek-form"
      aria-label="Peek"
      onSubmit={(event) => {
        event.preventDefault();
        if (!wrong) start();
      }}
    >
      <Select
        size="xs"
        w={210}
        label="Changes of"
        allowDeselect={false}
        data={[
          { value: FROM_NOW, label: 'From now on' },
          ...logical.map(({ name, pendingBytes }) => ({
            value: name,
            label: pendingBytes === null ? name : `${name} (${formatBytes(pendingBytes)} pending)`,
          })),
        ]}
        value={slot ?? FROM_NOW}
        onChange={(value) => onSlot(value === null || value === FROM_NOW ? null : value)}
      />
      <Select
        size="xs"
        w={165}
        label="Shown by"
        placeholder="pgoutput, if it can"
        clearable
        data={[...PEEK_PLUGINS]}
        value={plugin}
        onChange={setPlugin}
      />
      <Amount label="Max. changes" value={changes} most={PEEK_CHANGES_LIMIT} onChange={setChanges} />
      <Amount label="Max. seconds" value={seconds} most={3_600} onChange={setSeconds} />
      <SizeField label="Max. size" width={96} sizes={SIZES} value={bytes} onChange={setBytes} />
      <PositionField
        label="Up to position"
        placeholder="16/B374D848"
        width={120}
        value={upto}
        onChange={setUpto}
      />
      <TextInput
        size="xs"
        w={140}
        label="Table"
        placeholder="all"
        value={table}
        onChange={(event) => setTable(event.currentTarget.value)}
      />
      <MultiSelect
        size="xs"
        w={170}
        label="Operations"
        placeholder={operations.length === 0 ? 'all' : ''}
        data={[...PEEK_OPERATIONS]}
        value={operations}
        onChange={setOperations}
      />
      <TextInput
        size="xs"
        w={110}
        label="Key contains"
        value={key}
        onChange={(event) => setKey(event.currentTarget.value)}
      />
      {busy ? (
        <Button size="xs" variant="default" leftSection={<IconPlayerStop size={15} />} onClick={onStop}>
          Stop
        </Button>
      ) : (
        <Button size="xs" type="submit" disabled={wrong} leftSection={<IconEye size={15} />}>
          Peek
        </Button>
      )}
      <p className="peek-cost faint">{costOf(logical.find(({ name }) => name === slot))}</p>
    </form>
  );
}

function costOf(slot: GuardedSlot | undefined): string {
  if (slot === undefined) {
    return 'A temporary slot, from the moment at which the transactions that are open now have ended. It is gone with the peek.';
  }
  const bytes =
    slot.retainedBytes === null
      ? ''
      : ` The server reads up to ${formatBytes(slot.retainedBytes)} of WAL for it.`;
  return `A temporary copy is read, and ${slot.name} stays where it is${slot.active ? ', in use' : ''}.${bytes}`;
}

interface AmountProps {
  readonly label: string;
  readonly value: number;
  readonly most: number;
  readonly onChange: (value: number) => void;
}

function Amount({ label, value, most, onChange }: AmountProps) {
  return (
    <NumberInput
      size="xs"
      w={104}
      label={label}
      min={1}
      max={most}
      allowDecimal={false}
      thousandSeparator=","
      value={value}
      onChange={(next) => {
        if (typeof next === 'number' && next >= 1) onChange(Math.min(next, most));
      }}
    />
  );
}
