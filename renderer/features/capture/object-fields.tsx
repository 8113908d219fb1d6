import { Select } from '@mantine/core';
import { useState } from 'react';
import { CAPTURE_KEY_FIELDS } from '../../../electron/contract/capture-key.ts';
import { UNCHANGED_STYLES, type UnchangedStyle } from '../../../electron/contract/capture-spec.ts';
import { COMPRESSIONS } from '../../../electron/contract/format.ts';
import { CaptureField, type CaptureFieldsProps } from './capture-field.tsx';
import { captureKeyExample } from './key-example.ts';

const UNCHANGED_NAMES: Readonly<Record<UnchangedStyle, string>> = {
  list: 'Named in a list',
  placeholder: 'Debezium’s placeholder as well',
};

export interface ObjectFieldsProps extends CaptureFieldsProps {
  /** True where there are objects already. */
  readonly saved: boolean;
}

/** When objects end, what they are called, and what stands in them. */
export function ObjectFields({ saved, ...fields }: ObjectFieldsProps) {
  const { values, onChange } = fields;
  const [now] = useState(() => new Date());
  const example = captureKeyExample(values, now);
  return (
    <>
      <CaptureField
        {...fields}
        of="rollMebibytes"
        problem="rollBytes"
        className="span-2"
        label="Objects end at MiB"
        inputMode="decimal"
      />
      <CaptureField {...fields} of="rollRows" className="span-2" label="or rows" inputMode="numeric" />
      <CaptureField {...fields} of="rollSeconds" className="span-2" label="or seconds" inputMode="decimal" />
      <CaptureField
        {...fields}
        mono
        of="key"
        label="Keys of the objects"
        description={
          example === undefined
            ? `Fields: ${Object.keys(CAPTURE_KEY_FIELDS)
                .map((field) => `{${field}}`)
                .join(' ')}`
            : `Such as ${example}`
        }
      />
      {values.format !== 'parquet' && (
        <>
          <Select
            className="span-3"
            label="Compression"
            description={
              saved
                ? 'Of new objects. A query reads one, so then all tables have to be read again.'
                : undefined
            }
            allowDeselect={false}
            data={[...COMPRESSIONS]}
            value={values.compression}
            onChange={(chosen) =>
              onChange({ compression: COMPRESSIONS.find((each) => each === chosen) ?? 'zstd' })
            }
          />
          <Select
            className="span-3"
            label="Large values that did not change"
            description="The WAL does not carry them with an update."
            allowDeselect={false}
            data={UNCHANGED_STYLES.map((value) => ({ value, label: UNCHANGED_NAMES[value] }))}
            value={values.unchanged}
            onChange={(chosen) =>
              onChange({ unchanged: UNCHANGED_STYLES.find((each) => each === chosen) ?? 'list' })
            }
          />
        </>
      )}
    </>
  );
}
