import './profiles.css';
import { Button, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { DestinationProfile } from '../../../electron/contract/destination-profile.ts';
import { openDialog } from '../../state/dialogs.ts';
import { placeOf } from '../extract/key-example.ts';

export interface DestinationChoiceProps {
  readonly destinations: readonly DestinationProfile[];
  readonly value: string | undefined;
  readonly error: string | undefined;
  /** Why it cannot be another one; left out, it can. */
  readonly fixed?: string | undefined;
  readonly onChange: (id: string | undefined) => void;
}

/** A saved destination, or one that is added now; a row of fields. */
export function DestinationChoice({ destinations, value, error, fixed, onChange }: DestinationChoiceProps) {
  return (
    <>
      <Select
        className={fixed === undefined ? 'span-4' : undefined}
        label="Destination"
        description={fixed}
        placeholder="None yet"
        allowDeselect={false}
        disabled={fixed !== undefined}
        data={destinations.map(({ id, name, settings }) => ({
          value: id,
          label: `${name}  (${placeOf(settings)})`,
        }))}
        value={value ?? null}
        error={error}
        onChange={(id) => onChange(id ?? undefined)}
      />
      {fixed === undefined && (
        <div className="span-2 destination-add">
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
    </>
  );
}
