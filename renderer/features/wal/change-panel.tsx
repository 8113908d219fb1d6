import { ActionIcon, Group } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import type { PeekChange, PeekColumn, PeekValue } from '../../../electron/contract/peek.ts';
import { CopyButton } from '../../ui/copy-button.tsx';
import { TableHead } from '../../ui/table-head.tsx';
import { isMark, valueText } from './peek-lines.ts';

const IDENTITY_SAYS = {
  default: 'its primary key',
  index: 'a unique index',
  full: 'the whole row',
  nothing: 'nothing',
} as const;

/** One change: every column before and after, with what the WAL does not say marked as such. */
export function ChangePanel({
  change,
  onClose,
}: {
  readonly change: PeekChange;
  readonly onClose: () => void;
}) {
  const { operation, relation, identity, columns, text } = change;
  const title = relation === null ? (text ?? 'WAL message') : `${relation.schema}.${relation.name}`;
  return (
    <aside className="peek-change" aria-label="Selected change">
      <header>
        <h2>
          <span className={`peek-operation is-${operation}`}>{operation}</span> {title}
        </h2>
        <Group gap={2} wrap="nowrap">
          <CopyButton text={JSON.stringify(change, undefined, 2)} label="Copy change as JSON" />
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label="Close the change" onClick={onClose}>
            <IconX size={15} />
          </ActionIcon>
        </Group>
      </header>
      <p className="faint tabular">
        {change.lsn} · transaction {change.xid}
        {identity === null ? '' : ` · the WAL has ${IDENTITY_SAYS[identity]} of an old row`}
      </p>
      {columns.length > 0 && (
        <table className="peek-values" aria-label="Before and after">
          <TableHead columns={['Column', 'Before', 'After']} />
          <tbody>
            {columns.map((column) => (
              <ColumnRow key={column.name} column={column} operation={operation} />
            ))}
          </tbody>
        </table>
      )}
      {text !== null && relation !== null && <pre className="peek-raw">{text}</pre>}
    </aside>
  );
}

interface ColumnRowProps {
  readonly column: PeekColumn;
  readonly operation: PeekChange['operation'];
}

function ColumnRow({ column, operation }: ColumnRowProps) {
  const { name, type, key, before, after, changed } = column;
  const marked = operation === 'update' && changed === 'yes';
  return (
    <tr className={marked ? 'is-changed' : ''}>
      <th scope="row" title={type}>
        {name}
        {key && <span className="tag">key</span>}
        <span className="peek-type">{type}</span>
      </th>
      <Value value={before} />
      <Value value={after} />
    </tr>
  );
}

function Value({ value }: { readonly value: PeekValue | undefined }) {
  if (value === undefined) return <td className="faint">–</td>;
  return (
    <td className={isMark(value) ? 'is-mark' : 'mono'}>
      <div className="peek-value">{valueText(value)}</div>
    </td>
  );
}
