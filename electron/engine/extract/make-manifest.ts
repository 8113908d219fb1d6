import type { Manifest } from '../../contract/manifest.ts';
import type { WrittenObject } from '../../contract/run.ts';
import type { SourcePlan } from '../ports.ts';
import type { ExtractRequest } from './extract-request.ts';

/** The manifest of a run whose counts agree. */
export function makeManifest(
  plan: SourcePlan,
  request: ExtractRequest,
  objects: readonly WrittenObject[],
): Manifest {
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
    spec: request.spec,
    rows: request.counters.rows,
    bytes: objects.reduce((sum, object) => sum + object.bytes, 0),
    objects: [...objects],
  };
}
