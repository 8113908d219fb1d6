import { Checkbox, TextInput } from '@mantine/core';
import type { FieldsProps } from './fields-props.ts';

/** How fast the run is to be, and how much of the server it may take. */
export function SpeedFields({ values, problems, onChange }: FieldsProps) {
  return (
    <>
      <TextInput
        className="span-3"
        label="Connections"
        description="They read side by side, in one snapshot. Rows come in no particular order."
        placeholder={values.lowPriority ? '1' : 'As many as suit the table'}
        inputMode="numeric"
        maxLength={2}
        disabled={values.lowPriority}
        value={values.lowPriority ? '' : values.parallel}
        error={problems.parallel}
        onChange={(event) => onChange({ ...values, parallel: event.currentTarget.value })}
      />
      <TextInput
        className="span-3"
        label="Bandwidth (MB a second)"
        description="What is read from Postgres at most, by all connections together."
        placeholder="No limit"
        inputMode="decimal"
        maxLength={12}
        value={values.bandwidthMB}
        error={problems.bandwidthMB}
        onChange={(event) => onChange({ ...values, bandwidthMB: event.currentTarget.value })}
      />
      <Checkbox
        label="Low priority"
        description="One connection reads, and the server uses no parallel workers for it."
        checked={values.lowPriority}
        onChange={(event) => onChange({ ...values, lowPriority: event.currentTarget.checked })}
      />
      <TextInput
        className="span-3"
        label="statement_timeout (seconds)"
        description="The server ends the query after it; a pause counts. 0 is none."
        placeholder="What the role has"
        inputMode="decimal"
        maxLength={12}
        value={values.statementTimeout}
        error={problems.statementTimeout}
        onChange={(event) => onChange({ ...values, statementTimeout: event.currentTarget.value })}
      />
      <TextInput
        className="span-3"
        label="lock_timeout (seconds)"
        description="How long it waits for a lock that somebody else has. 0 is none."
        placeholder="10"
        inputMode="decimal"
        maxLength={12}
        value={values.lockTimeout}
        error={problems.lockTimeout}
        onChange={(event) => onChange({ ...values, lockTimeout: event.currentTarget.value })}
      />
    </>
  );
}
