import { Button, Group, Input, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Column } from '../../../electron/contract/relation.ts';
import { ColumnRow } from './column-row.tsx';
import { withMask, type MaskChoices } from './masks.ts';

export interface ColumnChoiceProps {
  readonly columns: readonly Column[];
  readonly chosen: readonly string[] | undefined;
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[] | undefined) => void;
  readonly masks: MaskChoices;
  readonly onMasks: (masks: MaskChoices) => void;
}

/** Which columns are read, in the order of the table, and which of them are masked. */
export function ColumnChoice({ columns, chosen, error, onChange, masks, onMasks }: ColumnChoiceProps) {
  const [filter, setFilter] = useState('');
  const names = new Set(chosen ?? columns.map((column) => column.name));
  const change = (next: ReadonlySet<string>) => {
    const inOrder = columns.filter((column) => next.has(column.name)).map((column) => column.name);
    onChange(inOrder.length === columns.length ? undefined : inOrder);
  };
  const toggle = (name: string) => {
    const next = new Set(names);
    if (!next.delete(name)) next.add(name);
    change(next);
  };
  const needle = filter.trim().toLowerCase();
  const shown = columns.filter((column) => column.name.toLowerCase().includes(needle));
  return (
    <Input.Wrapper
      label={`Columns: ${names.size} of ${columns.length}`}
      description="A mask stands in the file in place of the values. The database applies it: clear values never leave it."
      error={error}
    >
      <Group gap="xs" mt={4} wrap="nowrap">
        <TextInput
          size="xs"
          flex={1}
          aria-label="Filter columns"
          placeholder="Filter columns"
          value={filter}
          onChange={(event) => setFilter(event.currentTarget.value)}
        />
        <Button size="xs" variant="default" onClick={() => onChange(undefined)}>
          All
        </Button>
        <Button size="xs" variant="default" onClick={() => onChange([])}>
          None
        </Button>
      </Group>
      <div className="column-list" role="group" aria-label="Columns">
        {shown.map((column) => (
          <ColumnRow
            key={column.name}
            column={column}
            chosen={names.has(column.name)}
            mask={masks[column.name]}
            onToggle={() => toggle(column.name)}
            onMask={(mask) => onMasks(withMask(masks, column.name, mask))}
          />
        ))}
        {shown.length === 0 && <p className="column-none">No column matches the filter</p>}
      </div>
    </Input.Wrapper>
  );
}
