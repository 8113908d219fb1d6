import { TextInput } from '@mantine/core';
import type { FieldsProps } from './fields-props.ts';

/** How fast the run is to be, and how much of the server it may take. */
export function SpeedFields({ values, problems, onChange }: FieldsProps) {
  return (
    <TextInput
      className="span-3"
      label="Connections"
      description="They read side by side in one snapshot; with more than one, rows come in no particular order."
      placeholder="1"
      inputMode="numeric"
      maxLength={2}
      value={values.parallel}
      error={problems.parallel}
      onChange={(event) => onChange({ ...values, parallel: event.currentTarget.value })}
    />
  );
}
