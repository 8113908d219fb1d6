import { Select, TextInput } from '@mantine/core';
import { PARTITION_UNITS } from '../../../electron/contract/partition.ts';
import type { Column } from '../../../electron/contract/relation.ts';
import type { FieldsProps } from './fields-props.ts';
import { maskOptionsFor } from './masks.ts';
import { withPartition } from './partition.ts';

/** Stands for no column; no column can have an empty name. */
const NONE = '';

export interface PartitionFieldsProps extends FieldsProps {
  /** Undefined while they are being read. */
  readonly columns: readonly Column[] | undefined;
}

/** Objects by the value of a column, in folders as Hive names them. */
export function PartitionFields({ values, problems, columns = [], onChange }: PartitionFieldsProps) {
  const column = columns.find(({ name }) => name === values.partitionColumn);
  // What a date mask suits, a date unit suits as well.
  const dated =
    column !== undefined && maskOptionsFor(column.type).some(({ value }) => value === 'truncate-day');
  const chosen = values.partitionColumn !== NONE;
  return (
    <>
      <Select
        className={chosen ? 'span-2' : 'span-3'}
        label="Partition by"
        description={chosen ? 'A folder for each value.' : 'Objects in a folder for each value of a column.'}
        searchable
        allowDeselect={false}
        data={[
          { value: 'none', label: 'nothing' },
          ...columns.map(({ name }) => ({ value: `c:${name}`, label: name })),
        ]}
        value={chosen ? `c:${values.partitionColumn}` : 'none'}
        error={problems.partition}
        onChange={(next) =>
          onChange(withPartition(values, next?.startsWith('c:') === true ? next.slice(2) : NONE))
        }
      />
      {chosen && (
        <>
          <Select
            className="span-2"
            label="By its"
            description="Of dates and timestamps."
            allowDeselect={false}
            disabled={!dated}
            data={[...PARTITION_UNITS]}
            value={values.partitionUnit}
            onChange={(next) =>
              onChange({ ...values, partitionUnit: PARTITION_UNITS.find((unit) => unit === next) ?? 'value' })
            }
          />
          <TextInput
            className="span-2"
            label="Name of the folders"
            description="Empty: that of the column."
            placeholder={values.partitionColumn}
            value={values.partitionAs}
            onChange={(event) => onChange({ ...values, partitionAs: event.currentTarget.value })}
          />
        </>
      )}
    </>
  );
}
