import { Input, SegmentedControl, Select } from '@mantine/core';
import { COMPRESSIONS, type Compression } from '../../../electron/contract/format.ts';
import { CsvFields } from './csv-fields.tsx';
import { withKind } from './extract-values.ts';
import { ParquetFields } from './parquet-fields.tsx';
import type { FieldsProps } from './fields-props.ts';

const COMPRESSION_LABELS: Readonly<Record<Compression, string>> = {
  none: 'none',
  gzip: 'gzip',
  zstd: 'zstd (Zstandard)',
};

/** How rows become bytes. */
export function FormatFields(props: FieldsProps) {
  const { values, onChange } = props;
  return (
    <>
      <Input.Wrapper label="Format" className="span-4">
        <SegmentedControl
          fullWidth
          aria-label="Format"
          data={[
            { value: 'csv', label: 'Delimited text' },
            { value: 'jsonl', label: 'JSON Lines' },
            { value: 'parquet', label: 'Parquet' },
          ]}
          value={values.kind}
          onChange={(kind) => onChange(withKind(values, kind))}
        />
      </Input.Wrapper>
      <Select
        className="span-2"
        label="Compression"
        allowDeselect={false}
        data={COMPRESSIONS.map((value) => ({ value, label: COMPRESSION_LABELS[value] }))}
        value={values.compression}
        onChange={(compression) => {
          if (compression !== null) onChange({ ...values, compression });
        }}
      />
      {values.kind === 'csv' && <CsvFields {...props} />}
      {values.kind === 'parquet' && <ParquetFields {...props} />}
    </>
  );
}
