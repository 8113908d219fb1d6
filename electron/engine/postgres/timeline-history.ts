/**
 * The history of a timeline: which timelines it comes from, and where each was left.
 * https://www.postgresql.org/docs/current/protocol-replication.html (TIMELINE_HISTORY)
 */
import type { LeftTimeline } from '../capture/capture-source.ts';
import { parseLsn } from '../decode/lsn.ts';
import type { Session } from './session.ts';

interface HistoryRow extends Record<string, unknown> {
  /** The bytes of the file: the driver gives them by the type that the version of the server names. */
  readonly content: string | Buffer;
}

/** @param session one for replication. @throws AppError of the SOURCE_ family */
export async function readTimelineHistory(
  session: Session,
  timeline: number,
): Promise<readonly LeftTimeline[]> {
  // The first has no history, and no file.
  if (timeline === 1) return [];
  const [row] = await session.command<HistoryRow>(`TIMELINE_HISTORY ${timeline}`);
  return row === undefined ? [] : parseTimelineHistory(row.content.toString());
}

/** One timeline a line: its number, the position at which it was left, and why; `#` begins a comment. */
export function parseTimelineHistory(text: string): LeftTimeline[] {
  return text.split('\n').flatMap((line) => {
    const found = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/i.exec(line);
    return found === null ? [] : [{ timeline: Number(found[1]), at: parseLsn(found[2] ?? '') }];
  });
}
