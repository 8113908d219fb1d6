/** Settings for what people mostly want, so that one choice stands for a dozen fields. */
import { DEFAULT_KEY_TEMPLATE } from '../../../electron/contract/key-template.ts';
import type { ExtractValues } from './extract-values.ts';

/** What a preset decides. Rows, columns, destination and what may be overwritten stay the user's own. */
export type PresetPart = Pick<
  ExtractValues,
  | 'kind'
  | 'dialect'
  | 'delimiter'
  | 'header'
  | 'nullToken'
  | 'compression'
  | 'key'
  | 'objectMB'
  | 'objectRows'
  | 'partitionColumn'
  | 'partitionAs'
  | 'partitionUnit'
  | 'loadScripts'
  | 'quote'
  | 'escape'
  | 'forceQuote'
  | 'encoding'
  | 'rowGroup'
  | 'rowGroupIn'
  | 'numericAs'
>;

export type PresetId = 'csv' | 'python' | 'redshift' | 'athena';

export interface Preset {
  readonly id: PresetId;
  readonly title: string;
  /** What it means, in one sentence. */
  readonly description: string;
  readonly part: PresetPart;
}

const CSV: PresetPart = {
  kind: 'csv',
  dialect: 'postgres',
  delimiter: ',',
  header: false,
  nullToken: '',
  compression: 'none',
  key: DEFAULT_KEY_TEMPLATE,
  objectMB: '',
  objectRows: '',
  partitionColumn: '',
  partitionAs: '',
  partitionUnit: 'value',
  loadScripts: [],
  quote: '',
  escape: '',
  forceQuote: 'none',
  encoding: 'UTF8',
  rowGroup: '',
  rowGroupIn: 'rows',
  numericAs: 'text',
};

export const PRESETS: readonly Preset[] = [
  { id: 'csv', title: 'Plain CSV', description: 'What COPY CSV writes, under keys of its own.', part: CSV },
  {
    id: 'python',
    title: 'Same as the Python script',
    description: 'To the byte what csv.writer writes, in one object.',
    part: { ...CSV, dialect: 'python', delimiter: '|', key: '{table}_extract.{ext}' },
  },
  {
    id: 'redshift',
    title: 'Redshift-ready',
    description: 'Gzip, NULL as \\N, objects of 128 MB, with the COPY that loads them.',
    // Redshift cannot split a gzip object, and takes those from 1 MB to 1 GB best; without a token it could not tell
    // NULL from the empty text. https://docs.aws.amazon.com/redshift/latest/dg/c_best-practices-use-multiple-files.html
    part: {
      ...CSV,
      nullToken: String.raw`\N`,
      compression: 'gzip',
      objectMB: '128',
      loadScripts: ['redshift'],
    },
  },
  {
    id: 'athena',
    title: 'Athena-ready Parquet',
    description: 'Zstd, objects of 256 MB below dt=…, with the table for them.',
    // The run has a folder of its own, because a table of Athena is a folder, with all that lies in it.
    part: {
      ...CSV,
      kind: 'parquet',
      compression: 'zstd',
      key: '{schema}/{table}/dt={date}/{run_id}/part-{part}.{ext}',
      objectMB: '256',
      loadScripts: ['athena'],
    },
  },
];

/** What the part is called where the user has changed it. */
const LABELS: Readonly<Record<keyof PresetPart, string>> = {
  kind: 'format',
  dialect: 'dialect',
  delimiter: 'delimiter',
  header: 'header',
  nullToken: 'NULL token',
  compression: 'compression',
  key: 'key template',
  objectMB: 'object size',
  objectRows: 'rows of an object',
  partitionColumn: 'partition',
  partitionAs: 'partition',
  partitionUnit: 'partition',
  loadScripts: 'load scripts',
  quote: 'quote',
  escape: 'escape',
  forceQuote: 'quotes',
  encoding: 'encoding',
  rowGroup: 'row group',
  rowGroupIn: 'row group',
  numericAs: 'numeric',
};

export function presetOf(id: PresetId): Preset {
  const found = PRESETS.find((preset) => preset.id === id);
  if (found === undefined) throw new Error(`There is no preset "${id}"`);
  return found;
}

export function withPreset(values: ExtractValues, id: PresetId): ExtractValues {
  return { ...values, ...presetOf(id).part };
}

/** What differs from the preset, by its labels; options that the formats do not have make no difference. */
export function changesFrom(values: ExtractValues, id: PresetId): readonly string[] {
  const { part } = presetOf(id);
  const names = Object.keys(LABELS) as (keyof PresetPart)[];
  const has = (name: keyof PresetPart, kind: ExtractValues['kind']) =>
    kind === 'csv'
      ? !(name in PARQUET_ONLY)
      : !(name in CSV_ONLY) && (kind === 'parquet' || !(name in PARQUET_ONLY));
  const changed = names
    .filter((name) => has(name, values.kind) && has(name, part.kind))
    .filter((name) => !sameValue(values[name], part[name]));
  return [...new Set(changed.map((name) => LABELS[name]))];
}

/** Lists are compared by what is in them. */
function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Options of delimited text alone. */
const CSV_ONLY: Partial<Readonly<Record<keyof PresetPart, true>>> = {
  dialect: true,
  delimiter: true,
  header: true,
  nullToken: true,
  quote: true,
  escape: true,
  forceQuote: true,
  encoding: true,
};

/** Options of Parquet alone. */
const PARQUET_ONLY: Partial<Readonly<Record<keyof PresetPart, true>>> = {
  rowGroup: true,
  rowGroupIn: true,
  numericAs: true,
};
