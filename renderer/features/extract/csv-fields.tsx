import { Checkbox, Radio, Select, TextInput } from '@mantine/core';
import { withDialect } from './extract-values.ts';
import type { FieldsProps } from './fields-props.ts';

const DELIMITERS = [
  { value: ',', label: 'comma  ,' },
  { value: '|', label: 'pipe  |' },
  { value: ';', label: 'semicolon  ;' },
  { value: '\t', label: 'tab' },
];
/** Stands for "another one" in the list; no delimiter can be this long. */
const OTHER = 'other';

/** The options of delimited text. */
export function CsvFields({ values, problems, onChange }: FieldsProps) {
  const python = values.dialect === 'python';
  return (
    <>
      <Radio.Group
        label="Dialect"
        value={values.dialect}
        onChange={(dialect) => onChange(withDialect(values, dialect === 'python' ? 'python' : 'postgres'))}
      >
        <div className="extract-choices">
          <Radio
            value="postgres"
            label="postgres"
            description="What COPY CSV writes. NULL and the empty text differ. Lines end with LF."
          />
          <Radio
            value="python"
            label="python"
            description="What Python’s csv.writer writes for psycopg2’s values. Lines end with CRLF."
          />
        </div>
      </Radio.Group>
      <DelimiterField
        value={values.delimiter}
        error={problems.delimiter}
        onChange={(delimiter) => onChange({ ...values, delimiter })}
      />
      <TextInput
        className="span-2"
        label="NULL token"
        placeholder={python ? 'Always empty' : 'Empty'}
        disabled={python}
        maxLength={32}
        value={python ? '' : values.nullToken}
        error={problems.nullToken}
        onChange={(event) => onChange({ ...values, nullToken: event.currentTarget.value })}
      />
      <Checkbox
        mt={4}
        label="Header: the names of the columns as the first line"
        checked={values.header}
        onChange={(event) => onChange({ ...values, header: event.currentTarget.checked })}
      />
    </>
  );
}

interface DelimiterFieldProps {
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (value: string) => void;
}

function DelimiterField({ value, error, onChange }: DelimiterFieldProps) {
  const listed = DELIMITERS.some((delimiter) => delimiter.value === value);
  return (
    <>
      <Select
        className="span-2"
        label="Delimiter"
        allowDeselect={false}
        data={[...DELIMITERS, { value: OTHER, label: 'another one' }]}
        value={listed ? value : OTHER}
        onChange={(chosen) => onChange(chosen === OTHER || chosen === null ? '' : chosen)}
      />
      {!listed && (
        <TextInput
          className="span-2"
          label="Character"
          maxLength={1}
          data-autofocus
          value={value}
          error={error}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      )}
    </>
  );
}
