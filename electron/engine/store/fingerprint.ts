import type { Stats } from 'node:fs';

/** Differs after every atomic write, because a write puts a new file in place of the old one. */
export function fingerprint(stats: Pick<Stats, 'ino' | 'mtimeMs' | 'size'>): string {
  return `${stats.ino}:${stats.mtimeMs}:${stats.size}`;
}
