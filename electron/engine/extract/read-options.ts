import type { ExtractSpec } from '../../contract/extract-spec.ts';
import { namesManyObjects } from '../../contract/key-template.ts';
import type { ReadOptions, ReadRange } from '../reading-state.ts';

/** Each encoder of Parquet has a thread with a heap of its own: two take 400 MB, which is for the user to allow. */
const MOST_PARQUET_LANES = 1;

/** Most lanes that a source may choose by itself for any other format. */
const MOST_LANES = 32;

/** How a job wants its rows read. @param planned ranges of an earlier attempt that are kept */
export function readOptions(
  spec: Pick<ExtractSpec, 'format' | 'key' | 'parallel' | 'partitionBy' | 'politeness'>,
  planned?: readonly ReadRange[],
): ReadOptions {
  const { format, key, parallel, partitionBy, politeness } = spec;
  return {
    workers: parallel,
    mostByDefault: format.kind === 'parquet' ? MOST_PARQUET_LANES : MOST_LANES,
    lowPriority: politeness?.lowPriority === true,
    single: namesManyObjects(key) ? undefined : 'key',
    partitionBy,
    ranges: planned,
  };
}
