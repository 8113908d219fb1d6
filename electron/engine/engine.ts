/** The one place where adapters meet the core. */
import { availableParallelism, hostname } from 'node:os';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { toWireError } from '../contract/app-error.ts';
import type { EngineEvent } from '../contract/events.ts';
import type { ExtractSpec } from '../contract/extract-spec.ts';
import { loadScript } from '../contract/load-scripts/load-script.ts';
import { PreviewDesk } from './browse/preview-desk.ts';
import { CaptureDesk } from './capture/capture-desk.ts';
import { CaptureHistory } from './capture/capture-history.ts';
import type { CallHandlers } from './call-handlers.ts';
import type { Engine, EngineDeps } from './engine-api.ts';
import { desktopCalls } from './desktop-calls.ts';
import { destinationAccess, sourceAccess } from './access-of.ts';
import { capturedSlotsOf } from './captured-slots-of.ts';
import { planExtract } from './extract/plan-extract.ts';
import { FolderSink } from './folder/folder-sink.ts';
import { JobDesk } from './jobs/job-desk.ts';
import type { Owner } from './jobs/recover.ts';
import { LentConnections } from './lent-connections.ts';
import { LentKeys } from './lent-keys.ts';
import { readNamedManifest } from './lib/read-manifest.ts';
import { withMasks } from './masked-access.ts';
import { maskSettings } from './postgres/mask-sql.ts';
import { recoverEarlierWork } from './recover-earlier-work.ts';
import { isSameProcessAlive } from './lib/process-alive.ts';
import { systemClock } from './lib/system-clock.ts';
import { Emitter } from './lib/emitter.ts';
import type { ConnectionAccess, DestinationAccess, ObjectSink } from './ports.ts';
import type { ReadLimits } from './reading-state.ts';
import { postgresCapture } from './postgres/capture-source.ts';
import { describeRelation, listRelations } from './postgres/catalog.ts';
import { findRelation } from './postgres/find-relation.ts';
import { lookAtPostgres } from './postgres/look-at-source.ts';
import { PREVIEW_IDLE_MS, PreviewCursor } from './postgres/preview-cursor.ts';
import { postgresRows } from './postgres/row-source.ts';
import { lookAtWatermark } from './postgres/look-at-watermark.ts';
import { Session } from './postgres/session.ts';
import { testConnection } from './postgres/test-connection.ts';
import { postgresWal } from './postgres/wal-source.ts';
import { createProfileBook, type ProfileBook } from './profiles/profile-book.ts';
import { S3Sink } from './s3/s3-sink.ts';
import { testDestination } from './s3/test-destination.ts';
import { createSavedJobs } from './saved-jobs/saved-jobs.ts';
import { createJobFiles } from './store/job-files.ts';
import { createCaptureFiles } from './store/capture-files.ts';
import { createProfileFile } from './store/profile-file.ts';
import { createRunFiles } from './store/run-files.ts';
import { createWatchFile } from './store/watch-file.ts';
import { watermarkCalls } from './watermark/watermark-desk.ts';
import { captureReadingCalls } from './verify/capture-reading-calls.ts';
import { verifyManifest } from './verify/verify-manifest.ts';
import { WalDesk } from './wal/wal-desk.ts';
import { WATCH_PACE } from './wal/watch-pace.ts';

/**
 * Milliseconds that closing waits for the clean-up after earlier processes. Enough for a destination that answers, so
 * that a short command gets it done; one that does not answer must not hold up anybody's exit.
 */
const RECOVERY_PATIENCE_MS = 1_000;

/**
 * How sources are read. A range of 64 MiB is worth its query and its object, and one of 1 GiB takes a minute to read
 * again. A server that restarts, or a network that changes, is back within two minutes.
 */
const READ_LIMITS = {
  minRangeBytes: 64 * 1024 ** 2,
  maxRangeBytes: 1024 ** 3,
  giveUpMs: 120_000,
  silenceMs: 30_000,
};

/**
 * Makes an engine. What earlier processes left unfinished is looked after in the background.
 * @throws AppError of the STORE_ family when the data folder cannot be used
 */
export function createEngine(deps: EngineDeps): Engine {
  const clock = deps.clock ?? systemClock;
  const events = new Emitter<EngineEvent>((error) => deps.log.error(`A listener failed: ${String(error)}`));
  const emit = (event: EngineEvent) => events.emit(event);
  const limits: ReadLimits = { ...READ_LIMITS, cores: availableParallelism(), ...deps.readLimits };
  const lent = new LentConnections();
  const keys = new LentKeys();
  const book = createProfileBook({
    store: createProfileFile(deps.dataFolder, deps.log, deps.openFile),
    secrets: deps.secrets,
    now: () => clock.now(),
  });
  const accessOf = async (id: string) => ({
    ...(lent.byId(id) ?? (await book.accessOfConnection(id))),
    silenceMs: limits.silenceMs,
  });
  const readAccess = async (spec: ExtractSpec) =>
    await withMasks(
      spec.selection,
      { ...(await sourceAccess(spec, book, lent)), silenceMs: limits.silenceMs },
      deps,
      maskSettings,
    );
  const store = createRunFiles(deps.dataFolder, deps.log);
  const owner: Owner = { pid: process.pid, host: hostname(), startedAt: clock.now().toISOString() };
  const isAlive = ({ pid, startedAt }: Owner) => isSameProcessAlive(pid, new Date(startedAt));
  const jobs = new JobDesk({
    origin: deps.origin,
    owner,
    store,
    rows: postgresRows(limits),
    giveUpMs: limits.giveUpMs,
    openSink: (access) => openSink(access, deps),
    sourceAccess: readAccess,
    destinationAccess: (spec) => destinationAccess(spec, book, keys),
    isAlive,
    clock,
    log: deps.log,
    emit,
  });
  const saved = createSavedJobs({
    deps,
    store: createJobFiles(deps.dataFolder, deps.log),
    clock,
    jobs,
    runs: store,
    isAlive,
    emit,
  });
  const previews = new PreviewDesk({
    accessOf,
    open: (access, relation, signal) => PreviewCursor.open(access, relation, signal),
    idleLimitMs: PREVIEW_IDLE_MS,
  });
  const captureShelf = createCaptureFiles(deps.dataFolder, deps.log);
  const wal = new WalDesk({
    source: postgresWal,
    accessOf,
    clock,
    watches: createWatchFile(deps.dataFolder),
    pace: { ...WATCH_PACE, ...deps.watchPace },
    nameOf: (id) => book.nameOfConnection(id),
    capturedSlots: capturedSlotsOf(captureShelf, book, lent),
    log: deps.log,
    emit,
  });
  // A command comes and goes, and would look at servers that it was not asked about.
  if (deps.origin !== 'cli') wal.start();
  const spoolFolder = path.join(deps.dataFolder, 'spool');
  const captures = new CaptureDesk({
    owner,
    isAlive,
    shelf: captureShelf,
    source: postgresCapture(),
    captureFacts: (access, signal) => postgresWal.captureFacts(access, signal),
    sourceAccess: (spec) => sourceAccess(spec, book, lent),
    openHistory: async (spec) => {
      const sink = openSink(await destinationAccess(spec, book, keys), deps);
      const stagingFolder = path.join(spoolFolder, spec.name, 'objects');
      return new CaptureHistory({ spec, sink, owner, clock, stagingFolder });
    },
    spoolFolder,
    clock,
    random: Math.random,
    log: deps.log,
    emit,
  });
  const announce = async (runId: string) => {
    const stored = await store.load(runId);
    // Of our own runs the desk tells, in order: what is on disk can be a state behind.
    if (stored !== undefined && !isDeepStrictEqual(stored.owner, owner))
      emit({ type: 'run', run: stored.run });
  };
  // One after the other, so that of two changes of a run the later one is also told later.
  let announced = Promise.resolve();
  const stopListening = [
    book.onChange(() => {
      emit({ type: 'profiles' });
      void wal.profilesChanged();
    }),
    saved.follow(events),
    store.watch((runId) => {
      announced = announced
        .then(() => announce(runId))
        .catch((error: unknown) => deps.log.warn(`Run ${runId} could not be read: ${String(error)}`));
    }),
  ];
  const closing = new AbortController();
  const recovered = recoverEarlierWork(jobs, book, deps, closing.signal);

  return {
    calls: {
      ...book.calls,
      ...previews.calls,
      ...jobs.calls,
      ...wal.calls,
      ...saved.calls,
      ...captures.calls,
      ...desktopCalls(deps.desktop),
      ...testCalls(book, deps),
      ...relationCalls(accessOf),
      ...watermarkCalls({
        sourceAccess: readAccess,
        openSink: async (spec) => openSink(await destinationAccess(spec, book, keys), deps),
        look: lookAtWatermark,
        claimant: { self: owner, clock, isAlive },
        onState: saved.noteState,
      }),
      ...captureReadingCalls({
        source: postgresCapture(),
        wal: postgresWal,
        sourceAccess: (source) => sourceAccess({ source }, book, lent),
        destinationAccess: (destination) => destinationAccess({ destination }, book, keys),
        openSink: (access) => openSink(access, deps),
        clock,
        self: owner,
        isAlive,
      }),
      'extract.plan': async ({ spec, count }, { signal }) =>
        await planExtract(
          { spec, count, access: await readAccess(spec), look: lookAtPostgres(limits) },
          signal,
        ),
      'manifests.verify': async ({ destination, manifestKey }, { signal }) => {
        await using sink = openSink(await destinationAccess({ destination }, book, keys), deps);
        return await verifyManifest(sink, manifestKey, signal);
      },
      'manifests.loadScript': async ({ destination, manifestKey, target }, { signal }) => {
        const access = await destinationAccess({ destination }, book, keys);
        await using sink = openSink(access, deps);
        const manifest = await readNamedManifest(sink, manifestKey, signal);
        const settings = access.kind === 's3' ? access.settings : undefined;
        const input = { manifest, manifestUri: sink.uriOf(manifestKey), settings };
        return { files: [...loadScript(target, input)] };
      },
      'app.info': () =>
        Promise.resolve({ version: deps.version, platform: deps.platform, secrets: deps.secrets.kind }),
    },
    subscribe: (listener) => events.on(listener),
    lend: (settings, password) => lent.lend(settings, password),
    lendKeys: (settings, secretKey, sessionToken) => keys.lend(settings, secretKey, sessionToken),
    slots: wal,
    activeRuns: () => jobs.active(),
    activeCaptures: () => captures.active(),
    close: async () => {
      const patience = setTimeout(() => closing.abort(), RECOVERY_PATIENCE_MS);
      await saved.close();
      await Promise.all([recovered, jobs.close(), captures.close(), previews.close(), wal.close()]);
      clearTimeout(patience);
      for (const stop of stopListening) stop();
    },
  };
}

function testCalls(
  book: ProfileBook,
  { s3Patience }: EngineDeps,
): Pick<CallHandlers, 'connections.test' | 'destinations.test'> {
  return {
    'connections.test': (draft, { signal }) =>
      tested(async () => await testConnection(await book.accessOfDraft(draft), signal)),
    'destinations.test': (draft, { signal }) =>
      tested(async () => {
        const access = await book.accessOfDestinationDraft(draft);
        if (access.kind === 'folder') throw new TypeError('a destination profile is a place in a bucket');
        return await testDestination(access.settings, access.secretKey, signal, s3Patience);
      }),
  };
}

/** A test that fails has succeeded as a call: what is wrong is what was asked for. */
async function tested<Facts>(test: () => Promise<Facts>) {
  try {
    return { ok: true as const, facts: await test() };
  } catch (error) {
    return { ok: false as const, error: toWireError(error) };
  }
}

function relationCalls(
  accessOf: (id: string) => Promise<ConnectionAccess>,
): Pick<CallHandlers, 'relations.list' | 'relations.describe'> {
  return {
    'relations.list': async ({ connectionId }, { signal }) => {
      await using session = await Session.open(await accessOf(connectionId), signal);
      return { relations: await listRelations(session) };
    },
    'relations.describe': async ({ connectionId, relation }, { signal }) => {
      await using session = await Session.open(await accessOf(connectionId), signal);
      const { schema, name } = relation;
      const found = schema === undefined ? await findRelation(session, relation) : { schema, name };
      return { relation: found, columns: await describeRelation(session, found) };
    },
  };
}

function openSink(access: DestinationAccess, { s3Patience }: EngineDeps): ObjectSink {
  return access.kind === 'folder'
    ? new FolderSink(access.path)
    : new S3Sink(access.settings, access.secretKey, s3Patience, access.sessionToken);
}
