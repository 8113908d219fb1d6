import { Select } from '@mantine/core';
import { CAPTURE_FORMATS } from '../../../electron/contract/capture-spec.ts';
import { DestinationChoice } from '../profiles/destination-choice.tsx';
import { FORMAT_NAMES } from './capture-words.ts';
import type { CaptureFormState } from './use-capture-form.ts';

export interface PlaceFieldsProps {
  readonly form: CaptureFormState;
  /** True where objects lie there already: the history stays where it is, and what it is. */
  readonly saved: boolean;
}

/** Where the objects go, and what stands in them. */
export function PlaceFields({ form, saved }: PlaceFieldsProps) {
  const { values, problems, change } = form;
  return (
    <>
      <DestinationChoice
        destinations={form.destinations}
        value={form.destinationId}
        error={problems['destination']}
        fixed={saved ? 'Cannot change: the log and the checkpoint lie there.' : undefined}
        onChange={(destinationId) => change({ destinationId })}
      />
      <Select
        label="Format"
        description={
          saved ? 'Cannot change: a query reads one format. Another capture can have another.' : undefined
        }
        allowDeselect={false}
        disabled={saved}
        data={CAPTURE_FORMATS.map((value) => ({ value, label: FORMAT_NAMES[value] }))}
        value={values.format}
        onChange={(chosen) => change({ format: CAPTURE_FORMATS.find((each) => each === chosen) ?? 'jsonl' })}
      />
    </>
  );
}
