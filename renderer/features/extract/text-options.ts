/** What delimited text begins with in each dialect of the dialog, and what becomes of it when the dialect changes. */
import { CSV_DEFAULTS, type CsvFormat } from '../../../electron/contract/format.ts';
import type { ExtractValues } from './extract-values.ts';

type Dialect = CsvFormat['dialect'];

/** The pipe of the python dialect is what scripts for Redshift mostly have; the contract's own default is a comma. */
export const USUAL: Readonly<Record<Dialect, { readonly delimiter: string; readonly nullToken: string }>> = {
  ...CSV_DEFAULTS,
  python: { delimiter: '|', nullToken: '' },
};

/** Changes the dialect; a delimiter and a token that the user has not chosen change with it. */
export function withDialect(values: ExtractValues, dialect: Dialect): ExtractValues {
  const [before, after] = [USUAL[values.dialect], USUAL[dialect]];
  return {
    ...values,
    dialect,
    delimiter: values.delimiter === before.delimiter ? after.delimiter : values.delimiter,
    nullToken:
      dialect === 'python' || values.nullToken === before.nullToken ? after.nullToken : values.nullToken,
  };
}

/** The format, with those options alone that go with its dialect and differ from what it does by itself. */
export function csvFormatOf(values: ExtractValues): CsvFormat {
  const { dialect, delimiter, header, quote, escape, forceQuote, encoding } = values;
  return {
    kind: 'csv',
    dialect,
    delimiter,
    header,
    nullToken: dialect === 'python' ? '' : values.nullToken,
    ...(dialect === 'postgres' && {
      ...(quote !== '' && quote !== '"' && { quote }),
      ...(escape !== '' && { escape }),
      ...(forceQuote === 'all' && { forceQuote }),
    }),
    ...(dialect !== 'python' && encoding !== 'UTF8' && { encoding }),
  };
}
