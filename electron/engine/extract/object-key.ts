import { AppError } from '../../contract/app-error.ts';
import { renderKey, type KeyContext } from '../../contract/key-template.ts';
import { partitionFolder } from '../../contract/partition.ts';
import type { SourcePlan } from '../ports.ts';
import type { ReadRange } from '../reading-state.ts';
import type { ExtractRequest } from './extract-request.ts';

/** The key of object number `part` (from 1). @throws AppError `CONFIG_INVALID_INPUT` when S3 would not take it */
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
  try {
    return renderKey(spec.key, sink.prefix, context, part);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('CONFIG_INVALID_INPUT', `key: ${error.message}`, {
      cause: error,
      details: { field: 'key' },
    });
  }
}
