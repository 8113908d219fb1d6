import { Input, SegmentedControl, Select } from '@mantine/core';
import { CaptureField } from './capture-field.tsx';
import { PublicationChoice } from './publication-choice.tsx';
import { TableChoice } from './table-choice.tsx';
import type { CaptureFormState } from './use-capture-form.ts';

export interface SourceFieldsProps {
  readonly form: CaptureFormState;
  /** True where there is a history: its name and its database stay. */
  readonly saved: boolean;
}

/** What the capture is called, and which tables of which database it is of. */
export function SourceFields({ form, saved }: SourceFieldsProps) {
  const { values, problems, change, connectionId } = form;
  const byTables = values.chosenBy === 'tables';
  return (
    <>
      {/* A name that cannot change stands in the title. */}
      {!saved && (
        <CaptureField
          values={values}
          problems={problems}
          onChange={change}
          of="name"
          first
          className="span-3"
          label="Name"
          placeholder="orders"
        />
      )}
      <Select
        className={saved ? undefined : 'span-3'}
        label="Connection"
        description={
          saved
            ? 'Cannot change: the history is of this database. Where it moves, change the profile.'
            : undefined
        }
        placeholder="None yet"
        allowDeselect={false}
        disabled={saved}
        data={form.connections.map(({ id, name }) => ({ value: id, label: name }))}
        value={connectionId ?? null}
        error={problems['source']}
        // Tables and publications are those of one database.
        onChange={(id) => change({ connectionId: id ?? undefined, tables: [], publication: '' })}
      />
      {!saved && (
        <Input.Wrapper className="capture-what" label="What to capture" labelElement="div">
          <SegmentedControl
            size="xs"
            aria-label="What to capture"
            data={[
              { value: 'tables', label: 'Tables' },
              { value: 'publication', label: 'A publication that exists' },
            ]}
            value={values.chosenBy}
            onChange={(chosen) => change({ chosenBy: chosen === 'publication' ? 'publication' : 'tables' })}
          />
        </Input.Wrapper>
      )}
      {connectionId !== undefined && byTables && (
        <TableChoice
          key={connectionId}
          connectionId={connectionId}
          tables={values.tables}
          note={saved ? 'One that is added is read first; one that is taken out keeps its files.' : undefined}
          error={problems['tables']}
          onChange={(tables) => change({ tables })}
        />
      )}
      {connectionId !== undefined && !byTables && (
        <PublicationChoice
          connectionId={connectionId}
          value={values.publication}
          note={
            saved
              ? 'Cannot change: its tables are those of the publication, ALTER PUBLICATION adds one.'
              : undefined
          }
          error={problems['publication']}
          onChange={(publication) => change({ publication })}
        />
      )}
    </>
  );
}
