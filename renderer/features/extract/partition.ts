/** Objects by the value of a column, as the dialog holds it; the key template goes along. */
import {
  DEFAULT_KEY_TEMPLATE,
  DEFAULT_PARTITION_TEMPLATE,
  namesPartition,
} from '../../../electron/contract/key-template.ts';
import { partitionFolder, type PartitionBy } from '../../../electron/contract/partition.ts';
import type { ExtractValues } from './extract-values.ts';

/** Undefined where objects do not go by a column. */
export function partitionByOf({
  partitionColumn,
  partitionAs,
  partitionUnit,
}: ExtractValues): PartitionBy | undefined {
  if (partitionColumn === '') return undefined;
  const as = partitionAs.trim();
  return { column: partitionColumn, ...(as === '' ? {} : { as }), by: partitionUnit };
}

/** Chooses the column, or none; the folder comes into the key, or goes from it. */
export function withPartition(values: ExtractValues, column: string): ExtractValues {
  if (column === '') {
    const key = values.key.replaceAll('{partition}/', '').replaceAll('{partition}', '');
    return {
      ...values,
      partitionColumn: '',
      partitionUnit: 'value',
      key: key === '' ? DEFAULT_KEY_TEMPLATE : key,
    };
  }
  return { ...values, partitionColumn: column, key: keyWithPartition(values.key) };
}

function keyWithPartition(key: string): string {
  if (namesPartition(key)) return key;
  if (key === DEFAULT_KEY_TEMPLATE) return DEFAULT_PARTITION_TEMPLATE;
  const at = key.lastIndexOf('/') + 1;
  return `${key.slice(0, at)}{partition}/${key.slice(at)}`;
}

/** A folder for the example of a key: the time now, or a word for the value. */
export function exampleFolder(values: ExtractValues, now: Date): string | undefined {
  const by = partitionByOf(values);
  if (by === undefined) return undefined;
  const length = { value: 0, day: 10, month: 7, year: 4 }[by.by];
  return partitionFolder(by, length === 0 ? 'value' : now.toISOString().slice(0, length));
}

/** What is wrong with it; the contract says it in the words of a job file. */
export function partitionProblems(values: ExtractValues): {
  readonly key?: string;
  readonly partition?: string;
} {
  const { partitionColumn: column, masks } = values;
  if (column === '') {
    return namesPartition(values.key) ? { key: '{partition} needs a column to partition by' } : {};
  }
  return {
    ...(!namesPartition(values.key) && { key: `Must contain {partition}, because objects go by ${column}` }),
    ...(masks[column] !== undefined && {
      partition: `${column} must not be masked: its clear values would stand in the keys`,
    }),
  };
}
