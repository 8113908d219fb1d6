/**
 * Bounds the part of V8's heap that new objects go to. It doubles whenever as much as its size has lived through a
 * collection, up to 134 MB on a large machine: a stream that goes on for hours always gets there, although all that it
 * needs at a time is small. What is there at the start is enough; nothing was measured that gets faster with more.
 *
 * V8 looks at this flag each time that it is about to grow; the flag for the bound itself is read at the start of a process
 * only. It is one flag for the whole process and its threads, so whoever is there says what he needs, and the most counts.
 * https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/**
 * - `little`: it stays as it is. Rows that pass as bytes make hardly an object, and most of a program that starts stays, and
 *   needs no room to be young in.
 * - `some`: it grows to what is enough where much is made of objects.
 */
export type YoungNeed = 'little' | 'some';

/** Bytes that are enough: two halves, and what V8 needs for itself. */
const ENOUGH_BYTES = 16 * 1024 ** 2;

const needs = new Map<object, YoungNeed>();

/** To be called from time to time: while it is smaller, also because V8 has taken some of it back, growing is right. */
export function boundYoungGeneration(who: object, need: YoungNeed): void {
  needs.set(who, need);
  apply();
}

/**
 * Lets it grow again, when nobody else has a need, for what the process does next. Also at its end: V8 keeps no compiled
 * code of changed flags.
 */
export function releaseYoungGeneration(who: object): void {
  needs.delete(who);
  apply();
}

function apply(): void {
  const all = new Set(needs.values());
  if (all.size === 0) setGrowth(2);
  else setGrowth(all.has('some') && youngBytes() < ENOUGH_BYTES ? 2 : 1);
}

function youngBytes(): number {
  return (
    getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? Infinity
  );
}

/** @param factor 2 is V8's own */
function setGrowth(factor: 1 | 2): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
