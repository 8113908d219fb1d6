/**
 * The scripts that load what a run wrote, next to its manifest and before it: whoever finds the manifest can rely on
 * them too.
 */
import { loadScript } from '../../contract/load-scripts/load-script.ts';
import type { LoadFile } from '../../contract/load-scripts/loadable-run.ts';
import { LOAD_TARGETS } from '../../contract/load-target.ts';
import type { Manifest } from '../../contract/manifest.ts';
import type { SinkObserver } from '../ports.ts';
import type { ExtractJournal, ExtractRequest } from './extract-request.ts';

/** @throws AppError of the DEST_ family, or the signal's reason */
export async function writeLoadScripts(
  manifest: Manifest,
  manifestKey: string,
  request: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<void> {
  const { sink, spec } = request;
  const input = { manifest, manifestUri: sink.uriOf(manifestKey), settings: request.s3, stored: true };
  const folder = manifestKey.slice(0, manifestKey.lastIndexOf('/') + 1);
  for (const target of spec.loadScripts ?? []) {
    for (const file of loadScript(target, input)) {
      const key = `${folder}load/${file.name}`;
      await writeFile(key, file, request, journal, signal);
      journal.note('info', `Wrote ${sink.uriOf(key)}, for ${LOAD_TARGETS[target]}.`);
    }
  }
}

async function writeFile(
  key: string,
  { name, text }: LoadFile,
  { sink, runId, spec: { tags, metadata } }: ExtractRequest,
  journal: ExtractJournal,
  signal: AbortSignal,
): Promise<void> {
  // None of it counts as progress: that is about the rows.
  const observer: SinkObserver = {
    onPartStarted: () => {},
    onPartUploaded: () => {},
    onWriting: () => journal.willWrite(key),
    onRefused: () => journal.didNotWrite(key),
    onUploadOpened: (upload) => journal.uploadOpened(upload),
  };
  // The key has the run's id: what is there already, the run itself wrote before it was broken off.
  const object = { key, runId, overwrite: true, contentType: contentTypeOf(name), tags, metadata };
  const writer = await sink.create(object, observer, signal);
  await writer.write(new TextEncoder().encode(text));
  await writer.complete(0);
}

function contentTypeOf(name: string): string {
  return name.endsWith('.json') ? 'application/json' : 'text/plain; charset=utf-8';
}
