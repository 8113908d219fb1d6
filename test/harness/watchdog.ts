/**
 * Removes the temporary folders of a process that has died, and ends the Postgres servers in them. Started by
 * `watch.ts`, which writes `+folder` and `-folder` as they come and go; the end of the input is the owner's death.
 */
import { createInterface } from 'node:readline';
import { removeFolder } from './remove-folder.ts';

const folders = new Set<string>();
for await (const line of createInterface({ input: process.stdin })) {
  const folder = line.slice(1);
  if (line.startsWith('+')) folders.add(folder);
  else folders.delete(folder);
}
await Promise.all([...folders].map(removeFolder));
