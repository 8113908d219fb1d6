import type { CallName, CallOutput, ParsedInput } from '../contract/calls.ts';

/** What goes along with a call: the signal fires when the caller goes away or gives up. */
export interface CallContext {
  readonly signal: AbortSignal;
}

/** The engine's side of the table of calls: one function for each, with input that has been parsed. */
export type CallHandlers = {
  readonly [K in CallName]: (input: ParsedInput<K>, context: CallContext) => Promise<CallOutput<K>>;
};
