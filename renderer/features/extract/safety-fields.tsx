import { Checkbox, Radio } from '@mantine/core';
import { RECOVERIES } from '../../../electron/contract/extract-spec.ts';
import type { FieldsProps } from './fields-props.ts';

/** What must not happen, and what is to happen when the snapshot is lost. */
export function SafetyFields({ values, onChange }: FieldsProps) {
  if (values.mode === 'incremental') {
    return (
      <p className="field-note">
        An incremental run adds to those before it, and reads one snapshot: nothing is overwritten, and one
        that loses its snapshot begins again.
      </p>
    );
  }
  return (
    <>
      <Checkbox
        label="Overwrite an object that is there already"
        description="Without it, the run is refused when its key is taken."
        checked={values.overwrite}
        onChange={(event) => onChange({ ...values, overwrite: event.currentTarget.checked })}
      />
      <Radio.Group
        label="When the snapshot is lost with its connection"
        value={values.recovery}
        onChange={(chosen) =>
          onChange({ ...values, recovery: RECOVERIES.find((each) => each === chosen) ?? 'restart' })
        }
      >
        <div className="extract-choices">
          <Radio
            value="restart"
            label="Restart"
            description="All is read again in a new snapshot: the result is always the table at one moment."
          />
          <Radio
            value="resume"
            label="Resume"
            description="Ranges that are finished stay, the others are read in a new snapshot. The manifest says so."
          />
        </div>
      </Radio.Group>
    </>
  );
}
