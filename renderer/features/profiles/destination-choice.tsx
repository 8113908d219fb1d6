import './profiles.css';
import { Button, Select } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import type { DestinationProfile } from '../../../electron/contract/destination-profile.ts';
import { openDialog } from '../../state/dialogs.ts';
import { bucketRoot, placeOf } from '../extract/key-example.ts';
import { FolderField } from './folder-field.tsx';

/** In the place of the id of a destination. */
const FOLDER = 'folder';

export interface DestinationChoiceProps {
  readonly destinations: readonly DestinationProfile[];
  readonly value: string | undefined;
  readonly error: string | undefined;
  /** Why it cannot be another one; left out, it can. */
  readonly fixed?: string | undefined;
  readonly onChange: (id: string | undefined) => void;
  /** Path of a folder of this computer where one was chosen. */
  readonly folder?: string | undefined;
  /** Left out, a folder cannot be chosen. */
  readonly onFolder?: (folder: string) => void;
}

/** A saved destination, one that is added now, or a folder of this computer; a row of fields. */
export function DestinationChoice(props: DestinationChoiceProps) {
  const { destinations, value, error, fixed, onChange, folder, onFolder } = props;
  const inFolder = folder !== undefined && onFolder !== undefined;
  return (
    <>
      <Select
        className={fixed === undefined ? 'span-4' : undefined}
        label="Destination"
        description={fixed}
        placeholder="None yet"
        allowDeselect={false}
        disabled={fixed !== undefined}
        data={[
          ...destinations.map(({ id, name, settings }) => ({
            value: id,
            label: `${name}  (${placeOf(bucketRoot(settings))})`,
          })),
          ...(onFolder === undefined ? [] : [{ value: FOLDER, label: 'A folder of this computer' }]),
        ]}
        value={inFolder ? FOLDER : (value ?? null)}
        error={inFolder ? undefined : error}
        onChange={(id) => {
          if (id === FOLDER) onFolder?.('');
          else onChange(id ?? undefined);
        }}
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
      {inFolder && <FolderField folder={folder} error={error} onChange={onFolder} />}
    </>
  );
}
