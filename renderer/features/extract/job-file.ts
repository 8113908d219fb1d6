import type { ExtractSpec } from '../../../electron/contract/extract-spec.ts';
import type { RelationRef } from '../../../electron/contract/relation.ts';

/** A file name that every system takes. */
export function jobFileName(relation: RelationRef): string {
  const safe = `${relation.schema}.${relation.name}`.replaceAll(/[^\p{L}\p{N}._-]+/gu, '_');
  return `${safe}.job.json`;
}

/** The job as `sluice run FILE.json` reads it. */
export function jobFileText(spec: ExtractSpec): string {
  return `${JSON.stringify(spec, null, 2)}\n`;
}
