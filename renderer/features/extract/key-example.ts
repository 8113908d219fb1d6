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
  readonly settings: Pick<S3Settings, 'bucket' | 'prefix'>;
}

/** The address of the first object, were the run to start at `now`; undefined while the template is not valid. */
export function exampleUri(values: ExtractValues, place: KeyPlace, now: Date): string | undefined {
  const template = values.key.trim();
  if (template === '' || templateProblem(template) !== undefined) return undefined;
  const time = now.toISOString().replaceAll(/[-:]|\.\d+/g, '');
  try {
    const key = renderKey(
      template,
      place.settings.prefix,
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
    return `s3://${place.settings.bucket}/${key}`;
  } catch (error) {
    // A key that is too long is a matter of names, not of the template; the engine says so when it is started.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** A place in a bucket, for people: `s3://bucket/prefix`. */
export function placeOf({ bucket, prefix }: KeyPlace['settings']): string {
  return prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
}
