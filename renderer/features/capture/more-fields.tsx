import { Checkbox, Select, TextInput } from '@mantine/core';
import { COMPRESSIONS } from '../../../electron/contract/format.ts';
import type { FieldErrors } from '../profiles/field-errors.ts';
import { slotOf, type CaptureValues } from './capture-form.ts';

export interface MoreFieldsProps {
  readonly values: CaptureValues;
  readonly problems: FieldErrors;
  readonly onChange: (change: Partial<CaptureValues>) => void;
}

/** What has a good default: when objects end, what they are called, and the slot. */
export function MoreFields({ values, problems, onChange }: MoreFieldsProps) {
  return (
    <>
      <TextInput
        className="span-2"
        label="Objects end at MiB"
        inputMode="decimal"
        value={values.rollMebibytes}
        error={problems['rollBytes']}
        onChange={(event) => onChange({ rollMebibytes: event.currentTarget.value })}
      />
      <TextInput
        className="span-2"
        label="or rows"
        inputMode="numeric"
        value={values.rollRows}
        error={problems['rollRows']}
        onChange={(event) => onChange({ rollRows: event.currentTarget.value })}
      />
      <TextInput
        className="span-2"
        label="or seconds"
        inputMode="decimal"
        value={values.rollSeconds}
        error={problems['rollSeconds']}
        onChange={(event) => onChange({ rollSeconds: event.currentTarget.value })}
      />
      {values.format !== 'parquet' && (
        <Select
          className="span-2"
          label="Compression"
          allowDeselect={false}
          data={[...COMPRESSIONS]}
          value={values.compression}
          onChange={(chosen) =>
            onChange({ compression: COMPRESSIONS.find((each) => each === chosen) ?? 'zstd' })
          }
        />
      )}
      <TextInput
        className="span-4"
        label="Slot"
        description="Made where it is missing."
        placeholder={slotOf({ ...values, slot: '' }) ?? 'sluice_…'}
        value={values.slot}
        error={problems['slot']}
        onChange={(event) => onChange({ slot: event.currentTarget.value })}
      />
      <TextInput
        label="Keys of the objects"
        value={values.key}
        error={problems['key']}
        onChange={(event) => onChange({ key: event.currentTarget.value })}
      />
      <Checkbox
        label="Write what the tables have now, before the changes"
        checked={values.snapshot}
        onChange={(event) => onChange({ snapshot: event.currentTarget.checked })}
      />
    </>
  );
}
