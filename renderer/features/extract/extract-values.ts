/** What the extract dialog holds. Numbers are kept as they were typed, so that a wrong one can be shown and corrected. */
import type { TextEncodingName } from '../../../electron/contract/encoding.ts';
import type { Recovery } from '../../../electron/contract/extract-spec.ts';
import {
  defaultCompression,
  type Compression,
  type CsvFormat,
  type Format,
} from '../../../electron/contract/format.ts';
import { DEFAULT_KEY_TEMPLATE, namesManyObjects } from '../../../electron/contract/key-template.ts';
import type { LoadTarget } from '../../../electron/contract/load-target.ts';
import type { PartitionUnit } from '../../../electron/contract/partition.ts';
import type { MaskChoices } from './masks.ts';
import { parquetFormatOf } from './parquet-options.ts';
import { csvFormatOf, USUAL } from './text-options.ts';
import { NO_WATERMARK, type WatermarkValues } from './watermark-values.ts';

export interface ExtractValues extends WatermarkValues {
  readonly destinationId: string | undefined;
  /** Path of a folder of this computer, in place of a destination; undefined for S3. */
  readonly folder: string | undefined;
  readonly kind: Format['kind'];
  readonly dialect: CsvFormat['dialect'];
  readonly delimiter: string;
  readonly header: boolean;
  readonly nullToken: string;
  /** Empty: the double quote. */
  readonly quote: string;
  /** Empty: the quote. */
  readonly escape: string;
  readonly forceQuote: 'none' | 'all';
  readonly encoding: TextEncodingName;
  /** Rows or megabytes of a row group; empty: what the writer thinks right. */
  readonly rowGroup: string;
  readonly rowGroupIn: 'rows' | 'MB';
  /** What becomes of numeric without a precision. */
  readonly numericAs: 'text' | 'double' | 'decimal';
  readonly precision: string;
  readonly scale: string;
  readonly compression: Compression;
  readonly key: string;
  /** Megabytes, and rows, at which a new object begins; both empty: one object. */
  readonly objectMB: string;
  readonly objectRows: string;
  /** Empty: objects do not go by a column. */
  readonly partitionColumn: string;
  /** Name of the folders; empty: that of the column. */
  readonly partitionAs: string;
  readonly partitionUnit: PartitionUnit;
  readonly overwrite: boolean;
  /** The SELECT whose rows are extracted; undefined for a relation. */
  readonly query: string | undefined;
  /** Undefined: all of them, also those that are added to the table later. */
  readonly columns: readonly string[] | undefined;
  /** A condition in SQL; empty: all rows. */
  readonly where: string;
  /** By the name of the column. */
  readonly masks: MaskChoices;
  readonly acceptLossy: boolean;
  /** Names with values, one a line; empty: none. */
  readonly tags: string;
  readonly metadata: string;
  readonly loadScripts: readonly LoadTarget[];
  readonly recovery: Recovery;
  /** Connections that read side by side; empty: as many as the engine thinks right. */
  readonly parallel: string;
  readonly lowPriority: boolean;
  /** Megabytes a second that are read; empty: as fast as it goes. */
  readonly bandwidthMB: string;
  /** Seconds; empty: what the role has. */
  readonly statementTimeout: string;
  /** Seconds; empty: ten. */
  readonly lockTimeout: string;
}

export function firstValues(destinationId: string | undefined): ExtractValues {
  return {
    destinationId,
    folder: undefined,
    ...NO_WATERMARK,
    kind: 'csv',
    dialect: 'postgres',
    delimiter: USUAL.postgres.delimiter,
    header: false,
    nullToken: '',
    quote: '',
    escape: '',
    forceQuote: 'none',
    encoding: 'UTF8',
    rowGroup: '',
    rowGroupIn: 'rows',
    numericAs: 'text',
    precision: '38',
    scale: '9',
    compression: 'none',
    key: DEFAULT_KEY_TEMPLATE,
    objectMB: '',
    objectRows: '',
    partitionColumn: '',
    partitionAs: '',
    partitionUnit: 'value',
    overwrite: false,
    query: undefined,
    columns: undefined,
    where: '',
    masks: {},
    acceptLossy: false,
    tags: '',
    metadata: '',
    loadScripts: [],
    recovery: 'restart',
    parallel: '',
    lowPriority: false,
    bandwidthMB: '',
    statementTimeout: '',
    lockTimeout: '',
  };
}

/** Changes the format; a compression that the user has not chosen changes with it. */
export function withKind(values: ExtractValues, kind: Format['kind']): ExtractValues {
  const next = { ...values, kind };
  const untouched = values.compression === defaultCompression(formatOf(values));
  return untouched ? { ...next, compression: defaultCompression(formatOf(next)) } : next;
}

export function formatOf(values: ExtractValues): Format {
  switch (values.kind) {
    case 'csv':
      return csvFormatOf(values);
    case 'jsonl':
      return { kind: 'jsonl' };
    case 'parquet':
      return parquetFormatOf(values);
  }
}

/** True where the user says when a new object begins. */
export function isRolled(values: ExtractValues): boolean {
  return values.objectMB.trim() !== '' || values.objectRows.trim() !== '';
}

/** True where all rows go into one object, because the key can name no second one. */
export function isSingleObject(values: ExtractValues): boolean {
  return !namesManyObjects(values.key);
}
