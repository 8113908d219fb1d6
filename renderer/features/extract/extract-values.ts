/** What the extract dialog holds. Numbers are kept as they were typed, so that a wrong one can be shown and corrected. */
import type { Recovery } from '../../../electron/contract/extract-spec.ts';
import {
  defaultCompression,
  type Compression,
  type CsvFormat,
  type Format,
} from '../../../electron/contract/format.ts';
import { DEFAULT_KEY_TEMPLATE } from '../../../electron/contract/key-template.ts';
import type { LoadTarget } from '../../../electron/contract/load-target.ts';

export interface ExtractValues {
  readonly destinationId: string | undefined;
  readonly kind: Format['kind'];
  readonly dialect: CsvFormat['dialect'];
  readonly delimiter: string;
  readonly header: boolean;
  readonly nullToken: string;
  readonly compression: Compression;
  readonly key: string;
  /** MB at which a new object begins; empty: one object. */
  readonly objectMB: string;
  readonly overwrite: boolean;
  /** Undefined: all of them, also those that are added to the table later. */
  readonly columns: readonly string[] | undefined;
  /** A condition in SQL; empty: all rows. */
  readonly where: string;
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

/** The delimiter that each dialect begins with. */
export const USUAL_DELIMITER: Readonly<Record<CsvFormat['dialect'], string>> = {
  postgres: ',',
  text: '\t',
  python: '|',
};

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
    objectMB: '',
    overwrite: false,
    columns: undefined,
    where: '',
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

/** True where the run begins new objects by itself. */
export function isRolled(values: ExtractValues): boolean {
  return values.objectMB.trim() !== '';
}
