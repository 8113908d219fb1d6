import { Textarea } from '@mantine/core';
import type { FieldsProps } from './fields-props.ts';

/** The query whose rows are extracted. */
export function QueryField({ values, problems, onChange }: FieldsProps) {
  return (
    <Textarea
      data-autofocus
      label="Query"
      description="One SELECT. It runs in a READ ONLY transaction, so the server refuses whatever writes."
      placeholder={'SELECT "OrderId", sum(amount) AS amount\nFROM lines GROUP BY "OrderId"'}
      classNames={{ input: 'mono' }}
      autosize
      minRows={4}
      maxRows={12}
      spellCheck={false}
      value={values.query ?? ''}
      error={problems.query}
      onChange={(event) => onChange({ ...values, query: event.currentTarget.value })}
    />
  );
}
