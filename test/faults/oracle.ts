/** What has to hold after a run, whatever went wrong: all of it, or nothing and a reason. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../electron/contract/app-error.ts';
import { ERRORS } from '../../electron/contract/error-table.ts';
import { LAKE, type EndedRun } from '../harness/engine/test-engine.ts';
import type { FaultCase } from './fault-case.ts';
import { difference, rowsOf } from './row-texts.ts';
import { BUCKET, type FaultWorld } from './world.ts';

/** Milliseconds that the server gets to end the sessions of a client that is gone. */
const SESSIONS_MS = 5_000;

/** A run that says it succeeded: the rows are those of the table, the manifest proves it, and nothing else is there. */
export async function successProblem(
  { table, job }: FaultCase,
  { run, manifest }: EndedRun,
  world: FaultWorld,
): Promise<string | undefined> {
  if (manifest === null) return 'it has succeeded without a manifest';
  const { format, compression } = manifest.spec;
  const folder = `_sluice/runs/${run.id}`;
  const scripts =
    (job.loadScripts ?? []).length === 0 ? [] : ['duckdb.sql', 'redshift.sql', 'redshift-manifest.json'];
  const keys = manifest.objects.map(({ key }) => key);
  const debris = await debrisProblem(
    [...keys, `${folder}/manifest.json`, ...scripts.map((name) => `${folder}/load/${name}`)],
    world,
  );
  if (debris !== undefined) return debris;
  const objects = keys.map((key) => world.s3.object(BUCKET, key));
  const found = await rowsOf(objects, format, compression, world.folder.path);
  if (found.length !== manifest.rows)
    return `the manifest says ${manifest.rows} rows, and there are ${found.length}`;
  const wrong = difference(await world.rows(table, format.kind), found);
  if (wrong !== undefined) return wrong;
  return await verifyProblem(`${folder}/manifest.json`, world);
}

/** With its impatience, the engine can take a busy machine for an endpoint that does not answer: it is asked again. */
async function verifyProblem(manifestKey: string, { engine }: FaultWorld): Promise<string | undefined> {
  const input = { destination: { profile: LAKE }, manifestKey };
  for (let attempt = 1; ; attempt++) {
    try {
      const { proved, objects } = await engine.call('manifests.verify', input);
      return proved ? undefined : `verify finds ${JSON.stringify(objects)}`;
    } catch (error) {
      const busy = error instanceof AppError && error.code === 'DEST_TIMEOUT';
      if (!busy || attempt === 5) return `verify fails: ${String(error)}`;
    }
  }
}

/** A run that failed says why, in words for people, and not that Sluice itself is broken. */
export function failureProblem({ state, manifest }: EndedRun): string | undefined {
  if (state.tag !== 'failed') return `it is ${state.tag}`;
  const { code, hint, message } = state.error;
  if (manifest !== null) return 'it has failed and has a manifest';
  if (hint !== ERRORS[code].hint) return `${code} has not the hint of its code`;
  return /^(SOURCE|DEST)_/.test(code) ? undefined : `it has failed with ${code}: ${message}`;
}

/** What lies in the bucket other than these keys, uploads that nobody ends, sessions that nobody uses. */
export async function debrisProblem(keys: readonly string[], world: FaultWorld): Promise<string | undefined> {
  const found = world.s3.objects(BUCKET).map(({ key }) => key);
  const more = found.filter((key) => !keys.includes(key));
  const missing = keys.filter((key) => !found.includes(key));
  if (more.length > 0) return `there are objects that should not be: ${more.join(', ')}`;
  if (missing.length > 0) return `there are objects missing: ${missing.join(', ')}`;
  const uploads = world.s3.openUploads(BUCKET);
  if (uploads.length > 0)
    return `${uploads.length} uploads are open: ${uploads.map(({ key }) => key).join(', ')}`;
  const sessions = await sessionsLeft(world);
  return sessions === 0 ? undefined : `${sessions} sessions are left on the server`;
}

async function sessionsLeft(world: FaultWorld): Promise<number> {
  const until = Date.now() + SESSIONS_MS;
  for (;;) {
    const sessions = await world.sessions();
    if (sessions === 0 || Date.now() > until) return sessions;
    await sleep(20);
  }
}
