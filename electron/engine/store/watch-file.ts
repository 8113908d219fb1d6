/** `watches.json` in the data folder: the connections whose slots are watched in the background. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { idSchema } from '../../contract/fields.ts';
import { walWatchSchema, type WalWatch } from '../../contract/wal-watch.ts';
import type { WatchStore } from '../wal/slot-watches.ts';
import { withFileLock } from './file-lock.ts';
import { parseStoredText } from './read-json.ts';
import { writeFileAtomically } from './write-file.ts';

const VERSION = 1;

const fileSchema = z.object({
  version: z.literal(VERSION),
  watches: z.array(z.object({ connectionId: idSchema, watch: walWatchSchema })),
});

/** Each reading goes to the disk: another process may have written. The file is made by the first change. */
export function createWatchFile(folder: string): WatchStore {
  const file = path.join(folder, 'watches.json');
  const read = (): ReadonlyMap<string, WalWatch> => {
    if (!existsSync(file)) return new Map();
    const { watches } = parseStoredText(file, readFileSync(file, 'utf8'), fileSchema);
    return new Map(watches.map(({ connectionId, watch }) => [connectionId, watch]));
  };
  return {
    read,
    set: (connectionId, watch) =>
      withFileLock(file, async () => {
        const changed = new Map(read());
        if (watch === null) changed.delete(connectionId);
        else changed.set(connectionId, watch);
        const watches = [...changed].map(([id, wanted]) => ({ connectionId: id, watch: wanted }));
        await writeFileAtomically(file, `${JSON.stringify({ version: VERSION, watches }, undefined, 2)}\n`);
      }),
  };
}
