import { Checkbox } from '@mantine/core';
import type { FieldsProps } from './fields-props.ts';

/** What must not happen. */
export function SafetyFields({ values, onChange }: FieldsProps) {
  return (
    <Checkbox
      label="Overwrite an object that is there already"
      description="Without it, the run is refused when its key is taken."
      checked={values.overwrite}
      onChange={(event) => onChange({ ...values, overwrite: event.currentTarget.checked })}
    />
  );
}
