/**
 * Numbers of objects of snapshots. On a server that nobody uses one snapshot can stand where another stood, and names of tables
 * can come to the same text in a key: so the numbers at one position go on, over all tables and all writers. An object would
 * otherwise take the place of one that the log names. Pure.
 */
import type { CaptureCheckpoint, CaptureLogEntry } from '../../contract/capture-log.ts';
import { parseLsn } from '../decode/lsn.ts';

type Parts = CaptureCheckpoint['snapshotParts'];

/** The highest number at the last position of snapshots, when an entry of a snapshot is counted in. */
export function withParts(before: Parts, { toLsn, objects }: CaptureLogEntry): Parts {
  const part = Math.max(0, ...objects.map((object) => object.part));
  if (before === undefined || parseLsn(before.lsn) < parseLsn(toLsn)) return { lsn: toLsn, part };
  return before.lsn === toLsn ? { lsn: toLsn, part: Math.max(before.part, part) } : before;
}

/** The number after which the objects of a snapshot at `lsn` count. */
export function partsAt(before: Parts, lsn: bigint): number {
  return before !== undefined && parseLsn(before.lsn) === lsn ? before.part : 0;
}
