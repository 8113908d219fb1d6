import { Loader } from '@mantine/core';
import type { Publication, WalTable } from '../../../electron/contract/wal.ts';
import { useCall } from '../../state/use-call.ts';
import { ErrorNotice } from '../../ui/error-notice.tsx';
import { TableHead } from '../../ui/table-head.tsx';

const MEANINGS: Readonly<Record<WalTable['identity'], string>> = {
  default: 'the primary key',
  index: 'a unique index',
  full: 'the whole old row',
  nothing: 'nothing',
};

/** Publications with their tables, and tables with what their replica identity means for updates and deletes. */
export function CatalogPanel({ connectionId }: { readonly connectionId: string }) {
  const { state, retry } = useCall('wal.catalog', { connectionId });
  if (state.status === 'failed') {
    return (
      <div className="wal-error">
        <ErrorNotice error={state.error} title="The publications could not be read" onRetry={retry} />
      </div>
    );
  }
  if (state.status === 'loading') {
    return (
      <div className="shell-waiting">
        <Loader size="sm" aria-label="Reading publications" />
      </div>
    );
  }
  const { publications, tables } = state.value;
  return (
    <div className="wal-scroll">
      <section className="wal-section">
        <h2>Publications</h2>
        {publications.length === 0 ? (
          <p className="faint">
            There are none. A capture makes its own; CREATE PUBLICATION name FOR TABLE … makes one of tables
            that have a key.
          </p>
        ) : (
          <table className="table wal-table" aria-label="Publications">
            <TableHead columns={['Name', 'Operations', 'Table', 'Columns', 'Row filter']} />
            <tbody>{publications.flatMap(publicationRows)}</tbody>
          </table>
        )}
      </section>
      <section className="wal-section">
        <h2>Tables</h2>
        <table className="table wal-table" aria-label="Tables">
          <TableHead columns={['Table', 'Replica identity', 'Updates and deletes', 'Publications']} />
          <tbody>
            {tables.map((table) => (
              <tr key={`${table.schema}.${table.name}`}>
                <td title={`${table.schema}.${table.name}`}>
                  <span className="faint">{table.schema}.</span>
                  {table.name}
                </td>
                <td>{table.identity}</td>
                <td title={meaningOf(table)}>{meaningOf(table)}</td>
                <td>{table.publications.join(', ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </div>
  );
}

function publicationRows(publication: Publication) {
  const { name, operations, tables, allTables } = publication;
  const listed = tables.length > 0 ? tables : [undefined];
  return listed.map((table, index) => (
    <tr key={`${name} ${table?.schema ?? ''} ${table?.name ?? ''}`}>
      <td>{index === 0 ? `${name}${allTables ? ' (all tables)' : ''}` : ''}</td>
      <td title={operations.join(', ')}>{index === 0 ? operations.join(', ') : ''}</td>
      <td title={table === undefined ? undefined : `${table.schema}.${table.name}`}>
        {table === undefined ? <span className="faint">no table</span> : `${table.schema}.${table.name}`}
      </td>
      <td title={table?.columns?.join(', ')}>{table?.columns?.join(', ') ?? 'all'}</td>
      <td title={table?.rowFilter ?? undefined}>{table?.rowFilter ?? ''}</td>
    </tr>
  ));
}

function meaningOf({ identity, keyColumns, unlogged }: WalTable): string {
  if (unlogged) return 'not in the WAL: the table is unlogged';
  if (identity === 'full') return `carry ${MEANINGS.full}`;
  if (keyColumns.length === 0) return 'fail once the table is published: it has no key';
  return `carry ${MEANINGS[identity]}: ${keyColumns.join(', ')}`;
}
