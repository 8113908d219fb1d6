import { TextInput } from '@mantine/core';
import type { FieldErrors } from '../profiles/field-errors.ts';
import type { CaptureValues } from './capture-values.ts';

export interface CaptureFieldsProps {
  readonly values: CaptureValues;
  readonly problems: FieldErrors;
  readonly onChange: (change: Partial<CaptureValues>) => void;
}

type TextValue = {
  [K in keyof CaptureValues]: CaptureValues[K] extends string ? K : never;
}[keyof CaptureValues];

export interface CaptureFieldProps extends CaptureFieldsProps {
  readonly of: TextValue;
  /** The field of the job that it is, where that is called otherwise. */
  readonly problem?: string;
  readonly label: string;
  readonly description?: string | undefined;
  readonly placeholder?: string;
  /** How much of a row it takes; all of it where left out. */
  readonly className?: 'span-2' | 'span-3' | 'span-4';
  readonly inputMode?: 'decimal' | 'numeric' | 'text';
  readonly mono?: boolean;
  readonly disabled?: boolean;
  /** Where the keyboard is when the dialog opens. */
  readonly first?: boolean;
}

/** One text of the dialog of a capture. */
export function CaptureField({
  of,
  problem,
  mono,
  first,
  values,
  problems,
  onChange,
  ...look
}: CaptureFieldProps) {
  return (
    <TextInput
      {...look}
      {...(first === true && { 'data-autofocus': true })}
      {...(mono === true && { classNames: { input: 'mono' }, spellCheck: false })}
      value={values[of]}
      error={problems[problem ?? of]}
      onChange={(event) => onChange({ [of]: event.currentTarget.value })}
    />
  );
}
