import { Select } from '@mantine/core';
import type { Publication } from '../../../electron/contract/wal.ts';
import { countOf } from '../../format/counts.ts';
import { useCall } from '../../state/use-call.ts';

export interface PublicationChoiceProps {
  readonly connectionId: string;
  readonly value: string;
  /** Why it cannot be another one; left out, it can. */
  readonly note?: string | undefined;
  readonly error: string | undefined;
  readonly onChange: (publication: string) => void;
}

/** A publication that the database has. */
export function PublicationChoice({ connectionId, value, note, error, onChange }: PublicationChoiceProps) {
  const { state } = useCall('wal.catalog', { connectionId });
  const publications = state.status === 'ready' ? state.value.publications : [];
  return (
    <Select
      label="Publication"
      description={note}
      disabled={note !== undefined}
      placeholder={state.status === 'ready' && publications.length === 0 ? 'There is none' : 'Choose one'}
      allowDeselect={false}
      searchable
      data={publications.map((publication) => ({
        value: publication.name,
        label: `${publication.name}  (${contentText(publication)})`,
      }))}
      value={value === '' ? null : value}
      error={state.status === 'failed' ? state.error.message : error}
      onChange={(name) => onChange(name ?? '')}
    />
  );
}

function contentText({ allTables, tables }: Publication): string {
  return allTables ? 'all tables' : countOf(tables.length, 'table');
}
