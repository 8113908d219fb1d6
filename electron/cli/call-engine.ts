import { CALLS, type CallInput, type CallName, type CallOutput } from '../contract/calls.ts';
import { parseInput } from '../contract/parse-input.ts';
import type { CallContext } from '../engine/call-handlers.ts';
import type { Engine } from '../engine/engine-api.ts';

/** One call of the table, with its input parsed as every transport does. @throws AppError of the call */
export async function callEngine<K extends CallName>(
  engine: Pick<Engine, 'calls'>,
  name: K,
  input: CallInput<K>,
  signal: AbortSignal,
): Promise<CallOutput<K>> {
  // One handler and its own input: the compiler cannot follow that through a union of names.
  const handler = engine.calls[name] as (input: unknown, context: CallContext) => Promise<CallOutput<K>>;
  return handler(parseInput(CALLS[name].input, input), { signal });
}
