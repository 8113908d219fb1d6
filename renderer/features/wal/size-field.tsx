import { Select } from '@mantine/core';

const KB = 1024;
const MB = 1024 * KB;

/** Bytes as they are offered: 64 KB, 16 MB. */
export function sizeLabel(bytes: number): string {
  return bytes < MB ? `${bytes / KB} KB` : `${bytes / MB} MB`;
}

export interface SizeFieldProps {
  readonly label: string;
  /** In pixels. */
  readonly width: number;
  /** Bytes that are offered. */
  readonly sizes: readonly number[];
  readonly value: number;
  readonly onChange: (bytes: number) => void;
}

/** How much is read at the most: one of a few sizes. */
export function SizeField({ label, width, sizes, value, onChange }: SizeFieldProps) {
  return (
    <Select
      size="xs"
      w={width}
      label={label}
      allowDeselect={false}
      data={sizes.map((bytes) => ({ value: String(bytes), label: sizeLabel(bytes) }))}
      value={String(value)}
      onChange={(bytes) => onChange(Number(bytes ?? value))}
    />
  );
}
