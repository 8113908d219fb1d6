/**
 * `profiles.json` in the data folder, in the format of electron-store (whose files `conf` writes), so that the desktop,
 * the served app and the command line share it. Each reading goes to the disk: another process may have written.
 */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import {
  NO_PROFILES,
  storedConnectionSchema,
  storedDestinationSchema,
  type ProfileLists,
  type ProfileStore,
} from '../profiles/profile-store.ts';
import type { OpenStoredFile } from '../open-stored-file.ts';
import type { Log } from '../ports.ts';
import { withFileLock } from './file-lock.ts';
import { fingerprint } from './fingerprint.ts';
import { watchFolder } from './folder-watch.ts';
import { corrupt, parseStored } from './read-json.ts';
import { openConf } from './stored-file.ts';
import { notWritable } from './write-file.ts';

const VERSION = 1;
const NAME = 'profiles';

const fileSchema = z.object({
  version: z.literal(VERSION),
  connections: z.array(storedConnectionSchema),
  destinations: z.array(storedDestinationSchema),
});
type FileContent = z.infer<typeof fileSchema>;

/** Profiles in the file `profiles.json` of the folder; the folder and the file are made by the first change. */
export function createProfileFile(folder: string, log: Log, open: OpenStoredFile = openConf): ProfileStore {
  const file = path.join(folder, `${NAME}.json`);
  let ownWrite: string | undefined;

  const read = (): ProfileLists => {
    if (!existsSync(file)) return NO_PROFILES;
    const { connections, destinations } = parseStored(file, readStore(open, folder, file), fileSchema);
    return { connections, destinations };
  };

  return {
    read,
    update: (change) =>
      withFileLock(file, async () => {
        // Should the file be unreadable, this throws before anything is written over it.
        const changed = change(read());
        writeStore(open, folder, file, {
          version: VERSION,
          connections: [...changed.connections],
          destinations: [...changed.destinations],
        });
        ownWrite = fingerprintOf(file);
      }),
    watch: (listener) =>
      watchFolder(
        folder,
        (name) => {
          if (name === path.basename(file) && fingerprintOf(file) !== ownWrite) listener();
        },
        log,
      ),
  };
}

function readStore(open: OpenStoredFile, folder: string, file: string): unknown {
  try {
    return open(folder, NAME).store;
  } catch (error) {
    // The message of a JSON error quotes the text, so only its kind is told.
    throw corrupt(file, error instanceof SyntaxError ? 'it is not JSON' : 'the system refuses to read it');
  }
}

function writeStore(open: OpenStoredFile, folder: string, file: string, content: FileContent): void {
  try {
    open(folder, NAME).store = { ...content };
  } catch (error) {
    throw notWritable(file, error);
  }
}

function fingerprintOf(file: string): string | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? undefined : fingerprint(found);
}
