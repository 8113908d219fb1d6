/** Whether what lies at the destination is what the tables hold. */
import type { Client } from 'pg';
import { HistoryError } from './history-error.ts';
import { readHistory, type Files } from './history-rows.ts';
import { replay } from './replay.ts';
import { JOB } from './round-stage.ts';
import { columnsOf, difference, replayedOf, truthOf } from './table-truth.ts';
import type { CaptureWorld } from './world.ts';

/** @param counts changes by kind are added to it. @returns what is wrong */
export async function judge(
  client: Client,
  files: Files,
  tables: readonly { readonly name: string }[],
  counts: Record<string, number>,
): Promise<string | undefined> {
  try {
    const history = await readHistory(files, JOB);
    if (history.checkpoint['writer'] !== null) return 'the checkpoint says that somebody writes';
    const strangers = [...files.keys()].filter(
      (key) => !key.startsWith('_sluice/') && !history.named.has(key),
    );
    if (strangers.length > 0)
      return `there are objects that no entry names: ${strangers.slice(0, 3).join(', ')}`;
    const replayed = replay(history);
    counts['entries'] = history.entries.length;
    counts['compacted'] = history.compactions;
    for (const { name } of tables) {
      const columns = await columnsOf(client, name);
      const state = replayed.get(`public.${name}`);
      for (const [op, count] of Object.entries(state?.applied ?? {})) counts[op] = (counts[op] ?? 0) + count;
      const expected = await truthOf(client, name);
      const wrong = difference(expected, replayedOf(state?.rows ?? [], columns));
      if (wrong !== undefined) return `${name}: ${wrong}`;
    }
    return undefined;
  } catch (error) {
    if (error instanceof HistoryError) return error.message;
    throw error;
  }
}

/** The server compares every body with its checksum: what we send must be right, also when it is sent again. */
export function damagedUpload({ s3 }: CaptureWorld): string | undefined {
  const refused = s3.requests.all.find(
    ({ operation, status, fault }) => operation === 'PutObject' && status === 400 && fault === undefined,
  );
  return refused === undefined ? undefined : `the body of ${refused.key} was refused: it was damaged`;
}
