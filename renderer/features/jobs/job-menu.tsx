import { Button, Menu } from '@mantine/core';
import { IconDotsVertical, IconDownload, IconPencil, IconTrash } from '@tabler/icons-react';
import type { SavedJob } from '../../../electron/contract/saved-job.ts';
import { openDialog } from '../../state/dialogs.ts';
import { download } from '../../ui/download.ts';
import { jobFileText } from '../extract/job-file.ts';
import type { EditJob } from './use-edit-job.ts';

export interface JobMenuProps {
  readonly job: SavedJob;
  readonly edit: EditJob;
}

/** What is seldom done with a saved job. */
export function JobMenu({ job, edit }: JobMenuProps) {
  return (
    <Menu position="bottom-end" width={210}>
      <Menu.Target>
        <Button variant="default" px={9} aria-label="More about this job">
          <IconDotsVertical size={16} />
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPencil size={15} />}
          disabled={edit.refusal !== undefined}
          title={edit.refusal}
          onClick={edit.open}
        >
          Change…
        </Menu.Item>
        <Menu.Item
          leftSection={<IconDownload size={15} />}
          onClick={() => download(`${job.name}.json`, jobFileText(job.spec))}
        >
          Download job file
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={15} />}
          onClick={() => openDialog({ kind: 'changeJob', job, change: { kind: 'remove' } })}
        >
          Remove…
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
