import { Loader } from '@mantine/core';
import { IconKey } from '@tabler/icons-react';
import type { RelationRef } from '../../../electron/contract/relation.ts';
import { useCall } from '../../state/use-call.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { TableHead } from '../../ui/table-head.tsx';

export interface ColumnsPanelProps {
  readonly connectionId: string;
  readonly relation: RelationRef;
}

const COLUMNS = ['#', 'Column', 'Type', 'Nullable', 'Key', 'Default', 'Comment'] as const;

/** The columns of a relation as the catalogue has them. */
export function ColumnsPanel({ connectionId, relation }: ColumnsPanelProps) {
  const { state, retry } = useCall('relations.describe', {
    connectionId,
    relation: { schema: relation.schema, name: relation.name },
  });
  if (state.status === 'failed') {
    return (
      <div className="browse-error">
        <ErrorNotice error={state.error} title="The columns could not be read" onRetry={retry} />
      </div>
    );
  }
  if (state.status === 'loading') {
    return (
      <div className="shell-waiting">
        <Loader size="sm" aria-label="Reading columns" />
      </div>
    );
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reached by the keyboard
    <div className="columns-scroll" tabIndex={0} role="region" aria-label="Columns">
      <table className="table is-long columns-table">
        <TableHead columns={COLUMNS} />
        <tbody>
          {state.value.columns.map((column, index) => (
            <tr key={column.name}>
              <td className="tabular">{index + 1}</td>
              <td>
                <strong>{column.name}</strong>
                {!column.readable && (
                  <span className="faint" title="This user has no SELECT on it">
                    {' '}
                    may not be read
                  </span>
                )}
              </td>
              <td className="mono">{column.type}</td>
              <td>{column.nullable ? 'yes' : 'NOT NULL'}</td>
              <td>
                {column.keyPosition !== null && (
                  <span className="column-key" title={`Position ${column.keyPosition} in the primary key`}>
                    <IconKey size={14} aria-hidden="true" /> {column.keyPosition}
                  </span>
                )}
              </td>
              <td className="mono">
                {column.generated ? `generated: ${column.default ?? ''}` : column.default}
              </td>
              <td>{column.comment}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
