import { Button, Checkbox, Input, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { CapturedTable } from '../../../electron/contract/capture-spec.ts';
import { countOf, formatCount, formatEstimate } from '../../format/counts.ts';
import { useCall } from '../../state/use-call.ts';
import { capturable, matching, missingTables } from './capturable-tables.ts';
import { isSame, toggledTable, toggledTables } from './capture-form.ts';

/** Lines that are drawn; the search finds the others. */
const SHOWN = 200;

export interface TableChoiceProps {
  readonly connectionId: string;
  readonly tables: readonly CapturedTable[];
  /** What it means to change them. */
  readonly note?: string | undefined;
  readonly error: string | undefined;
  readonly onChange: (tables: readonly CapturedTable[]) => void;
}

/** The tables of a connection whose changes can be in the WAL, with a search. */
export function TableChoice({ connectionId, tables, note, error, onChange }: TableChoiceProps) {
  const { state } = useCall('relations.list', { connectionId });
  const [search, setSearch] = useState('');
  const all = state.status === 'ready' ? capturable(state.value.relations) : [];
  const found = matching(all, search);
  const gone = state.status === 'ready' ? missingTables(tables, all) : [];
  const isChosen = (table: CapturedTable) => tables.some((each) => isSame(each, table));
  const toggle = (table: CapturedTable) => onChange(toggledTable(tables, table));
  const reason = state.status === 'failed' ? state.error.message : error;
  return (
    <Input.Wrapper
      label="Tables"
      description={[
        ...(tables.length === 0 ? [] : [`${countOf(tables.length, 'table')} chosen.`]),
        ...(note === undefined ? [] : [note]),
      ].join(' ')}
      error={reason}
    >
      <div className="capture-tables">
        <div className="capture-tables-search">
          <TextInput
            size="xs"
            variant="unstyled"
            leftSection={<IconSearch size={14} />}
            placeholder="Search tables"
            aria-label="Search tables"
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
          {found.length > 1 && (
            <Button size="compact-xs" variant="subtle" onClick={() => onChange(toggledTables(tables, found))}>
              {found.every((table) => isChosen(table))
                ? 'Choose none'
                : `Choose all ${formatCount(found.length)}`}
            </Button>
          )}
        </div>
        <ul aria-label="Tables of the connection">
          {gone.map((table) => (
            <TableLine key={idOf(table)} table={table} chosen note="not there any more" onToggle={toggle} />
          ))}
          {found.slice(0, SHOWN).map((table) => (
            <TableLine
              key={idOf(table)}
              table={table}
              chosen={isChosen(table)}
              note={table.estimatedRows === null ? undefined : `${formatEstimate(table.estimatedRows)} rows`}
              onToggle={toggle}
            />
          ))}
          {state.status === 'loading' && <li className="faint">Reading the tables…</li>}
          {state.status === 'ready' && found.length === 0 && (
            <li className="faint">{all.length === 0 ? 'There is no table.' : 'No table is called so.'}</li>
          )}
          {found.length > SHOWN && (
            <li className="faint">{countOf(found.length - SHOWN, 'more table')}: search for them.</li>
          )}
        </ul>
      </div>
    </Input.Wrapper>
  );
}

interface TableLineProps {
  readonly table: CapturedTable;
  readonly chosen: boolean;
  readonly note: string | undefined;
  readonly onToggle: (table: CapturedTable) => void;
}

function TableLine({ table, chosen, note, onToggle }: TableLineProps) {
  return (
    <li>
      <Checkbox
        size="xs"
        label={
          <>
            <span className="faint">{table.schema}.</span>
            {table.name}
          </>
        }
        aria-label={idOf(table)}
        checked={chosen}
        onChange={() => onToggle(table)}
      />
      {note !== undefined && <span className="faint tabular">{note}</span>}
    </li>
  );
}

function idOf({ schema, name }: CapturedTable): string {
  return `${schema}.${name}`;
}
