import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { Manifest, ManifestRange } from '../../contract/manifest.ts';
import { withoutConstants } from '../../contract/mask.ts';
import { partitionFolder } from '../../contract/partition.ts';
import type { SourcePlan } from '../ports.ts';
import type { FinishedRange } from '../reading-state.ts';
import type { ExtractRequest } from './extract-request.ts';
import type { Reading } from './reading.ts';

/** The manifest of a run whose counts agree. */
export function makeManifest(plan: SourcePlan, request: ExtractRequest, reading: Reading): Manifest {
  const { objects, losses } = reading;
  const { done, workers } = reading.state;
  // Of several snapshots the first: what came before it is in all of them.
  const [first] = done.toSorted((a, b) => a.snapshotNumber - b.snapshotNumber);
  return {
    version: 1,
    runId: request.runId,
    startedAt: request.startedAt.toISOString(),
    finishedAt: request.clock.now().toISOString(),
    source: {
      host: plan.host,
      port: plan.port,
      database: plan.database,
      serverVersion: plan.serverVersion,
      systemIdentifier: plan.systemIdentifier,
      query: plan.query,
      snapshot: first?.snapshot ?? plan.snapshot,
      lsn: first?.lsn ?? plan.lsn,
    },
    columns: plan.columns.map(({ name, type }) => ({ name, type })),
    spec: shownSpec(request.spec),
    rows: reading.rows,
    bytes: objects.reduce((sum, object) => sum + object.bytes, 0),
    objects: [...objects],
    ...(losses.length === 0 ? {} : { lossy: [...losses] }),
    consistency: reading.consistency,
    workers,
    ranges: done.map((range) => manifestRange(range, request.spec)),
    recoveries: reading.recoveries,
  };
}

function manifestRange(range: FinishedRange, { partitionBy }: ExtractSpec): ManifestRange {
  const { number, blocks, partition, rows, objects, snapshot, lsn } = range;
  return {
    number,
    blocks,
    ...(partition === undefined || partitionBy === undefined
      ? {}
      : { partition: partitionFolder(partitionBy, partition.value) }),
    rows,
    objects: objects.map(({ key }) => key),
    snapshot,
    lsn,
  };
}

/** The job as others may read it: a manifest lies beside the data, and does not say what its masks put in. */
function shownSpec(spec: ExtractSpec): ExtractSpec {
  const { selection } = spec;
  if (!('table' in selection) || selection.masks === undefined) return spec;
  return { ...spec, selection: { ...selection, masks: withoutConstants(selection.masks) } };
}
