/** The job that the dialog makes of what it holds. */
import { extractSpecSchema, type ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import { DEFAULT_KEY_TEMPLATE } from '../../../electron/contract/key-template.ts';
import type { Politeness } from '../../../electron/contract/politeness.ts';
import type { RelationRef } from '../../../electron/contract/relation.ts';
import { formatOf, isSingleObject, type ExtractValues } from './extract-values.ts';
import { masksOf } from './masks.ts';
import { partitionByOf } from './partition.ts';
import { parseNameValues } from './name-values.ts';
import { NO_WATERMARK, watermarkPartOf } from './watermark-values.ts';
import { decimalNumber, wholeNumber } from './typed-number.ts';

/** Bytes of a megabyte, which is what sizes are shown in. */
export const MEGABYTE = 1_000_000;

export interface SpecNames {
  readonly connection: string;
  /** Counts where no folder was chosen. */
  readonly destination: string;
  readonly relation: RelationRef;
}

/** The job. It names its profiles, so that it can be saved and run elsewhere, and carries no secret. */
export function specOf(values: ExtractValues, names: SpecNames): ExtractSpec {
  const incremental = values.mode === 'incremental';
  const where = values.where.trim();
  const { schema, name } = names.relation;
  const masks = masksOf(values.masks, values.columns);
  const objectMB = wholeNumber(values.objectMB);
  const objectRows = wholeNumber(values.objectRows);
  const partitionBy = partitionByOf(values);
  const parallel = values.lowPriority ? undefined : wholeNumber(values.parallel);
  return {
    version: 1,
    kind: 'extract',
    source: { profile: names.connection },
    selection:
      values.query === undefined
        ? {
            table: { schema, name },
            ...(values.columns === undefined ? {} : { columns: [...values.columns] }),
            ...(where === '' ? {} : { where }),
            ...(masks.length === 0 ? {} : { masks }),
          }
        : { query: values.query.trim() },
    ...watermarkPartOf(values, names.relation),
    destination:
      values.folder === undefined ? { profile: names.destination } : { folder: values.folder.trim() },
    format: formatOf(values),
    compression: values.compression,
    key: values.key.trim(),
    // A run adds to those before it, and reads one snapshot: neither can be asked for otherwise.
    overwrite: values.overwrite && !incremental,
    acceptLossy: values.acceptLossy,
    ...(values.recovery === 'restart' || incremental ? {} : { recovery: values.recovery }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(objectMB === undefined ? {} : { objectSize: objectMB * MEGABYTE }),
    ...(objectRows === undefined ? {} : { objectRows }),
    ...(partitionBy === undefined ? {} : { partitionBy }),
    ...namesOf('tags', values.tags),
    ...namesOf('metadata', values.metadata),
    ...(values.loadScripts.length === 0 ? {} : { loadScripts: [...values.loadScripts] }),
    ...politenessOf(values),
  };
}

/**
 * What the types of a job depend on; the same for two jobs that differ in keys or labels alone, so that the server is not
 * asked again for those. Undefined while the contract finds something wrong with it.
 */
export function planSpecOf(
  values: ExtractValues,
  connection: string,
  relation: RelationRef,
): ExtractSpec | undefined {
  // Types do not depend on where the objects lie, and there may be no destination yet.
  const names = { connection, destination: 'none', relation };
  // How many connections read depends on whether there can be more than one object.
  const key = isSingleObject(values) ? 'object' : DEFAULT_KEY_TEMPLATE;
  const spec = specOf({ ...values, ...NO_MATTER, key }, names);
  return extractSpecSchema.safeParse(spec).success ? spec : undefined;
}

/** What types do not depend on. */
const NO_MATTER: Partial<ExtractValues> = {
  ...NO_WATERMARK,
  folder: undefined,
  compression: 'none',
  objectMB: '',
  objectRows: '',
  partitionColumn: '',
  overwrite: false,
  tags: '',
  metadata: '',
  loadScripts: [],
  recovery: 'restart',
  bandwidthMB: '',
  statementTimeout: '',
  lockTimeout: '',
};

function namesOf<K extends 'tags' | 'metadata'>(
  kind: K,
  text: string,
): Partial<Record<K, Record<string, string>>> {
  const { record } = parseNameValues(text);
  return Object.keys(record).length === 0 ? {} : ({ [kind]: record } as Record<K, Record<string, string>>);
}

/** Left out where nothing is asked for, so that the job says no more than the user has. */
function politenessOf(values: ExtractValues): { politeness?: Politeness } {
  const bandwidth = decimalNumber(values.bandwidthMB);
  const statementTimeout = decimalNumber(values.statementTimeout);
  const lockTimeout = decimalNumber(values.lockTimeout);
  const politeness: Politeness = {
    ...(values.lowPriority && { lowPriority: true }),
    ...(bandwidth !== undefined && { bandwidth: Math.round(bandwidth * MEGABYTE) }),
    ...(statementTimeout !== undefined && { statementTimeoutMs: Math.round(statementTimeout * 1_000) }),
    ...(lockTimeout !== undefined && { lockTimeoutMs: Math.round(lockTimeout * 1_000) }),
  };
  return Object.keys(politeness).length === 0 ? {} : { politeness };
}
