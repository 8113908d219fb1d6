import type { S3Settings } from '../../../electron/contract/destination-profile.ts';
import { renderKey, templateProblem } from '../../../electron/contract/key-template.ts';
import type { RelationRef } from '../../../electron/contract/relation.ts';
import { exampleFolder } from './partition.ts';
import { formatOf, type ExtractValues } from './extract-values.ts';

/** Eight hexadecimal digits that stand for the random end of a run's id. */
const EXAMPLE_SUFFIX = '4f3a9c21';

export interface KeyPlace {
  readonly database: string;
  readonly relation: RelationRef;
  readonly root: KeyRoot;
}

/** What stands before a key: the bucket or the folder, and the prefix of the destination. */
export interface KeyRoot {
  /** `s3://bucket`, or the path of a folder. */
  readonly uri: string;
  readonly prefix: string;
}

/** Of a saved destination. */
export function bucketRoot({ bucket, prefix }: Pick<S3Settings, 'bucket' | 'prefix'>): KeyRoot {
  return { uri: `s3://${bucket}`, prefix };
}

/** The address of the first object, were the run to start at `now`; undefined while the template is not valid. */
export function exampleUri(values: ExtractValues, place: KeyPlace, now: Date): string | undefined {
  const template = values.key.trim();
  if (template === '' || templateProblem(template) !== undefined) return undefined;
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  try {
    const key = renderKey(
      template,
      place.root.prefix,
      {
        database: place.database,
        schema: place.relation.schema,
        table: place.relation.name,
        runId: `${time}-${EXAMPLE_SUFFIX}`,
        startedAt: now,
        format: formatOf(values),
        compression: values.compression,
        partition: exampleFolder(values, now),
      },
      1,
    );
    return `${place.root.uri}/${key}`;
  } catch (error) {
    // A key that is too long is a matter of names, not of the template; the engine says so when it is started.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A place, for people: `s3://bucket/prefix`. */
export function placeOf({ uri, prefix }: KeyRoot): string {
  // Of the root of a file system nothing is left in front of the slash.
  return prefix === '' ? uri || '/' : `${uri}/${prefix}`;
}
