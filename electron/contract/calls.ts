/**
 * The one table of calls. Electron's IPC, the loopback WebSocket, the fakes of the tests and the command line all go
 * through it: a call's name, what it takes and what it gives are written down here and nowhere else.
 */
import { z } from 'zod';
import { wireErrorSchema } from './app-error.ts';
import {
  connectionDraftSchema,
  connectionFactsSchema,
  connectionProfileSchema,
} from './connection-profile.ts';
import {
  destinationDraftSchema,
  destinationFactsSchema,
  destinationProfileSchema,
} from './destination-profile.ts';
import {
  captureByNameSchema,
  captureDropInputSchema,
  captureLookSchema,
  capturePlanSchema,
  captureRereadInputSchema,
  captureSaveInputSchema,
  captureStartInputSchema,
} from './capture-calls.ts';
import { captureStatusSchema } from './capture-status.ts';
import { captureCompactInputSchema, captureCompactionSchema } from './capture-compaction.ts';
import { captureScriptInputSchema, captureScriptSchema } from './capture-scripts/capture-script.ts';
import { captureVerificationSchema, captureVerifyInputSchema } from './capture-verification.ts';
import { desktopPreferencesSchema } from './desktop-preferences.ts';
import { extractSpecSchema } from './extract-spec.ts';
import { idSchema, nameSchema } from './fields.ts';
import { loadScriptInputSchema, loadScriptSchema } from './load-request.ts';
import { manifestSchema } from './manifest.ts';
import {
  peekCloseInputSchema,
  peekNextInputSchema,
  peekOpenedSchema,
  peekOpenInputSchema,
  peekPageSchema,
} from './peek.ts';
import {
  previewOpenInputSchema,
  previewOpenedSchema,
  previewPageInputSchema,
  previewPageSchema,
  previewValueInputSchema,
} from './preview.ts';
import { columnSchema, relationRefSchema, relationSchema } from './relation.ts';
import {
  jobInputSchema,
  jobStateSchema,
  lookInputSchema,
  rewindInputSchema,
  watermarkLookSchema,
} from './watermark-look.ts';
import { runIdSchema, runLogLineSchema, runSchema, runStateSchema } from './run.ts';
import {
  byJobSchema,
  savedJobListSchema,
  savedJobSchema,
  saveJobInputSchema,
  setTimerInputSchema,
} from './saved-job.ts';
import { typeReportInputSchema, typeReportSchema } from './type-report.ts';
import { verificationInputSchema, verificationSchema } from './verification.ts';
import {
  dropSlotInputSchema,
  walCatalogSchema,
  walCheckSchema,
  walStatusInputSchema,
  walStatusSchema,
} from './wal.ts';
import {
  walRecordsInputSchema,
  walRecordsSchema,
  walStatsInputSchema,
  walStatsSchema,
} from './wal-inspect.ts';
import { walWatchesSchema, walWatchInputSchema } from './wal-watch.ts';

const nothing = z.strictObject({});
const byId = z.strictObject({ id: idSchema });
const byRun = z.strictObject({ runId: runIdSchema });

/** A test never fails as a call: what is wrong is its result. */
const tested = <T extends z.ZodType>(facts: T) =>
  z.discriminatedUnion('ok', [
    z.object({ ok: z.literal(true), facts }),
    z.object({ ok: z.literal(false), error: wireErrorSchema }),
  ]);

export const CALLS = {
  'app.info': {
    input: nothing,
    output: z.object({
      version: z.string(),
      platform: z.string(),
      /** How secrets are kept here; `plain` is what a Linux desktop without a keyring offers, and is shown as a warning. */
      secrets: z.enum(['keychain', 'keyFile', 'plain']),
    }),
  },

  /** How the desktop app sits in its system; null where this is not the desktop. */
  'desktop.preferences': {
    input: nothing,
    output: z.object({ preferences: desktopPreferencesSchema.nullable() }),
  },
  /** Keeps them and acts on them; gives what is so now. */
  'desktop.setPreferences': { input: desktopPreferencesSchema, output: desktopPreferencesSchema },

  'profiles.list': {
    input: nothing,
    output: z.object({
      connections: z.array(connectionProfileSchema),
      destinations: z.array(destinationProfileSchema),
    }),
  },
  /** Takes a `pipeline.conf`, a `postgres://` URL, or what `profiles.export` gave; finds out which it is. */
  'profiles.import': {
    input: z.strictObject({
      text: z.string().min(1, 'must not be empty').max(1_000_000),
      name: nameSchema.optional(),
    }),
    output: z.object({
      connections: z.array(connectionProfileSchema),
      destinations: z.array(destinationProfileSchema),
      warnings: z.array(z.string()),
    }),
  },
  /** All profiles as JSON text, without secrets. */
  'profiles.export': { input: nothing, output: z.object({ text: z.string() }) },

  'connections.save': { input: connectionDraftSchema, output: connectionProfileSchema },
  'connections.duplicate': { input: byId, output: connectionProfileSchema },
  'connections.remove': { input: byId, output: nothing },
  /** Brings back what `remove` took away, secret included, until the app is next started. */
  'connections.restore': { input: byId, output: connectionProfileSchema },
  'connections.test': { input: connectionDraftSchema, output: tested(connectionFactsSchema) },

  'destinations.save': { input: destinationDraftSchema, output: destinationProfileSchema },
  'destinations.duplicate': { input: byId, output: destinationProfileSchema },
  'destinations.remove': { input: byId, output: nothing },
  'destinations.restore': { input: byId, output: destinationProfileSchema },
  'destinations.test': { input: destinationDraftSchema, output: tested(destinationFactsSchema) },

  'relations.list': {
    input: z.strictObject({ connectionId: idSchema }),
    output: z.object({ relations: z.array(relationSchema) }),
  },
  'relations.describe': {
    /** Without a schema, it is looked up along the search_path. */
    input: z.strictObject({ connectionId: idSchema, relation: relationRefSchema.partial({ schema: true }) }),
    output: z.object({ relation: relationRefSchema, columns: z.array(columnSchema) }),
  },

  'preview.open': { input: previewOpenInputSchema, output: previewOpenedSchema },
  'preview.page': { input: previewPageInputSchema, output: previewPageSchema },
  /** One value whole, up to the size that a screen can show. */
  'preview.value': { input: previewValueInputSchema, output: z.object({ value: z.string().nullable() }) },
  'preview.close': { input: z.strictObject({ previewId: idSchema }), output: nothing },

  /** What a job would make of each column, and what would make it refuse. Reads no row, unless counts are asked for. */
  'extract.plan': { input: typeReportInputSchema, output: typeReportSchema },
  /** A sample of all slots of the server; rates and growth are measured against the samples before. */
  'wal.status': { input: walStatusInputSchema, output: walStatusSchema },
  /** The connections that are watched in the background, and what is known of each that was looked at. */
  'wal.watches': { input: nothing, output: walWatchesSchema },
  /** Begins, changes or ends the watch over a saved connection. */
  'wal.watch': { input: walWatchInputSchema, output: nothing },
  /** Publications, and tables with their replica identity. */
  'wal.catalog': { input: z.strictObject({ connectionId: idSchema }), output: walCatalogSchema },
  /** Can changes be captured from here? */
  'wal.preflight': {
    input: z.strictObject({ connectionId: idSchema }),
    output: z.object({ checks: z.array(walCheckSchema) }),
  },
  /** Writes one message to the WAL and nothing to any table, so that consumers of an idle database can move on. */
  'wal.heartbeat': {
    input: z.strictObject({ connectionId: idSchema }),
    output: z.object({ lsn: z.string() }),
  },
  'wal.dropSlot': { input: dropSlotInputSchema, output: nothing },
  /** Records of the WAL as they lie on the disk, where the database has pg_walinspect. */
  'wal.records': { input: walRecordsInputSchema, output: walRecordsSchema },
  /** What the WAL is made of, in numbers; by pg_walinspect as well. */
  'wal.stats': { input: walStatsInputSchema, output: walStatsSchema },
  /** Makes a temporary copy of the slot; nothing is read until the first page is asked for. */
  'wal.peekOpen': { input: peekOpenInputSchema, output: peekOpenedSchema },
  'wal.peekNext': { input: peekNextInputSchema, output: peekPageSchema },
  'wal.peekClose': { input: peekCloseInputSchema, output: nothing },

  /** How far an incremental job is. */
  'watermark.get': { input: jobInputSchema, output: jobStateSchema },
  /** What its next run would take, and which sessions are still writing. Counts, and reads no row. */
  'watermark.look': { input: lookInputSchema, output: watermarkLookSchema },
  /** Lets the next run begin again with all rows. */
  'watermark.reset': { input: jobInputSchema, output: jobStateSchema },
  /** Lets the next run go on from where an earlier one had ended. */
  'watermark.rewind': { input: rewindInputSchema, output: jobStateSchema },

  /** Jobs that were saved, with their timers; each is a file that `sluice run` reads. */
  'savedJobs.list': { input: nothing, output: savedJobListSchema },
  'savedJobs.save': { input: saveJobInputSchema, output: savedJobSchema },
  /** Forgets the job here. What it has written stays, and so does its state at the destination. */
  'savedJobs.remove': { input: byJobSchema, output: nothing },
  /** Sets or ends the timer that runs the job while the app is open. */
  'savedJobs.setTimer': { input: setTimerInputSchema, output: savedJobSchema },

  /** Saves the run and gives its id at once; the work goes on in the background. */
  'jobs.start': {
    input: z.strictObject({ spec: extractSpecSchema }),
    output: z.object({ runId: runIdSchema }),
  },

  'runs.list': {
    input: z.strictObject({
      state: z.enum(['active', 'succeeded', 'failed', 'cancelled']).optional(),
      /** Found in the labels, the name and the id. */
      text: z.string().max(200).optional(),
      /** Runs of the job with this name. */
      job: nameSchema.optional(),
      limit: z.int().min(1).max(1_000).default(200),
    }),
    output: z.object({ runs: z.array(runSchema) }),
  },
  'runs.get': {
    input: byRun,
    output: z.object({ run: runSchema, log: z.array(runLogLineSchema), manifest: manifestSchema.nullable() }),
  },
  /** Reads every object of a manifest again and compares it with what the manifest says. */
  'manifests.verify': { input: verificationInputSchema, output: verificationSchema },
  /** Reads all that a capture has written, and compares what it comes to with the tables where a source is given. */
  'capture.verify': { input: captureVerifyInputSchema, output: captureVerificationSchema },
  /** Merges small objects of a capture, which may go on meanwhile. */
  'capture.compact': { input: captureCompactInputSchema, output: captureCompactionSchema },
  /** The script that makes the current rows of its tables of the files of a capture. */
  'capture.script': { input: captureScriptInputSchema, output: captureScriptSchema },
  /** The script that loads the objects of a manifest into a warehouse, and the files that it needs. */
  'manifests.loadScript': { input: loadScriptInputSchema, output: loadScriptSchema },
  /**
   * Goes on with a run that failed and is resumable: the same id, and only the ranges that are missing. Answers at
   * once, as `jobs.start` does.
   */
  'runs.resume': { input: byRun, output: z.object({ runId: runIdSchema }) },
  /** Removes what a resumable run has kept. */
  'runs.discard': { input: byRun, output: z.object({ state: runStateSchema }) },
  /** Stops reading: what is on its way arrives, the snapshot stays. For a run of this process that goes on. */
  'runs.pause': { input: byRun, output: z.object({ state: runStateSchema }) },
  'runs.continue': { input: byRun, output: z.object({ state: runStateSchema }) },
  /**
   * Ends when the run has: server query cancelled, uploads aborted, objects removed. Like the two before, it asks the process
   * that works on the run where that is another one.
   */
  'runs.cancel': { input: byRun, output: z.object({ state: runStateSchema }) },

  /** Saves the job and gives its status at once; the work goes on in the background, for ever unless `until` is given. */
  'capture.start': { input: captureStartInputSchema, output: captureStatusSchema },
  /** What a start would change at the source. Changes nothing, neither there nor at the destination, and saves nothing. */
  'capture.plan': { input: captureStartInputSchema, output: capturePlanSchema },
  /** Keeps the job, in the place of the one with its name, and starts nothing. Of a job that runs: `STORE_CAPTURE_BUSY`. */
  'capture.save': { input: captureSaveInputSchema, output: captureStatusSchema },
  /** Ends when what was read is durable and the slot knows. Also of a job that another process of this machine runs. */
  'capture.stop': { input: captureByNameSchema, output: captureStatusSchema },
  /** Stops reading, and keeps the job: the server holds the WAL until it is resumed. */
  'capture.pause': { input: captureByNameSchema, output: captureStatusSchema },
  'capture.resume': { input: captureByNameSchema, output: captureStatusSchema },
  /**
   * Reads tables anew while the capture goes on, or lets such a reading wait. Of a capture that does not run it is noted for its
   * next start. `CONFIG_INVALID_INPUT` for a table that is not captured.
   */
  'capture.reread': { input: captureRereadInputSchema, output: captureStatusSchema },
  /** Drops the slot, and the publication where Sluice has made it. The files stay. */
  'capture.drop': { input: captureDropInputSchema, output: z.object({ dropped: z.array(z.string()) }) },
  'capture.status': { input: captureByNameSchema, output: captureLookSchema },
  /** The saved jobs of this machine. */
  'capture.list': { input: nothing, output: z.object({ captures: z.array(captureStatusSchema) }) },
  /** Forgets a saved job that does not run. Slot, publication and files stay. */
  'capture.remove': { input: captureByNameSchema, output: nothing },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;

export type CallName = keyof typeof CALLS;
/** What a caller may write: defaults can be left out. */
export type CallInput<K extends CallName> = z.input<(typeof CALLS)[K]['input']>;
/** What a handler gets: parsed, with defaults filled in. */
export type ParsedInput<K extends CallName> = z.output<(typeof CALLS)[K]['input']>;
export type CallOutput<K extends CallName> = z.output<(typeof CALLS)[K]['output']>;
