/** One stream that is ready to be read, and whose turn it is. */
interface Arrival<T> {
  readonly stream: AsyncGenerator<T>;
  readonly result: IteratorResult<T>;
}

/**
 * Several streams as one, in the order in which their items come. A stream is asked for its next item only when the
 * one before has been consumed, so each holds one item at the most, and an item may be memory that its stream uses
 * again. The first stream that fails ends them all: `stop` then has to make the others give up what they wait for.
 *
 * Without `Promise.race`: racing again and again against one slow promise piles up reactions on it.
 */
export async function* mergeStreams<T>(
  streams: readonly AsyncGenerator<T>[],
  stop: () => void,
): AsyncGenerator<T> {
  const arrived: Arrival<T>[] = [];
  let failure: { readonly error: unknown } | undefined;
  let wake = Promise.withResolvers<void>();
  const ask = async (stream: AsyncGenerator<T>): Promise<void> => {
    try {
      arrived.push({ stream, result: await stream.next() });
    } catch (error) {
      failure ??= { error };
    }
    wake.resolve();
  };
  for (const stream of streams) void ask(stream);
  let open = streams.length;
  try {
    while (open > 0) {
      await wake.promise;
      wake = Promise.withResolvers();
      if (failure !== undefined) throw failure.error;
      for (let arrival = arrived.shift(); arrival !== undefined; arrival = arrived.shift()) {
        if (arrival.result.done === true) {
          open--;
          continue;
        }
        yield arrival.result.value;
        void ask(arrival.stream);
      }
    }
  } finally {
    stop();
    await Promise.allSettled(streams.map((stream) => stream.return(undefined)));
  }
}
