import { Checkbox, Textarea, TextInput } from '@mantine/core';
import { KEY_FIELDS } from '../../../electron/contract/key-template.ts';
import { LOAD_TARGET_NAMES, LOAD_TARGETS } from '../../../electron/contract/load-target.ts';
import { isSingleObject } from './extract-values.ts';
import { PartitionFields, type PartitionFieldsProps } from './partition-fields.tsx';

/** Into which objects the rows go, and what these are called. */
export function ObjectFields({ values, problems, columns, onChange }: PartitionFieldsProps) {
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
        className="span-3"
        label="Begin a new object at (MB)"
        description="As written, after compression. A range of the table begins one in any case."
        placeholder={isSingleObject(values) ? 'One object' : 'One for each range'}
        inputMode="numeric"
        maxLength={9}
        value={values.objectMB}
        error={problems.objectMB}
        onChange={(event) => onChange({ ...values, objectMB: event.currentTarget.value })}
      />
      <TextInput
        className="span-3"
        label="Or behind so many rows"
        description="Whichever comes first. A key without {part} makes one object of all rows."
        placeholder="Any number"
        inputMode="numeric"
        maxLength={12}
        value={values.objectRows}
        error={problems.objectRows}
        onChange={(event) => onChange({ ...values, objectRows: event.currentTarget.value })}
      />
      <PartitionFields values={values} problems={problems} columns={columns} onChange={onChange} />
      <Checkbox.Group
        label="Load scripts"
        description="Written next to the manifest, ready to run there."
        value={[...values.loadScripts]}
        error={problems.loadScripts}
        onChange={(chosen) =>
          onChange({ ...values, loadScripts: LOAD_TARGET_NAMES.filter((name) => chosen.includes(name)) })
        }
      >
        <div className="check-row">
          {LOAD_TARGET_NAMES.map((name) => (
            <Checkbox key={name} size="xs" value={name} label={LOAD_TARGETS[name]} />
          ))}
        </div>
      </Checkbox.Group>
      <Textarea
        className="span-3"
        label="Tags of every object"
        description="name=value, one a line, up to ten."
        placeholder="team=data"
        classNames={{ input: 'mono' }}
        autosize
        minRows={1}
        maxRows={5}
        spellCheck={false}
        value={values.tags}
        error={problems.tags}
        onChange={(event) => onChange({ ...values, tags: event.currentTarget.value })}
      />
      <Textarea
        className="span-3"
        label="Metadata of every object"
        description="name=value, one a line, in ASCII."
        placeholder="source=shop"
        classNames={{ input: 'mono' }}
        autosize
        minRows={1}
        maxRows={5}
        spellCheck={false}
        value={values.metadata}
        error={problems.metadata}
        onChange={(event) => onChange({ ...values, metadata: event.currentTarget.value })}
      />
    </>
  );
}
