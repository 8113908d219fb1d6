/**
 * One extract, from the first connection to the manifest: plan, copy, encode, upload, prove. Everything is pulled
 * through one chain, so that a slow destination slows the server down instead of filling memory.
 */
import { AppError } from '../../contract/app-error.ts';
import type { Loss, Manifest } from '../../contract/manifest.ts';
import type { WrittenObject } from '../../contract/run.ts';
import { contentTypeOf, createEncoder } from '../encode/create-encoder.ts';
import type { ObjectWriter, RowReader, SourcePlan } from '../ports.ts';
import { manifestKey } from './manifest-key.ts';
import type { ExtractJournal, ExtractRequest } from './extract-request.ts';
import { makeManifest } from './make-manifest.ts';
import { objectKey } from './object-key.ts';
import { ObjectSeries } from './object-series.ts';
import { writeLoadScripts } from './write-load-scripts.ts';

export interface ExtractResult {
  readonly manifest: Manifest;
  readonly manifestUri: string;
}

/**
 * Runs an extract to its end.
 * @throws AppError, or the signal's reason; what was left behind is in the journal
 */
export async function runExtract(
  request: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<ExtractResult> {
  const { spec, rows, access, sink } = request;
  await journal.enter('connect');
  const workers = spec.politeness?.lowPriority === true ? 1 : (spec.parallel ?? 1);
  await using reader = await rows.open(access, spec.selection, { workers }, signal);
  await journal.enter('plan');
  notePlan(reader.plan, request, journal);
  const objects = await transfer(reader, request, journal, signal);
  await journal.enter('finalize');
  assertSameRows(request.counters.rows, objects);
  await sink.verify(objects, signal);
  const manifest = makeManifest(reader.plan, request, objects);
  const key = manifestKey(sink.prefix, request.runId);
  await writeLoadScripts(manifest, key, request, journal, signal);
  await sink.putManifest(key, manifest, signal);
  return { manifest, manifestUri: sink.uriOf(key) };
}

async function transfer(
  reader: RowReader,
  request: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<readonly WrittenObject[]> {
  const { spec, counters } = request;
  const { format, compression, acceptLossy } = spec;
  await using encoder = createEncoder({
    format,
    compression,
    acceptLossy,
    columns: reader.plan.columns,
    signal,
  });
  counters.estimatedRows = reader.plan.estimatedRows;
  using series = new ObjectSeries({
    spec,
    encoder,
    create: (part) => openObject(part, reader.plan, request, journal, signal),
    onWritten: (object) => {
      counters.objectsWritten++;
      journal.note(
        'info',
        `Wrote ${object.uri}: ${object.rows} rows, ${object.bytes} bytes, CRC-32 ${object.crc32}.`,
      );
    },
    onEncoded: (bytes) => {
      counters.bytesEncoded += bytes;
    },
  });
  await series.begin();
  await journal.enter('transfer');
  for await (const batch of reader.read(encoder.form, signal)) {
    await request.gate.pass(batch.bytes.length, signal);
    counters.bytesRead += batch.bytes.length;
    await series.write(batch);
    counters.rows += batch.rows;
  }
  const written = await series.finish();
  noteLosses(encoder.losses(), request, journal);
  return written;
}

function noteLosses(losses: readonly Loss[], { counters }: ExtractRequest, journal: ExtractJournal): void {
  for (const { column, reason, count } of losses) {
    counters.losses.add(column, reason, count);
    journal.note('warn', `Column "${column}" lost ${count} ${count === 1 ? 'value' : 'values'}: ${reason}.`);
  }
}

async function openObject(
  part: number,
  plan: SourcePlan,
  request: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<ObjectWriter> {
  const { spec, sink, runId, counters } = request;
  const key = objectKey(part, plan, request);
  const { overwrite, tags, metadata, objectSize } = spec;
  const contentType = contentTypeOf(spec.format, spec.compression);
  return await sink.create(
    { key, runId, overwrite, contentType, expectedBytes: objectSize, tags, metadata },
    {
      onNote: (message) => journal.note('warn', message),
      onPartStarted: () => {
        counters.partsInFlight++;
      },
      onPartUploaded: (bytes) => {
        counters.partsInFlight--;
        counters.partsUploaded++;
        counters.bytesUploaded += bytes;
      },
      onWriting: () => journal.willWrite(key),
      onRefused: () => journal.didNotWrite(key),
      onUploadOpened: (upload) => journal.uploadOpened(upload),
    },
    signal,
  );
}

/** The server's count has been compared with the reader's; this compares the reader's with the objects'. */
function assertSameRows(read: number, objects: readonly WrittenObject[]): void {
  const written = objects.reduce((sum, object) => sum + object.rows, 0);
  if (written === read) return;
  throw new AppError('DATA_COUNT_MISMATCH', `${read} rows were read, and ${written} were written.`, {
    details: { read, written },
  });
}

function notePlan(plan: SourcePlan, { sink, spec }: ExtractRequest, journal: ExtractJournal): void {
  const where = plan.lsn === null ? '' : ` at LSN ${plan.lsn}`;
  journal.note(
    'info',
    `Connected to ${plan.database} on Postgres ${plan.serverVersion}; one snapshot${where}.`,
  );
  const rows = plan.estimatedRows === null ? '' : `, about ${plan.estimatedRows} rows`;
  journal.note('info', `Reading ${plan.columns.length} columns${rows}, to ${sink.label} as ${spec.key}.`);
  for (const warning of plan.warnings) journal.note('warn', warning);
}
