/**
 * An engine with behaviour and without a database, for the renderer: profiles in memory, relations of
 * renderer-relations.ts, runs of renderer-runs.ts, and errors on demand. A host such as `startServer` can serve it.
 */
import { randomUUID } from 'node:crypto';
import { AppError, toWireError } from '../../electron/contract/app-error.ts';
import type { ConnectionProfile } from '../../electron/contract/connection-profile.ts';
import type { DestinationProfile } from '../../electron/contract/destination-profile.ts';
import type { EngineEvent } from '../../electron/contract/events.ts';
import { isActive } from '../../electron/contract/run.ts';
import type { CallHandlers } from '../../electron/engine/call-handlers.ts';
import { desktopCalls } from '../../electron/engine/desktop-calls.ts';
import { fakeRelations, previewCell, type FakeRelation } from './renderer-relations.ts';
import {
  addProfiles,
  BAD_BUCKET,
  BAD_HOST,
  connectionOf,
  duplicate,
  keptSecret,
  refuseTwin,
  remove,
  restore,
} from './renderer-profiles.ts';
import { fakeCaptureReading } from './renderer-capture-reading.ts';
import { typeReportOf } from './renderer-plans.ts';
import { addPastRuns } from './renderer-history.ts';
import { FakeRuns } from './renderer-runs.ts';
import { verificationOf } from './renderer-verification.ts';
import { fakeSavedJobs } from './renderer-saved-jobs.ts';
import { fakeCaptures } from './renderer-capture.ts';
import { fakeWalCalls } from './renderer-wal.ts';
import { fakeWatermarks } from './renderer-watermark.ts';

export interface RendererEngineOptions {
  /** False: as a newcomer finds it. */
  readonly profiles: boolean;
  /** Tables besides the special ones. */
  readonly extraRelations: number;
  readonly secrets: 'keychain' | 'keyFile' | 'plain';
  /** Milliseconds that a page of a preview takes. */
  readonly latencyMs: number;
  /** Runs that the history has at the start. */
  readonly pastRuns: number;
  /** Milliseconds that verifying a run takes. */
  readonly verifyMs: number;
}

export interface RendererEngine {
  readonly calls: CallHandlers;
  subscribe(listener: (event: EngineEvent) => void): () => void;
  close(): void;
}

export function createRendererEngine(options: RendererEngineOptions): RendererEngine {
  const listeners = new Set<(event: EngineEvent) => void>();
  const emit = (event: EngineEvent) => {
    for (const listener of listeners) listener(event);
  };
  const connections = new Map<string, ConnectionProfile>();
  const destinations = new Map<string, DestinationProfile>();
  const removed = new Map<string, ConnectionProfile | DestinationProfile>();
  const previews = new Map<string, FakeRelation>();
  const relations = fakeRelations(options.extraRelations);
  const runs = new FakeRuns(emit);
  if (options.profiles) addProfiles(connections, destinations);
  addPastRuns(runs, options.pastRuns);

  const relationOf = (ref: { schema: string; name: string }): FakeRelation => {
    const found = relations.find(
      ({ relation }) => relation.schema === ref.schema && relation.name === ref.name,
    );
    if (found === undefined) {
      throw new AppError('SOURCE_NO_RELATION', `There is no table or view "${ref.schema}.${ref.name}".`);
    }
    return found;
  };
  const changed = () => emit({ type: 'profiles' });
  const previewOf = (id: string) => {
    const found = previews.get(id);
    if (found === undefined) throw new AppError('SOURCE_PREVIEW_CLOSED', 'This preview has been closed.');
    return found;
  };

  const calls: CallHandlers = {
    ...fakeWalCalls(),
    ...fakeCaptures({ some: options.profiles, emit }),
    ...desktopCalls(undefined),
    'app.info': async () => ({ version: '0.1.0', platform: 'linux', secrets: options.secrets }),
    'profiles.list': async () => ({
      connections: [...connections.values()],
      destinations: [...destinations.values()],
    }),
    'profiles.import': async ({ text, name }) => {
      if (!text.includes('postgres')) {
        throw new AppError('CONFIG_IMPORT_FAILED', 'The text is neither an INI file, a URL nor an export');
      }
      const profile = connectionOf(name ?? 'Imported', 'db.example.com', 'blue');
      connections.set(profile.id, profile);
      changed();
      return {
        connections: [profile],
        destinations: [],
        warnings: ['The section [aws_boto_credentials] has no region: us-east-1 is assumed'],
      };
    },
    'profiles.export': async () => ({
      text: JSON.stringify({
        connections: [...connections.values()],
        destinations: [...destinations.values()],
      }),
    }),

    'connections.save': async ({ id, password, ...fields }) => {
      refuseTwin(connections, id, fields.name);
      const before = id === undefined ? undefined : connections.get(id);
      const profile = {
        id: id ?? randomUUID(),
        ...fields,
        hasPassword: keptSecret(password, before?.hasPassword ?? false),
      };
      connections.set(profile.id, profile);
      changed();
      return profile;
    },
    'connections.duplicate': async ({ id }) => duplicate(connections, id, changed),
    'connections.remove': async ({ id }) => remove(connections, removed, id, changed),
    'connections.restore': async ({ id }) => restore(connections, removed, id, changed),
    'connections.test': async ({ settings }) => {
      await delay(300);
      if (settings.host === BAD_HOST) {
        const cause = new Error('getaddrinfo ENOTFOUND db.invalid');
        const error = new AppError('SOURCE_HOST_NOT_FOUND', `There is no host "${settings.host}".`, {
          cause,
        });
        return { ok: false, error: toWireError(error) };
      }
      return {
        ok: true,
        facts: {
          serverVersion: '18.4',
          database: settings.database,
          user: settings.user,
          encrypted: settings.tls !== 'disable',
          standby: false,
          latencyMs: 12.4,
        },
      };
    },

    'destinations.save': async ({ id, secretKey, ...fields }) => {
      refuseTwin(destinations, id, fields.name);
      const before = id === undefined ? undefined : destinations.get(id);
      const profile = {
        id: id ?? randomUUID(),
        ...fields,
        hasSecretKey: keptSecret(secretKey, before?.hasSecretKey ?? false),
      };
      destinations.set(profile.id, profile);
      changed();
      return profile;
    },
    'destinations.duplicate': async ({ id }) => duplicate(destinations, id, changed),
    'destinations.remove': async ({ id }) => remove(destinations, removed, id, changed),
    'destinations.restore': async ({ id }) => restore(destinations, removed, id, changed),
    'destinations.test': async ({ settings }) => {
      await delay(300);
      if (settings.bucket === BAD_BUCKET) {
        const error = new AppError('DEST_ACCESS_DENIED', `Writing to "${settings.bucket}" is not allowed.`);
        return { ok: false, error: toWireError(error) };
      }
      return {
        ok: true,
        facts: { bucket: settings.bucket, conditionalWrites: true, checksums: true, latencyMs: 31 },
      };
    },

    'relations.list': async ({ connectionId }) => {
      await delay(80);
      if (connections.get(connectionId)?.settings.host === BAD_HOST) {
        throw new AppError('SOURCE_HOST_NOT_FOUND', `There is no host "${BAD_HOST}".`);
      }
      return { relations: relations.map(({ relation }) => relation) };
    },
    'relations.describe': async ({ relation: { schema = 'public', name } }) => ({
      relation: { schema, name },
      columns: [...relationOf({ schema, name }).columns],
    }),

    'preview.open': async ({ relation }) => {
      await delay(options.latencyMs);
      const found = relationOf({ schema: relation.schema ?? 'public', name: relation.name });
      if (!found.relation.readable) {
        throw new AppError('SOURCE_PERMISSION_DENIED', `SELECT on ${relation.name} is not granted.`);
      }
      const previewId = randomUUID();
      previews.set(previewId, found);
      return {
        previewId,
        columns: found.columns.map(({ name, type }) => ({ name, type })),
        hidden: [],
        idleLimitMs: 30_000,
      };
    },
    'preview.page': async ({ previewId, from, count }) => {
      await delay(options.latencyMs);
      const { rows, columns, cell } = previewOf(previewId);
      const end = Math.min(from + count, rows);
      const page = [];
      for (let row = from; row < end; row += 1) {
        page.push(columns.map((_, column) => previewCell(cell(row, column))));
      }
      return { from, rows: page, end: page.length < count, reopened: false };
    },
    'preview.value': async ({ previewId, row, column }) => {
      await delay(options.latencyMs);
      return { value: previewOf(previewId).cell(row, column) };
    },
    'preview.close': async ({ previewId }) => {
      previews.delete(previewId);
      return {};
    },

    ...fakeWatermarks,
    ...fakeSavedJobs(emit, options.profiles),
    'extract.plan': async ({ spec, count }) => typeReportOf(spec, count, relationOf),
    'jobs.start': async ({ spec }) => {
      if (!('table' in spec.selection) || !('profile' in spec.source) || !('profile' in spec.destination)) {
        throw new AppError('CONFIG_NOT_SUPPORTED', 'The fake extracts tables of saved profiles');
      }
      const { schema = 'public', name } = spec.selection.table;
      const { rows, relation } = relationOf({ schema, name });
      const { profile } = spec.destination;
      const destination = [...destinations.values()].find((each) => each.name === profile);
      if (destination === undefined) {
        throw new AppError('CONFIG_PROFILE_NOT_FOUND', `There is no destination "${profile}"`);
      }
      const { bucket, prefix } = destination.settings;
      const runId = runs.start(
        spec,
        { source: `${spec.source.profile} · ${schema}.${name}`, destination: `s3://${bucket}/${prefix}` },
        {
          rows,
          estimatedRows: relation.estimatedRows,
          rowsPerSecond: Math.max(100, Math.min(rows, 60_000)),
          error:
            bucket === BAD_BUCKET
              ? new AppError('DEST_ACCESS_DENIED', `S3 refused to write to "${bucket}".`, {
                  cause: new Error('AccessDenied: 403', { cause: new Error('UploadPart, part 2') }),
                })
              : undefined,
        },
      );
      return { runId };
    },
    'runs.list': async ({ state, text, job, limit }) => {
      const needle = text?.toLowerCase() ?? '';
      const found = [...runs.runs.values()]
        .map(({ run }) => run)
        .filter(
          (run) =>
            state === undefined || (state === 'active' ? isActive(run.state) : run.state.tag === state),
        )
        .filter((run) => job === undefined || run.spec.name === job)
        .filter((run) =>
          `${run.sourceLabel} ${run.destinationLabel} ${run.id}`.toLowerCase().includes(needle),
        )
        .sort((a, b) => (a.id < b.id ? 1 : -1));
      return { runs: found.slice(0, limit) };
    },
    'runs.get': async ({ runId }) => {
      const found = runs.runs.get(runId);
      if (found === undefined) throw new AppError('STORE_RUN_NOT_FOUND', `There is no run ${runId}`);
      return { run: found.run, log: found.log, manifest: found.manifest };
    },
    ...fakeCaptureReading(),
    'manifests.loadScript': () => Promise.resolve({ files: [] }),
    'manifests.verify': async ({ manifestKey }, { signal }) => {
      const id = /\d{8}T\d{6}Z-[0-9a-f]{8}/.exec(manifestKey)?.[0] ?? '';
      const state = runs.runs.get(id)?.run.state;
      if (state?.tag !== 'succeeded') throw new AppError('DEST_NO_OBJECT', `There is no ${manifestKey}.`);
      await delay(options.verifyMs);
      signal.throwIfAborted();
      return verificationOf(id, state);
    },
    'runs.resume': ({ runId }) => Promise.resolve({ runId: runs.resume(runId) }),
    'runs.discard': ({ runId }) => Promise.resolve({ state: runs.discard(runId) }),
    'runs.pause': async ({ runId }) => ({ state: runs.pause(runId) }),
    'runs.continue': async ({ runId }) => ({ state: runs.continue(runId) }),
    'runs.cancel': async ({ runId }) => ({ state: await runs.cancel(runId) }),
  };

  return {
    calls,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () => runs.close(),
  };
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
