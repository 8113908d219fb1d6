import { TextInput } from '@mantine/core';
import type { FieldsProps } from './fields-props.ts';

/** How fast the run is to be, and how much of the server it may take. */
export function SpeedFields({ values, problems, onChange }: FieldsProps) {
  return (
    <TextInput
      label="Connections"
      description="They read side by side in one snapshot, and rows come in no particular order. Empty: as many as suit the table and this machine."
      placeholder="Automatic"
      inputMode="numeric"
      maxLength={2}
      value={values.parallel}
      error={problems.parallel}
      onChange={(event) => onChange({ ...values, parallel: event.currentTarget.value })}
    />
  );
}
