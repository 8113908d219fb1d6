/** What is wrong with what the dialog holds, by field, in the words of the contract where it has them. */
import {
  extractSpecSchema,
  OBJECT_SIZE_MAX,
  OBJECT_SIZE_MIN,
} from '../../../electron/contract/extract-spec.ts';
import { namesManyObjects } from '../../../electron/contract/key-template.ts';
import { LOAD_TARGETS, LOCAL_LOAD_TARGET } from '../../../electron/contract/load-target.ts';
import { BANDWIDTH_MAX, BANDWIDTH_MIN } from '../../../electron/contract/politeness.ts';
import { formatCount } from '../../format/counts.ts';
import { asSentence } from '../../format/sentence.ts';
import { MEGABYTE, specOf } from './extract-job.ts';
import { isRolled, type ExtractValues } from './extract-values.ts';
import { folderProblem } from './folder-place.ts';
import { masksProblem } from './masks.ts';
import { partitionProblems } from './partition.ts';
import { parseNameValues } from './name-values.ts';
import { parquetProblems } from './parquet-options.ts';
import { watermarkProblems } from './watermark-values.ts';
import { decimalNumber, wholeNumber } from './typed-number.ts';

/** Fields of the dialog that can have a problem. */
export type ExtractField =
  | 'destination'
  | 'jobName'
  | 'watermark'
  | 'margin'
  | 'lookback'
  | 'delimiter'
  | 'nullToken'
  | 'quote'
  | 'escape'
  | 'encoding'
  | 'rowGroup'
  | 'precision'
  | 'key'
  | 'objectMB'
  | 'objectRows'
  | 'partition'
  | 'columns'
  | 'masks'
  | 'where'
  | 'query'
  | 'loadScripts'
  | 'tags'
  | 'metadata'
  | 'parallel'
  | 'bandwidthMB'
  | 'statementTimeout'
  | 'lockTimeout';
export type ExtractProblems = Partial<Readonly<Record<ExtractField, string>>>;

/** Where a problem stands in the job; the longest path comes first. */
const PATHS: readonly (readonly [string, ExtractField])[] = [
  ['spec.watermark.margin', 'margin'],
  ['spec.watermark.lookback', 'lookback'],
  ['spec.watermark', 'watermark'],
  ['spec.name', 'jobName'],
  ['spec.format.delimiter', 'delimiter'],
  ['spec.format.nullToken', 'nullToken'],
  ['spec.format.quote', 'quote'],
  ['spec.format.escape', 'escape'],
  ['spec.format.encoding', 'encoding'],
  ['spec.format.rowGroup', 'rowGroup'],
  ['spec.format.unboundedNumeric', 'precision'],
  ['spec.key', 'key'],
  ['spec.objectSize', 'objectMB'],
  ['spec.objectRows', 'objectRows'],
  ['spec.partitionBy', 'partition'],
  ['spec.selection.columns', 'columns'],
  ['spec.selection.masks', 'masks'],
  ['spec.selection.where', 'where'],
  ['spec.selection.query', 'query'],
  ['spec.loadScripts', 'loadScripts'],
  ['spec.tags', 'tags'],
  ['spec.metadata', 'metadata'],
  ['spec.parallel', 'parallel'],
  ['spec.politeness.bandwidth', 'bandwidthMB'],
  ['spec.politeness.statementTimeoutMs', 'statementTimeout'],
  ['spec.politeness.lockTimeoutMs', 'lockTimeout'],
  ['spec.destination', 'destination'],
];

/** Stands for what the dialog knows apart from its fields: a problem of these names is none of the user's. */
const NAMES = { connection: 'connection', destination: 'destination', relation: { schema: 's', name: 't' } };

/** What is wrong, by field, before anything is sent. */
export function problemsOf(values: ExtractValues): ExtractProblems {
  const problems: Partial<Record<ExtractField, string>> = ownProblems(values);
  const issues = extractSpecSchema.safeParse(specOf(values, NAMES)).error?.issues ?? [];
  for (const { path, message } of issues) {
    const field = fieldOfPath(['spec', ...path].join('.'));
    if (field !== undefined) problems[field] ??= asSentence(message);
  }
  return problems;
}

/** What the contract does not know, or says in the words of a job file. */
function ownProblems(values: ExtractValues): Partial<Record<ExtractField, string>> {
  return {
    ...destinationProblem(values),
    ...loadScriptsProblem(values),
    ...(values.query?.trim() === '' && { query: 'Write what is to be read.' }),
    ...(values.columns?.length === 0 && { columns: 'Choose at least one column.' }),
    ...(isRolled(values) &&
      !namesManyObjects(values.key) && {
        key: 'Must contain {part}, because the run writes several objects',
      }),
    ...watermarkProblems(values),
    ...parquetProblems(values),
    ...maskProblem(values),
    ...partitionProblems(values),
    ...(Number.isNaN(wholeNumber(values.objectRows)) && { objectRows: 'Must be a whole number' }),
    ...objectSizeProblem(wholeNumber(values.objectMB)),
    ...namesProblem('tags', values.tags),
    ...namesProblem('metadata', values.metadata),
    ...(!values.lowPriority &&
      Number.isNaN(wholeNumber(values.parallel)) && { parallel: 'Must be from 1 to 32' }),
    ...bandwidthProblem(decimalNumber(values.bandwidthMB)),
    ...(Number.isNaN(decimalNumber(values.statementTimeout)) && { statementTimeout: NO_SECONDS }),
    ...(Number.isNaN(decimalNumber(values.lockTimeout)) && { lockTimeout: NO_SECONDS }),
  };
}

function destinationProblem({ destinationId, folder }: ExtractValues): { readonly destination?: string } {
  if (folder === undefined) {
    return destinationId === undefined ? { destination: 'Choose a destination, or add one.' } : {};
  }
  const problem = folderProblem(folder);
  return problem === undefined ? {} : { destination: problem };
}

function loadScriptsProblem({ folder, loadScripts }: ExtractValues): { readonly loadScripts?: string } {
  if (folder === undefined || loadScripts.every((name) => name === LOCAL_LOAD_TARGET)) return {};
  return { loadScripts: `Of the load scripts only ${LOAD_TARGETS[LOCAL_LOAD_TARGET]} reads a folder` };
}

const NO_SECONDS = 'Must be a number of seconds';

function maskProblem({ masks, columns }: ExtractValues): { readonly masks?: string } {
  const problem = masksProblem(masks, columns);
  return problem === undefined ? {} : { masks: problem };
}

function namesProblem(field: 'tags' | 'metadata', text: string): Partial<Record<ExtractField, string>> {
  const { problem } = parseNameValues(text);
  return problem === undefined ? {} : { [field]: problem };
}

function bandwidthProblem(megabytes: number | undefined): { readonly bandwidthMB?: string } {
  if (
    megabytes === undefined ||
    (megabytes * MEGABYTE >= BANDWIDTH_MIN && megabytes * MEGABYTE <= BANDWIDTH_MAX)
  ) {
    return {};
  }
  return { bandwidthMB: 'Must be a number from 0.002 to 1,000,000' };
}

function objectSizeProblem(megabytes: number | undefined): { readonly objectMB?: string } {
  const [least, most] = [Math.ceil(OBJECT_SIZE_MIN / MEGABYTE), Math.floor(OBJECT_SIZE_MAX / MEGABYTE)];
  if (megabytes === undefined || (megabytes >= least && megabytes <= most)) return {};
  return { objectMB: `Must be from ${least} to ${formatCount(most)} MB` };
}

/** The field of the dialog for a path that the engine names, such as `spec.format.nullToken` or `selection.where`. */
export function fieldOfPath(named: string): ExtractField | undefined {
  const path = named.startsWith('spec.') ? named : `spec.${named}`;
  return PATHS.find(([prefix]) => path === prefix || path.startsWith(`${prefix}.`))?.[1];
}
