import { Button, Group, Input, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Column } from '../../../electron/contract/relation.ts';
import type { ExtractProblems, ExtractValues } from './extract-values.ts';

export interface RowsFieldsProps {
  readonly values: ExtractValues;
  readonly problems: ExtractProblems;
  /** Undefined while they are being read. */
  readonly columns: readonly Column[] | undefined;
  readonly onChange: (values: ExtractValues) => void;
}

/** Which rows and columns; folded, because mostly all are wanted. */
export function RowsFields({ values, problems, columns, onChange }: RowsFieldsProps) {
  const narrowed = values.columns !== undefined || values.where.trim() !== '';
  return (
    <details className="fold" open={narrowed || undefined}>
      <summary>Rows and columns{narrowed ? '' : ': all'}</summary>
      <div className="fold-body">
        <Textarea
          label="Filter"
          description="A condition in SQL, as it would stand after WHERE. Empty: all rows."
          placeholder={'"LastUpdated" >= \'2020-06-01\''}
          classNames={{ input: 'mono' }}
          autosize
          minRows={2}
          maxRows={6}
          spellCheck={false}
          value={values.where}
          error={problems.where}
          onChange={(event) => onChange({ ...values, where: event.currentTarget.value })}
        />
        {columns !== undefined && (
          <ColumnChoice
            columns={columns}
            chosen={values.columns}
            error={problems.columns}
            onChange={(chosen) => onChange({ ...values, columns: chosen })}
          />
        )}
      </div>
    </details>
  );
}

interface ColumnChoiceProps {
  readonly columns: readonly Column[];
  readonly chosen: readonly string[] | undefined;
  readonly error: string | undefined;
  readonly onChange: (chosen: readonly string[] | undefined) => void;
}

function ColumnChoice({ columns, chosen, error, onChange }: ColumnChoiceProps) {
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
