/** The options of `sluice capture start` as a job: those that are given, on top of the job that is saved. */
import type { Command } from 'commander';
import { AppError } from '../../contract/app-error.ts';
import {
  captureSpecSchema,
  type CaptureSpec,
  type CaptureSpecInput,
  type CapturedTable,
} from '../../contract/capture-spec.ts';
import { parseByteSize } from '../byte-size.ts';
import { gathered } from '../name-values.ts';
import { parseOptions, PLACE_OPTIONS, type OptionOfField } from '../option-names.ts';
import { parseWholeNumber } from '../whole-number.ts';

/** As commander gives them: texts, and booleans for flags. */
export interface CaptureSpecOptions {
  readonly name: string;
  readonly table?: readonly string[];
  readonly publication?: string;
  readonly slot?: string;
  readonly format?: string;
  readonly compression?: string;
  readonly key?: string;
  readonly rollBytes?: string;
  readonly rollRows?: string;
  readonly rollSeconds?: string;
  readonly snapshot: boolean;
  readonly parallel?: string;
  readonly unchanged?: string;
  readonly spoolBytes?: string;
}

export function addCaptureSpecOptions(command: Command): Command {
  return command
    .optionsGroup('What is captured (needed the first time):')
    .option(
      '--table <name>',
      '[schema.]name; several with commas, or by giving the option several times',
      gathered,
    )
    .option(
      '--publication <name>',
      'a publication that exists; with --table, only those of its tables (default: sluice_<job>, made)',
    )
    .option('--slot <name>', 'a slot with pgoutput, made where it is missing (default: sluice_<job>)')
    .option('--no-snapshot', 'nothing of what the tables had before')
    .optionsGroup('How it is written:')
    .option('--format <name>', 'jsonl (as Debezium writes), flat, or parquet (default: jsonl)')
    .option('--compression <name>', 'none, gzip or zstd (default: zstd)')
    .option('--roll-bytes <bytes>', 'an object ends at the commit behind so many bytes (default: 64MiB)')
    .option('--roll-rows <n>', 'or behind so many changes (default: 1000000)')
    .option('--roll-seconds <s>', 'or after so many seconds, whichever comes first (default: 60)')
    .option(
      '--key <template>',
      'key of the objects; {from_lsn}, {to_lsn}, {part}, {schema}, {table} are needed',
    )
    .option('--unchanged <style>', 'what stands for stored values that did not change: list, placeholder')
    .option('--parallel <n>', 'connections that read the snapshot (default: by size and machine)')
    .option(
      '--spool-bytes <bytes>',
      'disk for large transactions that have not ended, and as much again for objects that wait for the destination (default: 20GiB)',
    );
}

/** Names of fields in the messages of the schema, and the options that fill them. */
const OPTION_OF_FIELD: OptionOfField = {
  name: '--name',
  ...PLACE_OPTIONS,
  tables: '--table',
  publication: '--publication',
  slot: '--slot',
  format: '--format',
  compression: '--compression',
  key: '--key',
  unchanged: '--unchanged',
  parallel: '--parallel',
  rollBytes: '--roll-bytes',
  rollRows: '--roll-rows',
  rollSeconds: '--roll-seconds',
  spoolBytes: '--spool-bytes',
};

/**
 * @param given source, destination and tables as far as options name them
 * @throws AppError `CONFIG_USAGE`, or `CONFIG_INVALID_INPUT` naming the option
 */
export function captureSpecFrom(
  options: CaptureSpecOptions,
  given: {
    readonly source?: CaptureSpecInput['source'] | undefined;
    readonly destination?: CaptureSpecInput['destination'] | undefined;
    readonly tables?: readonly CapturedTable[] | undefined;
  },
  saved: CaptureSpec | undefined,
): CaptureSpec {
  const source = given.source ?? saved?.source;
  const destination = given.destination ?? saved?.destination;
  if (source === undefined) {
    throw new AppError(
      'CONFIG_USAGE',
      `There is no saved job "${options.name}": name the source, --profile or --pg`,
    );
  }
  if (destination === undefined) {
    throw new AppError(
      'CONFIG_USAGE',
      `There is no saved job "${options.name}": name the destination, --s3, --destination or --dir`,
    );
  }
  const { parallel, rollBytes, rollRows, rollSeconds, spoolBytes } = options;
  const changes = {
    name: options.name,
    source,
    destination,
    tables: given.tables === undefined ? undefined : [...given.tables],
    publication: options.publication,
    slot: options.slot,
    format: options.format,
    compression: options.compression,
    key: options.key,
    unchanged: options.unchanged,
    snapshot: options.snapshot ? undefined : false,
    parallel: parallel === undefined ? undefined : parseWholeNumber(parallel, '--parallel', 1, 32),
    rollBytes: rollBytes === undefined ? undefined : parseByteSize(rollBytes, '--roll-bytes'),
    rollRows: rollRows === undefined ? undefined : parseWholeNumber(rollRows, '--roll-rows', 1, 1e12),
    rollSeconds: rollSeconds === undefined ? undefined : parseSeconds(rollSeconds),
    spoolBytes: spoolBytes === undefined ? undefined : parseByteSize(spoolBytes, '--spool-bytes'),
  };
  const named = Object.entries(changes).filter(([, value]) => value !== undefined);
  // A publication that is named anew has its own tables.
  const { tables: _tables, ...withoutTables } = saved ?? {};
  const before = options.publication !== undefined && given.tables === undefined ? withoutTables : saved;
  return parseOptions(captureSpecSchema, { ...before, ...Object.fromEntries(named) }, OPTION_OF_FIELD);
}

function parseSeconds(text: string): number {
  const value = /^\d{1,6}(?:\.\d{1,3})?$/.test(text) ? Number(text) : NaN;
  if (value > 0) return value;
  throw new AppError(
    'CONFIG_USAGE',
    `--roll-seconds: "${text}" is not a number of seconds such as 60 or 0.5`,
  );
}
