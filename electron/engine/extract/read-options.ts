import type { ExtractSpec } from '../../contract/extract-spec.ts';
import { namesManyObjects } from '../../contract/key-template.ts';
import { mostLanes } from './lane-budget.ts';
import type { ReadOptions, ReadRange } from '../reading-state.ts';

/** A second thread of Parquet makes row groups of a quarter of the size: that is for the user to choose. */
const PARQUET_LANES_BY_DEFAULT = 1;

/** How a job wants its rows read. @param planned ranges of an earlier attempt that are kept */
export function readOptions(
  spec: Pick<ExtractSpec, 'format' | 'compression' | 'key' | 'parallel' | 'partitionBy' | 'politeness'>,
  planned?: readonly ReadRange[],
): ReadOptions {
  const { format, key, parallel, partitionBy, politeness } = spec;
  const most = mostLanes(spec);
  return {
    workers: parallel === undefined ? undefined : Math.min(parallel, most),
    mostByDefault: format.kind === 'parquet' ? PARQUET_LANES_BY_DEFAULT : most,
    lowPriority: politeness?.lowPriority === true,
    single: namesManyObjects(key) ? undefined : 'key',
    asJson: format.kind === 'jsonl',
    partitionBy,
    ranges: planned,
  };
}
