import { TextInput } from '@mantine/core';
import { lsnSchema } from '../../../electron/contract/peek.ts';

/** What was typed as a position of the WAL. */
export interface TypedPosition {
  /** Undefined where nothing was typed. */
  readonly lsn: string | undefined;
  readonly wrong: boolean;
}

/** Reads what was typed: nothing is no position, and right. */
export function typedPosition(text: string): TypedPosition {
  const lsn = text.trim();
  if (lsn === '') return { lsn: undefined, wrong: false };
  return { lsn, wrong: !lsnSchema.safeParse(lsn).success };
}

export interface PositionFieldProps {
  readonly label: string;
  readonly placeholder: string;
  /** In pixels. */
  readonly width: number;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** A position of the WAL, such as 16/B374D848. */
export function PositionField({ label, placeholder, width, value, onChange }: PositionFieldProps) {
  return (
    <TextInput
      size="xs"
      w={width}
      label={label}
      placeholder={placeholder}
      value={value}
      error={typedPosition(value).wrong}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}
