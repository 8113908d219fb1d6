import { extractSpecSchema, type ExtractSpecInput } from '../../electron/contract/extract-spec.ts';
import { extensionOf } from '../../electron/contract/key-template.ts';
import { manifestSchema, type Manifest } from '../../electron/contract/manifest.ts';

/** How a manifest differs from that of two plain columns in one object. */
export interface ManifestChange extends Partial<
  Pick<ExtractSpecInput, 'format' | 'compression' | 'partitionBy'>
> {
  readonly table?: string;
  readonly columns?: readonly (readonly [name: string, type: string])[];
  readonly keys?: readonly string[];
  /** Of the object with the same index: `dt=2020-06-01`. */
  readonly folders?: readonly string[];
  /** Instead of keys: objects in a local folder. */
  readonly uris?: readonly string[];
}

const RUN_ID = '20261122T093000Z-4f3a9c21';

export function loadableManifest({
  table = 'Orders',
  columns,
  keys,
  uris,
  folders,
  ...change
}: ManifestChange): Manifest {
  const spec = extractSpecSchema.parse({
    source: { profile: 'Shop' },
    selection: { table: { schema: 'public', name: table } },
    destination: { profile: 'Lake' },
    ...change,
  });
  const ownKey = `shop/Orders/${RUN_ID}/part-00001.${extensionOf(spec.format, spec.compression)}`;
  const objects =
    uris?.map((uri) => ({ key: uri, uri })) ??
    (keys ?? [ownKey]).map((key) => ({ key, uri: `s3://lake/${key}` }));
  return manifestSchema.parse({
    version: 1,
    runId: RUN_ID,
    startedAt: '2026-11-22T09:30:00Z',
    finishedAt: '2026-11-22T09:31:00Z',
    source: {
      host: 'db.example',
      port: 5432,
      database: 'shop',
      serverVersion: '18.4',
      systemIdentifier: null,
      query: 'SELECT',
      snapshot: null,
      lsn: null,
    },
    columns: (
      columns ?? [
        ['OrderId', 'integer'],
        ['OrderStatus', 'character varying(30)'],
      ]
    ).map(([name, type]) => ({ name, type })),
    spec,
    rows: 5,
    bytes: 157,
    objects: objects.map((object) => ({ ...object, rows: 5, bytes: 157, etag: 'e', crc32: 'c' })),
    ranges: folders?.map((partition, i) => ({
      number: i + 1,
      blocks: null,
      partition,
      rows: 5,
      objects: [objects[i]?.key],
      snapshot: null,
      lsn: null,
    })),
  });
}
