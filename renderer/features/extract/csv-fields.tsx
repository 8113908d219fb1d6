import { Checkbox, Radio, Select, TextInput } from '@mantine/core';
import { withDialect } from './text-options.ts';
import { TEXT_ENCODING_NAMES } from '../../../electron/contract/encoding.ts';
import { CSV_DIALECTS } from '../../../electron/contract/format.ts';
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
        onChange={(chosen) =>
          onChange(withDialect(values, CSV_DIALECTS.find((each) => each === chosen) ?? 'postgres'))
        }
      >
        <div className="extract-choices">
          <Radio
            value="postgres"
            label="postgres"
            description="What COPY CSV writes. NULL and the empty text differ. Lines end with LF."
          />
          <Radio
            value="text"
            label="text"
            description="What COPY TEXT writes: backslash escapes, no quotes. NULL and the empty text differ."
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
      {values.dialect === 'postgres' && (
        <QuoteFields values={values} problems={problems} onChange={onChange} />
      )}
      {!python && (
        <Select
          className="span-2"
          label="Encoding"
          allowDeselect={false}
          searchable
          data={TEXT_ENCODING_NAMES}
          value={values.encoding}
          error={problems.encoding}
          onChange={(chosen) =>
            onChange({ ...values, encoding: TEXT_ENCODING_NAMES.find((each) => each === chosen) ?? 'UTF8' })
          }
        />
      )}
      <Checkbox
        mt={4}
        label="Header: the names of the columns as the first line"
        checked={values.header}
        onChange={(event) => onChange({ ...values, header: event.currentTarget.checked })}
      />
    </>
  );
}

function QuoteFields({ values, problems, onChange }: FieldsProps) {
  return (
    <>
      <TextInput
        className="span-2"
        label="Quote"
        placeholder={'"'}
        maxLength={1}
        value={values.quote}
        error={problems.quote}
        onChange={(event) => onChange({ ...values, quote: event.currentTarget.value })}
      />
      <TextInput
        className="span-2"
        label="Escape"
        placeholder="The quote"
        maxLength={1}
        value={values.escape}
        error={problems.escape}
        onChange={(event) => onChange({ ...values, escape: event.currentTarget.value })}
      />
      <Select
        className="span-2"
        label="Quotes around"
        allowDeselect={false}
        data={[
          { value: 'none', label: 'what needs them' },
          { value: 'all', label: 'all that is not NULL' },
        ]}
        value={values.forceQuote}
        onChange={(chosen) => onChange({ ...values, forceQuote: chosen === 'all' ? 'all' : 'none' })}
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
