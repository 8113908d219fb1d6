/** A sink at which everything fails from one request on: for the world, the process died there. */
import type { ObjectSink, ObjectWriter } from '../../../electron/engine/ports.ts';
import { PlannedFault } from '../planned-fault.ts';

export class Died extends Error {}

export interface BreakingSink {
  readonly sink: ObjectSink;
  /** Requests so far that change something. */
  readonly requests: () => number;
}

/**
 * @param diesAt the number, from 1, of the request that changes something at which it dies
 * @param done whether that request still arrives: then only its answer is lost
 * @param before called before each request that changes something
 */
export function breakingSink(
  inner: ObjectSink,
  {
    diesAt = Infinity,
    done = false,
    before,
  }: {
    readonly diesAt?: number;
    readonly done?: boolean;
    readonly before?: (key: string) => Promise<void>;
  } = {},
): BreakingSink {
  const planned =
    diesAt === Infinity ? undefined : new PlannedFault(`a process that dies at request ${diesAt}`);
  let requests = 0;
  let dead = false;
  const opened: ObjectWriter[] = [];
  const change = async <T>(key: string, work: () => Promise<T>): Promise<T> => {
    if (dead) throw new Died('dead');
    await before?.(key);
    if (++requests < diesAt) return await work();
    dead = true;
    planned?.hit();
    if (done) await work();
    throw new Died('dies');
  };
  const alive = <T>(work: () => T): T => {
    if (dead) throw new Died('dead');
    return work();
  };
  const writerOf = (key: string, writer: ObjectWriter): ObjectWriter => ({
    get bytes() {
      return writer.bytes;
    },
    write: (bytes) => change(key, () => writer.write(bytes)),
    complete: (rows) => change(key, () => writer.complete(rows)),
    abandon: () => writer.abandon(),
  });
  const sink: ObjectSink = {
    label: inner.label,
    prefix: inner.prefix,
    uriOf: (key) => inner.uriOf(key),
    create: (object, observer, signal) =>
      change(object.key, async () => {
        const writer = await inner.create(object, observer, signal);
        opened.push(writer);
        return writerOf(object.key, writer);
      }),
    verify: (objects, signal) => alive(() => inner.verify(objects, signal)),
    putManifest: (key, manifest, signal) => change(key, () => inner.putManifest(key, manifest, signal)),
    read: (key, signal) => alive(() => inner.read(key, signal)),
    findManifest: (key, signal) => alive(() => inner.findManifest(key, signal)),
    list: (folder, after, signal) => alive(() => inner.list(folder, after, signal)),
    modifiedAt: (key, signal) => alive(() => inner.modifiedAt(key, signal)),
    refusesConditions: inner.refusesConditions,
    readState: (key, signal) => alive(() => inner.readState(key, signal)),
    replaceState: (key, text, tag, signal) => change(key, () => inner.replaceState(key, text, tag, signal)),
    remove: (debris, signal) => change(debris.keys[0] ?? '', () => inner.remove(debris, signal)),
    // The process that died has closed its files.
    [Symbol.asyncDispose]: async () => {
      await Promise.allSettled(opened.map((writer) => writer.abandon()));
    },
  };
  return { sink, requests: () => requests };
}
