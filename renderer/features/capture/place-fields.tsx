import { Button, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { CAPTURE_FORMATS } from '../../../electron/contract/capture-spec.ts';
import { openDialog } from '../../state/dialogs.ts';
import { placeOf } from '../extract/key-example.ts';
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
      <Select
        className={saved ? undefined : 'span-4'}
        label="Destination"
        description={saved ? 'Cannot change: the log and the checkpoint lie there.' : undefined}
        placeholder="None yet"
        allowDeselect={false}
        disabled={saved}
        data={form.destinations.map(({ id, name, settings }) => ({
          value: id,
          label: `${name}  (${placeOf(settings)})`,
        }))}
        value={form.destinationId ?? null}
        error={problems['destination']}
        onChange={(id) => change({ destinationId: id ?? undefined })}
      />
      {!saved && (
        <div className="span-2 capture-add">
          <Button
            fullWidth
            variant="default"
            leftSection={<IconPlus size={15} />}
            aria-label="Add destination"
            onClick={() => openDialog({ kind: 'destination' })}
          >
            Add…
          </Button>
        </div>
      )}
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
