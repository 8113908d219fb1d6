import { Checkbox } from '@mantine/core';
import { CaptureField, type CaptureFieldsProps } from './capture-field.tsx';
import { slotOf } from './capture-form.ts';

export interface SlotFieldsProps extends CaptureFieldsProps {
  /** True where a history goes on in the slot. */
  readonly saved: boolean;
}

/** What is read before the changes, in which slot, and how much of this disk may be used. */
export function SlotFields({ saved, ...fields }: SlotFieldsProps) {
  const { values, onChange } = fields;
  return (
    <>
      <Checkbox
        label={
          saved
            ? 'Write what tables have that are added, before their changes'
            : 'Write what the tables have now, before the changes'
        }
        checked={values.snapshot}
        onChange={(event) => onChange({ snapshot: event.currentTarget.checked })}
      />
      <CaptureField
        {...fields}
        of="slot"
        className="span-3"
        label="Slot"
        description={
          saved
            ? 'Cannot change: another slot does not know where the history ends.'
            : 'Made where it is missing.'
        }
        placeholder={slotOf({ ...values, slot: '' }) ?? 'sluice_…'}
        disabled={saved}
      />
      <CaptureField
        {...fields}
        of="parallel"
        className="span-3"
        label="Connections that read the tables"
        description="Before the changes, side by side."
        placeholder="As many as suit"
        inputMode="numeric"
      />
      <CaptureField
        {...fields}
        of="spoolGibibytes"
        problem="spoolBytes"
        className="span-3"
        label="Disk for open transactions (GiB)"
        description="On this computer. Beyond it the server keeps them."
        inputMode="decimal"
      />
    </>
  );
}
