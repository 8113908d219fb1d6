/** The options of `sluice extract` that say what is extracted and how it is written, as a job. */
import { AppError } from '../contract/app-error.ts';
import { extractSpecSchema, type ExtractSpec, type ExtractSpecInput } from '../contract/extract-spec.ts';
import { parseByteSize } from './byte-size.ts';
import { formatFrom, OPTION_OF_FORMAT_FIELD, type FormatOptions } from './format-options.ts';
import { parseMasks } from './mask-options.ts';
import { parseNameList } from './name-list.ts';
import { parseNameValues } from './name-values.ts';
import { parseOptions, PLACE_OPTIONS, type OptionOfField } from './option-names.ts';
import { parsePartition } from './partition-option.ts';
import { politenessFrom, type PolitenessOptions } from './politeness-options.ts';
import { parseTableName } from './table-name.ts';
import { watermarkFrom, type WatermarkOptions } from './watermark-options.ts';
import { parseWholeNumber } from './whole-number.ts';

/** As commander gives them: texts, and true for flags. */
export interface SpecOptions extends FormatOptions, PolitenessOptions, WatermarkOptions {
  readonly table?: string;
  readonly query?: string;
  readonly columns?: string;
  readonly where?: string;
  readonly mask?: readonly string[];
  readonly compression?: string;
  readonly acceptLossy?: boolean;
  readonly parallel?: string;
  readonly recovery?: string;
  readonly objectSize?: string;
  readonly objectRows?: string;
  readonly partitionBy?: string;
  readonly key?: string;
  readonly overwrite?: boolean;
  readonly tag?: readonly string[];
  readonly metadata?: readonly string[];
  readonly loadScripts?: string;
}

/** Names of fields in the messages of the schema, and the options that fill them. */
const OPTION_OF_FIELD: OptionOfField = {
  ...PLACE_OPTIONS,
  destination: '--tag and --metadata',
  'selection.table.name': '--table',
  'selection.table.schema': '--table',
  'selection.columns': '--columns',
  'selection.where': '--where',
  'selection.query': '--query',
  'selection.masks': '--mask',
  ...OPTION_OF_FORMAT_FIELD,
  'watermark.column': '--watermark',
  'watermark.mode': '--watermark-mode',
  'watermark.lookback': '--lookback',
  'watermark.margin': '--margin',
  'watermark.nulls': '--nulls',
  name: '--name',
  compression: '--compression',
  key: '--key',
  parallel: '--parallel',
  recovery: '--recovery',
  objectSize: '--object-size',
  objectRows: '--object-rows',
  partitionBy: '--partition-by',
  tags: '--tag',
  metadata: '--metadata',
  lowPriority: '--low-priority',
  'politeness.bandwidth': '--bandwidth',
  'politeness.statementTimeoutMs': '--statement-timeout',
  'politeness.lockTimeoutMs': '--lock-timeout',
  loadScripts: '--load-scripts',
};

/**
 * The job that the options ask for.
 * @throws AppError `CONFIG_USAGE`, `CONFIG_NOT_SUPPORTED`, or `CONFIG_INVALID_INPUT` naming the option
 */
export function specFromOptions(
  options: SpecOptions,
  source: ExtractSpecInput['source'],
  destination: ExtractSpecInput['destination'],
): ExtractSpec {
  const {
    compression,
    key,
    overwrite,
    parallel,
    objectSize,
    objectRows,
    partitionBy,
    loadScripts,
    tag,
    metadata,
  } = options;
  const spec = {
    source,
    destination,
    selection: selectionFrom(options),
    ...watermarkFrom(options),
    format: formatFrom(options),
    ...given('compression', compression),
    ...given('key', key),
    ...given('overwrite', overwrite),
    ...given('acceptLossy', options.acceptLossy),
    ...given('recovery', options.recovery),
    ...given(
      'parallel',
      parallel === undefined ? undefined : parseWholeNumber(parallel, '--parallel', 1, 32),
    ),
    ...given(
      'loadScripts',
      loadScripts === undefined ? undefined : parseNameList(loadScripts, '--load-scripts'),
    ),
    ...given('objectSize', objectSize === undefined ? undefined : parseByteSize(objectSize, '--object-size')),
    ...given(
      'objectRows',
      objectRows === undefined ? undefined : parseWholeNumber(objectRows, '--object-rows', 1, 1e12),
    ),
    ...given('partitionBy', partitionBy === undefined ? undefined : parsePartition(partitionBy)),
    ...given('tags', tag === undefined ? undefined : parseNameValues(tag, '--tag')),
    ...given('metadata', metadata === undefined ? undefined : parseNameValues(metadata, '--metadata')),
    ...given('politeness', politenessFrom(options)),
  };
  return parseOptions(extractSpecSchema, spec, OPTION_OF_FIELD);
}

function selectionFrom(options: SpecOptions): ExtractSpecInput['selection'] {
  const { table, query, columns, where, mask } = options;
  if ((table === undefined) === (query === undefined)) {
    throw new AppError('CONFIG_USAGE', 'Name what to extract: either --table [schema.]name or --query SQL');
  }
  if (query !== undefined) {
    if (columns === undefined && where === undefined && mask === undefined) return { query };
    throw new AppError(
      'CONFIG_USAGE',
      '--columns, --where and --mask go with --table; a query chooses for itself',
    );
  }
  return {
    table: parseTableName(table ?? ''),
    ...given('columns', columns === undefined ? undefined : parseNameList(columns, '--columns')),
    ...given('where', where),
    ...given('masks', mask === undefined ? undefined : parseMasks(mask)),
  };
}

function given<K extends string, V>(name: K, value: V | undefined): { [key in K]?: V } {
  return value === undefined ? {} : ({ [name]: value } as { [key in K]: V });
}
