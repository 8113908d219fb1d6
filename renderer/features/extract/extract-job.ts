/** The job that the dialog makes of what it holds. */
import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import type { RelationRef } from '../../../electron/contract/relation.ts';
import { formatOf, type ExtractValues } from './extract-values.ts';
import { wholeNumber } from './whole-number.ts';

/** Bytes of a megabyte, which is what sizes are shown in. */
export const MEGABYTE = 1_000_000;

export interface SpecNames {
  readonly connection: string;
  readonly destination: string;
  readonly relation: RelationRef;
}

/** The job. It names its profiles, so that it can be saved and run elsewhere, and carries no secret. */
export function specOf(values: ExtractValues, names: SpecNames): ExtractSpec {
  const where = values.where.trim();
  const { schema, name } = names.relation;
  const objectMB = wholeNumber(values.objectMB);
  const parallel = wholeNumber(values.parallel);
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
    acceptLossy: false,
    ...(values.recovery === 'restart' ? {} : { recovery: values.recovery }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(objectMB === undefined ? {} : { objectSize: objectMB * MEGABYTE }),
  };
}
