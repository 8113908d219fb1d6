import { Checkbox, Input, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useState } from 'react';
import type { CapturedTable } from '../../../electron/contract/capture-spec.ts';
import { countOf, formatEstimate } from '../../format/counts.ts';
import { useCall } from '../../state/use-call.ts';
import { capturable, matching } from './capturable-tables.ts';
import { isSame, toggledTable } from './capture-form.ts';

/** Lines that are drawn; the search finds the others. */
const SHOWN = 200;

export interface TableChoiceProps {
  readonly connectionId: string;
  readonly tables: readonly CapturedTable[];
  readonly error: string | undefined;
  readonly onChange: (tables: readonly CapturedTable[]) => void;
}

/** The tables of a connection whose changes can be in the WAL, with a search. */
export function TableChoice({ connectionId, tables, error, onChange }: TableChoiceProps) {
  const { state } = useCall('relations.list', { connectionId });
  const [search, setSearch] = useState('');
  const all = state.status === 'ready' ? capturable(state.value.relations) : [];
  const found = matching(all, search);
  const reason = state.status === 'failed' ? state.error.message : error;
  return (
    <Input.Wrapper
      label="Tables"
      description={tables.length === 0 ? undefined : `${countOf(tables.length, 'table')} chosen`}
      error={reason}
    >
      <div className="capture-tables">
        <TextInput
          size="xs"
          variant="unstyled"
          leftSection={<IconSearch size={14} />}
          placeholder="Search tables"
          aria-label="Search tables"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <ul aria-label="Tables of the connection">
          {found.slice(0, SHOWN).map((table) => (
            <li key={`${table.schema}.${table.name}`}>
              <Checkbox
                size="xs"
                label={
                  <>
                    <span className="faint">{table.schema}.</span>
                    {table.name}
                  </>
                }
                aria-label={`${table.schema}.${table.name}`}
                checked={tables.some((each) => isSame(each, table))}
                onChange={() => onChange(toggledTable(tables, table))}
              />
              {table.estimatedRows !== null && (
                <span className="faint tabular">{formatEstimate(table.estimatedRows)} rows</span>
              )}
            </li>
          ))}
          {state.status === 'loading' && <li className="faint">Reading the tables…</li>}
          {state.status === 'ready' && found.length === 0 && (
            <li className="faint">No table is called so.</li>
          )}
          {found.length > SHOWN && (
            <li className="faint">{countOf(found.length - SHOWN, 'more table')}: search for them.</li>
          )}
        </ul>
      </div>
    </Input.Wrapper>
  );
}
