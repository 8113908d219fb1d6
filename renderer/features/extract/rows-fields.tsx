import { Textarea } from '@mantine/core';
import type { Column } from '../../../electron/contract/relation.ts';
import { ColumnChoice } from './column-choice.tsx';
import type { FieldsProps } from './fields-props.ts';

export interface RowsFieldsProps extends FieldsProps {
  /** Undefined while they are being read. */
  readonly columns: readonly Column[] | undefined;
}

/** Which rows and columns. */
export function RowsFields({ values, problems, columns, onChange }: RowsFieldsProps) {
  return (
    <>
      {columns !== undefined && (
        <ColumnChoice
          columns={columns}
          chosen={values.columns}
          error={problems.columns ?? problems.masks}
          onChange={(chosen) => onChange({ ...values, columns: chosen })}
          masks={values.masks}
          onMasks={(masks) => onChange({ ...values, masks })}
        />
      )}
      <Textarea
        label="Filter"
        description="A condition in SQL, as it would stand after WHERE. It sees the clear values of masked columns. Empty: all rows."
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
    </>
  );
}
