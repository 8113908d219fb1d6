interface Pulled<T> {
  readonly lane: AsyncIterator<T>;
  readonly result?: IteratorResult<T>;
  readonly failure?: unknown;
}

/**
 * Gives what several lanes bring, as it comes. A lane is asked for more only when more is asked for here, so that what
 * it gave stays valid until then. Ends all of them, however it ends.
 * @throws the first failure of a lane
 */
export async function* mergeLanes<T>(lanes: readonly AsyncGenerator<T>[]): AsyncGenerator<T> {
  const ready: Pulled<T>[] = [];
  let wake: (() => void) | undefined;
  const pull = async (lane: AsyncIterator<T>): Promise<void> => {
    try {
      ready.push({ lane, result: await lane.next() });
    } catch (error) {
      ready.push({ lane, failure: error });
    }
    wake?.();
  };
  let going = lanes.length;
  for (const lane of lanes) void pull(lane);
  try {
    while (going > 0) {
      const pulled = ready.shift();
      if (pulled === undefined) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      if (pulled.result === undefined) throw pulled.failure;
      if (pulled.result.done === true) {
        going -= 1;
        continue;
      }
      yield pulled.result.value;
      void pull(pulled.lane);
    }
  } finally {
    await Promise.allSettled(lanes.map(async (lane) => await lane.return(undefined)));
  }
}
