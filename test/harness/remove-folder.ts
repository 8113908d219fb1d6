import { rm } from 'node:fs/promises';
import path from 'node:path';
import { endServer } from './postgres/end-server.ts';

/** Where in a temporary folder the data of a Postgres server lies, if there is one. */
export function postgresDataIn(folder: string): string {
  return path.join(folder, 'postgres', 'data');
}

/** Ends the Postgres server whose data lies in the folder, if there is one, then removes the folder. */
export async function removeFolder(folder: string): Promise<void> {
  await endServer(postgresDataIn(folder));
  // Retries: a process that is just ending may still put a file into a folder that has been emptied.
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
}
