import { TextInput } from '@mantine/core';
import { KEY_FIELDS } from '../../../electron/contract/key-template.ts';
import type { FieldsProps } from './fields-props.ts';

/** Into which objects the rows go, and what these are called. */
export function ObjectFields({ values, problems, onChange }: FieldsProps) {
  return (
    <>
      <TextInput
        label="Key template"
        description={`Fields: ${Object.keys(KEY_FIELDS)
          .map((field) => `{${field}}`)
          .join(' ')}`}
        classNames={{ input: 'mono' }}
        spellCheck={false}
        value={values.key}
        error={problems.key}
        onChange={(event) => onChange({ ...values, key: event.currentTarget.value })}
      />
      <TextInput
        label="Begin a new object at (MB)"
        description="Its size as it is written, after compression. Empty: one object."
        placeholder="One object"
        inputMode="numeric"
        maxLength={9}
        value={values.objectMB}
        error={problems.objectMB}
        onChange={(event) => onChange({ ...values, objectMB: event.currentTarget.value })}
      />
    </>
  );
}
