import { renderKey, type KeyContext } from '../../contract/key-template.ts';
import { partitionFolder } from '../../contract/partition.ts';
import type { SourcePlan } from '../ports.ts';
import { keyThatFits } from '../key-that-fits.ts';
import type { ReadRange } from '../reading-state.ts';
import type { ExtractRequest } from './extract-request.ts';

/** The key of object number `part` (from 1). @throws AppError `DEST_NAME_TOO_LONG` when S3 would not take it */
export function objectKey(
  part: number,
  plan: Pick<SourcePlan, 'database' | 'relation'>,
  { spec, sink, runId, startedAt }: Pick<ExtractRequest, 'spec' | 'sink' | 'runId' | 'startedAt'>,
  { partition }: Pick<ReadRange, 'partition'> = {},
): string {
  const context: KeyContext = {
    database: plan.database,
    schema: plan.relation.schema,
    table: plan.relation.name,
    runId,
    startedAt,
    format: spec.format,
    compression: spec.compression,
    ...(spec.partitionBy === undefined || partition === undefined
      ? {}
      : { partition: partitionFolder(spec.partitionBy, partition.value) }),
  };
  return keyThatFits(() => renderKey(spec.key, sink.prefix, context, part));
}
