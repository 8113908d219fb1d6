import { TextInput } from '@mantine/core';

export interface FolderFieldProps {
  readonly folder: string;
  readonly error: string | undefined;
  readonly onChange: (folder: string) => void;
}

/** Path of a folder of the computer that the program runs on. */
export function FolderField({ folder, error, onChange }: FolderFieldProps) {
  return (
    <TextInput
      label="Folder"
      description="Files are renamed into place when they are whole; the manifest comes last."
      placeholder="/home/me/extracts"
      classNames={{ input: 'mono' }}
      spellCheck={false}
      value={folder}
      // Nobody has begun to write it.
      error={folder === '' ? undefined : error}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
