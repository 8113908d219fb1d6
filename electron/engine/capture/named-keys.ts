import type { LedgerWorld } from './capture-ledger.ts';
import { placesFrom, readPlaces, type LogPlace } from './replay/read-log.ts';

/** Clocks of a destination and of whoever writes the log may differ by so much, in milliseconds. */
const CLOCKS_MS = 24 * 3_600_000;

/** Requests at the same time: a log can have a thousand entries of a day. */
const AT_ONCE = 16;

/**
 * Which of the keys have an object that an entry of the log names: those are never removed, whatever a checkpoint says of them.
 * An object is complete before it is named, so the log is read from its end to the time at which the oldest of them was written.
 * @throws AppError `DATA_STATE_INVALID`, or of the DEST_ family
 */
export async function namedInLog(
  world: LedgerWorld,
  sequence: number,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const times: number[] = [];
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const some = keys.slice(at, at + AT_ONCE);
    const found = await Promise.all(some.map((key) => world.sink.modifiedAt(key, signal)));
    times.push(...found.flatMap((time) => (time === undefined ? [] : [time.getTime()])));
  }
  const named = new Set<string>();
  if (times.length === 0) return named;
  const since = Math.min(...times) - CLOCKS_MS;
  for (let to = sequence; to > 0; to -= AT_ONCE) {
    const entries = await readPlaces(world.sink, world.job, await placesUpTo(world, to, signal), signal);
    for (const key of entries.flatMap(({ objects }) => objects.map((object) => object.key))) named.add(key);
    if (entries.some(({ writtenAt }) => Date.parse(writtenAt) < since)) break;
  }
  return named;
}

/** The last entries up to a number. */
async function placesUpTo({ sink, job }: LedgerWorld, to: number, signal: AbortSignal): Promise<LogPlace[]> {
  const places: LogPlace[] = [];
  for await (const place of placesFrom(
    sink,
    job,
    { sequence: Math.max(1, to - AT_ONCE + 1), epoch: 0 },
    signal,
  )) {
    if (place.sequence > to) break;
    places.push(place);
  }
  return places;
}
