import type { ExtractSpec } from '../../contract/extract-spec.ts';
import type { Manifest } from '../../contract/manifest.ts';
import { withoutConstants } from '../../contract/mask.ts';
import type { WrittenObject } from '../../contract/run.ts';
import type { SourcePlan } from '../ports.ts';
import type { ExtractRequest } from './extract-request.ts';

/** The manifest of a run whose counts agree. */
export function makeManifest(
  plan: SourcePlan,
  request: ExtractRequest,
  objects: readonly WrittenObject[],
): Manifest {
  const lossy = request.counters.losses.list();
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
      snapshot: plan.snapshot,
      lsn: plan.lsn,
    },
    columns: plan.columns.map(({ name, type }) => ({ name, type })),
    spec: shownSpec(request.spec),
    rows: request.counters.rows,
    bytes: objects.reduce((sum, object) => sum + object.bytes, 0),
    objects: [...objects],
    ...(lossy.length === 0 ? {} : { lossy: [...lossy] }),
  };
}

/** The job as others may read it: a manifest lies beside the data, and does not say what its masks put in. */
function shownSpec(spec: ExtractSpec): ExtractSpec {
  const { selection } = spec;
  if (!('table' in selection) || selection.masks === undefined) return spec;
  return { ...spec, selection: { ...selection, masks: withoutConstants(selection.masks) } };
}
