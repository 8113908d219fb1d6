import { Button, Group, Input, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Column } from '../../../electron/contract/relation.ts';

export interface ColumnChoiceProps {
  readonly columns: readonly Column[];
  readonly chosen: readonly string[] | undefined;
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[] | undefined) => void;
}

/** Which columns are read, in the order of the table. */
export function ColumnChoice({ columns, chosen, error, onChange }: ColumnChoiceProps) {
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
    <Input.Wrapper label={`Columns: ${names.size} of ${columns.length}`} error={error}>
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
          <label key={column.name} className="column-choice">
            <input
              type="checkbox"
              checked={names.has(column.name)}
              onChange={() => toggle(column.name)}
              aria-label={column.name}
            />
            <span className="ellipsis">{column.name}</span>
            <span className="faint ellipsis">{column.type}</span>
          </label>
        ))}
      </div>
    </Input.Wrapper>
  );
}
