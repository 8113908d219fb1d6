import { Checkbox, Radio, Select, TextInput } from '@mantine/core';
import type { Column } from '../../../electron/contract/relation.ts';
import { isTimed, MODE_SENTENCES, WATERMARK_MODES } from '../../../electron/contract/watermark-spec.ts';
import type { FieldsProps } from './fields-props.ts';
import { usesLookback, usesMargin, whyUnfit } from './watermark-values.ts';

export interface WatermarkFieldsProps extends FieldsProps {
  /** Undefined while they are being read. */
  readonly columns: readonly Column[] | undefined;
}

const MODE_NAMES = {
  exact: 'Exact',
  lookback: 'Lookback window',
  cap: 'Cap at the oldest transaction',
  greater: 'Strictly greater',
} as const;

/** By which column a run knows what is new, and what is done about rows that commit late. */
export function WatermarkFields({ values, problems, columns, onChange }: WatermarkFieldsProps) {
  const column = columns?.find(({ name }) => name === values.watermarkColumn);
  return (
    <section className="watermark fields" aria-label="What is new">
      <ColumnSelect values={values} problems={problems} columns={columns} onChange={onChange} />
      <Radio.Group
        label="How a run knows what is new"
        value={values.watermarkMode}
        onChange={(chosen) =>
          onChange({
            ...values,
            watermarkMode: WATERMARK_MODES.find((mode) => mode === chosen) ?? 'exact',
          })
        }
      >
        <div className="watermark-modes">
          {WATERMARK_MODES.map((mode) => (
            <Radio
              key={mode}
              value={mode}
              label={mode === 'exact' ? 'Exact (recommended)' : MODE_NAMES[mode]}
              description={MODE_SENTENCES[mode]}
              disabled={mode === 'cap' && !mayBeTimed(column)}
            />
          ))}
        </div>
      </Radio.Group>
      <AmountFields values={values} problems={problems} onChange={onChange} column={column} />
      {column?.nullable !== false && (
        <Checkbox
          label="Take rows without a value in this column"
          description={
            values.watermarkMode === 'exact'
              ? 'Whenever they are new. They are counted in any case.'
              : 'In the first run only: later ones cannot tell which of them are new.'
          }
          checked={values.takesNulls}
          onChange={(event) => onChange({ ...values, takesNulls: event.currentTarget.checked })}
        />
      )}
    </section>
  );
}

function ColumnSelect({ values, problems, columns, onChange }: WatermarkFieldsProps) {
  const byName = new Map(columns?.map((column) => [column.name, column]));
  return (
    <Select
      label="Watermark column"
      description="A column that grows with each change, such as LastUpdated."
      placeholder={columns === undefined ? 'Reading the columns…' : 'Choose a column'}
      searchable
      allowDeselect={false}
      nothingFoundMessage="No column is called so"
      data={(columns ?? []).map((column) => ({
        value: column.name,
        label: column.name,
        disabled: column.watermark === null,
      }))}
      renderOption={({ option }) => {
        const column = byName.get(option.value);
        return column === undefined ? option.label : <ColumnOption column={column} />;
      }}
      value={values.watermarkColumn === '' ? null : values.watermarkColumn}
      error={problems.watermark}
      onChange={(next) => onChange({ ...values, watermarkColumn: next ?? '' })}
    />
  );
}

function ColumnOption({ column }: { readonly column: Column }) {
  const unfit = whyUnfit(column);
  return (
    <span className="watermark-option" title={column.name}>
      <span className="ellipsis">{column.name}</span>
      <span className="faint ellipsis">{unfit ?? column.type}</span>
      {unfit === undefined && (
        <span className={column.indexed ? 'tag' : 'tag is-plain'}>
          {column.indexed ? 'index' : 'no index'}
        </span>
      )}
    </span>
  );
}

interface AmountFieldsProps extends FieldsProps {
  readonly column: Column | undefined;
}

function AmountFields({ values, problems, column, onChange }: AmountFieldsProps) {
  const { watermarkMode: mode } = values;
  const timed = mayBeTimed(column);
  const margin = usesMargin(mode) && (timed || column?.watermark === 'uuid');
  const lookback = mode === 'lookback' || (usesLookback(mode) && values.lookback !== '');
  return (
    <>
      {margin && (
        <TextInput
          className="span-3"
          label="Safety margin"
          description="How much older than its transaction a row may say that it is."
          placeholder="1 hour"
          disabled={values.marginLifted}
          value={values.margin}
          error={problems.margin}
          onChange={(event) => onChange({ ...values, margin: event.currentTarget.value })}
        />
      )}
      {mode === 'exact' && margin && (
        <Checkbox
          className="span-3 watermark-lift"
          label="No margin: look through the whole table"
          description="For values that have little to do with the time of the change. Costs a full read each run."
          checked={values.marginLifted}
          onChange={(event) => onChange({ ...values, marginLifted: event.currentTarget.checked })}
        />
      )}
      {lookback && (
        <TextInput
          className="span-3"
          label="Window"
          description={timed ? 'That is read again each time.' : 'In units of the column.'}
          placeholder={timed ? '1 hour' : '1000'}
          value={values.lookback}
          error={problems.lookback}
          onChange={(event) => onChange({ ...values, lookback: event.currentTarget.value })}
        />
      )}
    </>
  );
}

/** Also where no column is chosen yet. */
function mayBeTimed(column: Column | undefined): boolean {
  return column === undefined || column.watermark === null || isTimed(column.watermark);
}
