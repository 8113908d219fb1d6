/** What the extract dialog holds, and the job that it makes of it. */
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import {
  csvFormatSchema,
  defaultCompression,
  type Compression,
  type CsvFormat,
  type Format,
} from '../../../electron/contract/format.ts';
import { DEFAULT_KEY_TEMPLATE, templateProblem } from '../../../electron/contract/key-template.ts';
import type { RelationRef } from '../../../electron/contract/relation.ts';
import { asSentence } from '../../format/sentence.ts';

export interface ExtractValues {
  readonly destinationId: string | undefined;
  readonly kind: Format['kind'];
  readonly dialect: CsvFormat['dialect'];
  readonly delimiter: string;
  readonly header: boolean;
  readonly nullToken: string;
  readonly compression: Compression;
  readonly key: string;
  readonly overwrite: boolean;
  /** Undefined: all of them, also those that are added to the table later. */
  readonly columns: readonly string[] | undefined;
  /** A condition in SQL; empty: all rows. */
  readonly where: string;
}

/** The delimiter that each dialect begins with. */
const USUAL_DELIMITER: Readonly<Record<CsvFormat['dialect'], string>> = { postgres: ',', python: '|' };

export function firstValues(destinationId: string | undefined): ExtractValues {
  return {
    destinationId,
    kind: 'csv',
    dialect: 'postgres',
    delimiter: USUAL_DELIMITER.postgres,
    header: false,
    nullToken: '',
    compression: 'none',
    key: DEFAULT_KEY_TEMPLATE,
    overwrite: false,
    columns: undefined,
    where: '',
  };
}

/** Changes the dialect; a delimiter that the user has not chosen changes with it. */
export function withDialect(values: ExtractValues, dialect: CsvFormat['dialect']): ExtractValues {
  const untouched = values.delimiter === USUAL_DELIMITER[values.dialect];
  return {
    ...values,
    dialect,
    delimiter: untouched ? USUAL_DELIMITER[dialect] : values.delimiter,
    nullToken: dialect === 'python' ? '' : values.nullToken,
  };
}

/** Changes the format; a compression that the user has not chosen changes with it. */
export function withKind(values: ExtractValues, kind: Format['kind']): ExtractValues {
  const next = { ...values, kind };
  const untouched = values.compression === defaultCompression(formatOf(values));
  return untouched ? { ...next, compression: defaultCompression(formatOf(next)) } : next;
}

export function formatOf(values: ExtractValues): Format {
  if (values.kind !== 'csv') return { kind: values.kind };
  const { dialect, delimiter, header } = values;
  return { kind: 'csv', dialect, delimiter, header, nullToken: dialect === 'python' ? '' : values.nullToken };
}

export interface SpecNames {
  readonly connection: string;
  readonly destination: string;
  readonly relation: RelationRef;
}

/** The job. It names its profiles, so that it can be saved and run elsewhere, and carries no secret. */
export function specOf(values: ExtractValues, names: SpecNames): ExtractSpec {
  const where = values.where.trim();
  const { schema, name } = names.relation;
  return {
    version: 1,
    kind: 'extract',
    source: { profile: names.connection },
    selection: {
      table: { schema, name },
      ...(values.columns === undefined ? {} : { columns: [...values.columns] }),
      ...(where === '' ? {} : { where }),
    },
    mode: 'full',
    destination: { profile: names.destination },
    format: formatOf(values),
    compression: values.compression,
    key: values.key.trim(),
    overwrite: values.overwrite,
  };
}

/** Fields of the dialog that can have a problem. */
export type ExtractField = 'destination' | 'delimiter' | 'nullToken' | 'key' | 'columns' | 'where';
export type ExtractProblems = Partial<Readonly<Record<ExtractField, string>>>;

/** What is wrong, by field, before anything is sent. */
export function problemsOf(values: ExtractValues): ExtractProblems {
  const problems: Partial<Record<ExtractField, string>> = {};
  if (values.destinationId === undefined) problems.destination = 'Choose a destination, or add one.';
  const key = values.key.trim();
  const keyProblem = key === '' ? 'must not be empty' : templateProblem(key);
  if (keyProblem !== undefined) problems.key = asSentence(keyProblem);
  if (values.columns?.length === 0) problems.columns = 'Choose at least one column.';
  const format = formatOf(values);
  if (format.kind === 'csv') {
    const issues = csvFormatSchema.safeParse(format).error?.issues ?? [];
    for (const { path, message } of issues) {
      const [field] = path;
      if (field === 'delimiter' || field === 'nullToken') problems[field] ??= asSentence(message);
    }
    if (format.delimiter !== '' && format.nullToken.includes(format.delimiter)) {
      problems.nullToken ??= 'Must not contain the delimiter';
    }
  }
  return problems;
}

/** The field of the dialog for a path that the engine names, such as `spec.format.nullToken`. */
export function fieldOfPath(path: string): ExtractField | undefined {
  const table: readonly (readonly [string, ExtractField])[] = [
    ['spec.format.delimiter', 'delimiter'],
    ['spec.format.nullToken', 'nullToken'],
    ['spec.key', 'key'],
    ['spec.selection.columns', 'columns'],
    ['spec.selection.where', 'where'],
    ['spec.destination', 'destination'],
  ];
  return table.find(([prefix]) => path === prefix || path.startsWith(`${prefix}.`))?.[1];
}
