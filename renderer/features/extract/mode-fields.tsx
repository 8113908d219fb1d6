import { SegmentedControl, TextInput } from '@mantine/core';
import type { RelationRef } from '../../../electron/contract/relation.ts';
import { jobNameOf } from '../../../electron/contract/watermark-spec.ts';
import type { FieldsProps } from './fields-props.ts';

export interface ModeFieldsProps extends FieldsProps {
  readonly relation: RelationRef;
  /** True: the job is saved already, and its state lies under its name. */
  readonly named: boolean;
}

const MODES = [
  { value: 'full', label: 'Full' },
  { value: 'incremental', label: 'Incremental' },
] as const;

/** All rows, or what is new since the last run; and what the job is called. */
export function ModeFields({ values, problems, relation, named, onChange }: ModeFieldsProps) {
  return (
    <div className="fields mode-fields">
      <div className="span-3">
        <span className="field-label" id="extract-mode">
          Rows
        </span>
        <SegmentedControl
          fullWidth
          aria-labelledby="extract-mode"
          data={[...MODES]}
          value={values.mode}
          disabled={values.query !== undefined}
          onChange={(mode) => onChange({ ...values, mode })}
        />
        <p className="field-note">
          {values.query !== undefined
            ? 'All, each time: the rows of a query have no history.'
            : values.mode === 'full'
              ? 'All rows, each time.'
              : 'First all rows, then what is new since the last run.'}
        </p>
      </div>
      <TextInput
        className="span-3"
        label="Name of the job"
        placeholder={jobNameOf(values.query === undefined ? relation : { name: relation.name })}
        disabled={named}
        value={values.jobName}
        error={problems.jobName}
        maxLength={100}
        spellCheck={false}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        description={
          values.mode === 'full'
            ? 'Of use where it is saved.'
            : 'Its state lies under this name, next to the data.'
        }
        onChange={(event) => onChange({ ...values, jobName: event.currentTarget.value })}
      />
    </div>
  );
}
