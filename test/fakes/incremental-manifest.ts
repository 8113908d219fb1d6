import { manifestSchema, type Manifest } from '../../electron/contract/manifest.ts';
import { loadableManifest } from './loadable-manifest.ts';

/** The manifest of an incremental run of three rows. */
export function fakeManifest(runId: string): Manifest {
  const plain = loadableManifest({});
  return manifestSchema.parse({
    ...plain,
    runId,
    rows: 3,
    incremental: {
      job: 'orders',
      relation: { schema: 'public', name: 'Orders' },
      column: 'changed',
      type: 'timestamp with time zone',
      pass: 'full',
      from: null,
      to: '2026-01-01 00:00:00+00',
      after: null,
      promise: 'exactly-once',
      reasons: [],
      assumes: [],
      nulls: 0,
      condition: null,
      position: {
        runId,
        at: '2026-01-01T00:00:00Z',
        column: 'changed',
        mode: 'exact',
        watermark: '2026-01-01 00:00:00+00',
        cluster: { systemIdentifier: '1', timeline: 1, database: 'shop' },
        standby: false,
        floor: '100',
        ceiling: '100',
        lsn: null,
        seen: [],
        scanFrom: null,
      },
    },
  });
}
