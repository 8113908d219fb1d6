import { manifestKey } from '../extract/manifest-key.ts';
import type { ObjectSink } from '../ports.ts';
import type { RunRecord } from './run-record.ts';

/** Milliseconds that cleaning up may take: a destination that is gone must not keep a run from ending. */
const CLEAN_UP_MS = 20_000;

/**
 * Aborts the uploads of a run and removes its objects. Never throws: what cannot be removed now stays written down in
 * the record, and is tried again at the next start. The signal ends the attempt early.
 */
export async function cleanUp(record: RunRecord, sink: ObjectSink, signal?: AbortSignal): Promise<void> {
  const { openUploads, writtenKeys } = record.stored;
  if (openUploads.length === 0 && writtenKeys.length === 0) return;
  try {
    // The manifest goes first: while there is one, what it names has to be there.
    const manifest = manifestKey(sink.prefix, record.run.id);
    const debris = { runId: record.run.id, uploads: openUploads, keys: [manifest, ...writtenKeys] };
    const limit = AbortSignal.timeout(CLEAN_UP_MS);
    await sink.remove(debris, signal === undefined ? limit : AbortSignal.any([signal, limit]));
    record.forgetDebris();
    record.note('info', 'Nothing of this run is left at the destination.');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    record.note('warn', `Could not clean up, and will try again at the next start: ${reason}`);
  }
}
