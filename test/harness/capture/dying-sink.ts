/** A destination for a process that dies at a chosen step: from then on nothing it does has an effect. */
import { AppError } from '../../../electron/contract/app-error.ts';
import type { ObjectSink, ObjectWriter } from '../../../electron/engine/ports.ts';
import { PlannedFault } from '../planned-fault.ts';

/** What a writer does to its destination. */
export type SinkStep =
  | { readonly kind: 'object'; readonly key: string }
  | { readonly kind: 'schema' | 'entry' | 'checkpoint' | 'remove'; readonly key: string };

export interface Death {
  /** Whether the process dies at this step, the `index`-th from 0. */
  readonly at: (step: SinkStep, index: number) => boolean;
  /** `before`: the step has not happened. `after`: it has, and nobody heard of it. */
  readonly when: 'before' | 'after';
}

export class DyingSink {
  readonly sink: ObjectSink;
  readonly steps: SinkStep[] = [];
  #dead = false;

  /** @param death left out, it lives and writes down what it does */
  constructor(inner: ObjectSink, death?: Death) {
    const planned = death && new PlannedFault(`a process that dies ${death.when} a step`);
    const step = async <T>(what: SinkStep, work: () => Promise<T>): Promise<T> => {
      if (this.#dead) throw gone();
      const dies = death?.at(what, this.steps.length) === true;
      this.steps.push(what);
      if (dies) planned?.hit();
      if (dies) this.#dead = true;
      if (dies && death?.when === 'before') throw gone();
      const result = await work();
      if (dies) throw gone();
      return result;
    };
    this.sink = {
      label: inner.label,
      prefix: inner.prefix,
      uriOf: (key) => inner.uriOf(key),
      list: (folder, after, signal) => inner.list(folder, after, signal),
      read: (key, signal) => inner.read(key, signal),
      verify: (objects, signal) => inner.verify(objects, signal),
      putManifest: (key, manifest, signal) => inner.putManifest(key, manifest, signal),
      findManifest: (key, signal) => inner.findManifest(key, signal),
      modifiedAt: (key, signal) => inner.modifiedAt(key, signal),
      refusesConditions: inner.refusesConditions,
      readState: (key, signal) => (this.#dead ? Promise.reject(gone()) : inner.readState(key, signal)),
      replaceState: (key, text, tag, signal) =>
        step({ kind: kindOf(key), key }, () => inner.replaceState(key, text, tag, signal)),
      remove: (debris, signal) =>
        step({ kind: 'remove', key: debris.keys.join(' ') }, () => inner.remove(debris, signal)),
      create: async (object, observer, signal) => {
        if (this.#dead) throw gone();
        const writer: ObjectWriter = await inner.create(object, observer, signal);
        return {
          write: (bytes) => writer.write(bytes),
          get bytes() {
            return writer.bytes;
          },
          complete: (rows) => step({ kind: 'object', key: object.key }, () => writer.complete(rows)),
          abandon: () => writer.abandon(),
        };
      },
      [Symbol.asyncDispose]: () => inner[Symbol.asyncDispose](),
    };
  }
}

function kindOf(key: string): 'schema' | 'entry' | 'checkpoint' {
  if (key.endsWith('/checkpoint.json')) return 'checkpoint';
  return key.includes('/log/') ? 'entry' : 'schema';
}

/** Not one that passes, so that the writer ends as a process would. */
function gone(): AppError {
  return new AppError('DEST_ACCESS_DENIED', 'The process is gone.');
}
