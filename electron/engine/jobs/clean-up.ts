import { manifestKey } from '../extract/manifest-key.ts';
import type { ObjectSink } from '../ports.ts';
import { identityOf } from '../watermark/incremental-run.ts';
import { JobLedger } from '../watermark/job-ledger.ts';
import { leftoverOf } from './kept-work.ts';
import type { RunRecord } from './run-record.ts';

/** Milliseconds that cleaning up may take: a destination that is gone must not keep a run from ending. */
const CLEAN_UP_MS = 20_000;

/**
 * Aborts the uploads of a run and removes its objects, but for those of finished ranges where it `keeps` them. Never
 * throws: what cannot be removed now stays written down in the record, and is tried again at the next start. The signal
 * ends the attempt early.
 */
export async function cleanUp(
  record: RunRecord,
  sink: ObjectSink,
  { keeps = false, signal }: { readonly keeps?: boolean; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { openUploads, writtenKeys } = record.stored;
  const { spec } = record.run;
  if (spec.mode === 'full' && openUploads.length === 0 && writtenKeys.length === 0) return;
  const own = AbortSignal.timeout(CLEAN_UP_MS);
  const limit = signal === undefined ? own : AbortSignal.any([signal, own]);
  try {
    if (!(await mayRemove(record, sink, limit))) return;
    // The manifest goes first: while there is one, what it names has to be there.
    const manifest = manifestKey(sink.prefix, record.run.id);
    const { uploads, keys } = leftoverOf(record.stored, keeps);
    const debris = { runId: record.run.id, uploads, keys: [manifest, ...keys] };
    await sink.remove(debris, limit);
    record.forgetDebris(keeps);
    record.note(
      'info',
      keeps
        ? 'The finished ranges are kept; nothing else of this run is left at the destination.'
        : 'Nothing of this run is left at the destination.',
    );
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    record.note('warn', `Could not clean up, and will try again at the next start: ${reason}`);
  }
}

/**
 * Gives the job of an incremental run up before anything is removed. False where another run has found its manifest:
 * then its rows count, and have to stay.
 */
async function mayRemove(record: RunRecord, sink: ObjectSink, signal: AbortSignal): Promise<boolean> {
  const { spec, id } = record.run;
  if (spec.mode === 'full') return true;
  if (await new JobLedger(identityOf(spec).job, sink).abandon(id, signal)) return true;
  record.forgetDebris();
  record.note('warn', 'Another run of the job has found the manifest of this one: its rows count, and stay.');
  return false;
}
