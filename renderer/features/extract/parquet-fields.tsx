import { Select, TextInput } from '@mantine/core';
import type { FieldsProps } from './fields-props.ts';

const NUMERIC = [
  { value: 'text', label: 'text, all digits' },
  { value: 'double', label: 'the nearest double' },
  { value: 'decimal', label: 'DECIMAL' },
];

/** The options of Parquet. */
export function ParquetFields({ values, problems, onChange }: FieldsProps) {
  return (
    <>
      <TextInput
        className="span-3"
        label="Row group"
        description="Where one ends, at the latest. Memory sets bounds of its own."
        placeholder="Automatic"
        inputMode="numeric"
        maxLength={9}
        value={values.rowGroup}
        error={problems.rowGroup}
        onChange={(event) => onChange({ ...values, rowGroup: event.currentTarget.value })}
      />
      <Select
        className="span-3"
        label="Counted in"
        description="Megabytes are as Postgres sends them, before they are packed."
        allowDeselect={false}
        data={['rows', 'MB']}
        value={values.rowGroupIn}
        onChange={(chosen) => onChange({ ...values, rowGroupIn: chosen === 'MB' ? 'MB' : 'rows' })}
      />
      <Select
        className={values.numericAs === 'decimal' ? 'span-2' : 'span-3'}
        label="numeric without a precision"
        allowDeselect={false}
        data={NUMERIC}
        value={values.numericAs}
        onChange={(chosen) =>
          onChange({ ...values, numericAs: chosen === 'double' || chosen === 'decimal' ? chosen : 'text' })
        }
      />
      {values.numericAs === 'decimal' && (
        <>
          <TextInput
            className="span-2"
            label="Precision"
            inputMode="numeric"
            maxLength={2}
            value={values.precision}
            error={problems.precision}
            onChange={(event) => onChange({ ...values, precision: event.currentTarget.value })}
          />
          <TextInput
            className="span-2"
            label="Scale"
            inputMode="numeric"
            maxLength={2}
            value={values.scale}
            onChange={(event) => onChange({ ...values, scale: event.currentTarget.value })}
          />
        </>
      )}
    </>
  );
}
