/**
 * Bounds the part of V8's heap that new objects go to. It doubles whenever as much as its size has lived through a
 * collection, up to 134 MB on a large machine: a stream that goes on for hours always gets there, although all that it
 * needs at a time is small. What is there at the start is enough; nothing was measured that gets faster with more.
 *
 * V8 looks at this flag each time that it is about to grow; the flag for the bound itself is read at the start of a process
 * only. https://nodejs.org/api/v8.html#v8setflagsfromstringflags
 */
import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes that are enough where much is made of objects: two halves, and what V8 needs for itself. */
const ENOUGH_BYTES = 16 * 1024 ** 2;

/** To be called from time to time: while it is smaller, also because V8 has taken some of it back, growing is right. */
export function boundYoungGeneration(): void {
  const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  setGrowth(young === undefined || young.space_size >= ENOUGH_BYTES ? 1 : 2);
}

/**
 * Lets it be as it is. For the start of a program, most of which stays and needs no room to be young in, and for rows that
 * pass as bytes, of which hardly an object is made.
 */
export function holdYoungGeneration(): void {
  setGrowth(1);
}

/** Lets it grow again, for what the process does next. Also at its end: V8 keeps no compiled code of changed flags. */
export function releaseYoungGeneration(): void {
  setGrowth(2);
}

/** @param factor 2 is V8's own */
function setGrowth(factor: 1 | 2): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}
