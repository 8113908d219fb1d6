/**
 * How big a message is, for transports that deliver objects instead of text. Stops counting at the limit, so that
 * measuring a hostile message costs no more than a big honest one.
 */

/** Depth at which a message is taken for a cycle or an attack; honest ones are a handful of levels deep. */
const DEPTH_LIMIT = 64;

/** True when the message, written as JSON, would have about `limit` characters at most. */
export function fitsLimit(message: unknown, limit: number): boolean {
  return remaining(message, limit, 0) >= 0;
}

/** What is left of the budget after the value; negative when it does not suffice. */
function remaining(value: unknown, budget: number, depth: number): number {
  if (depth > DEPTH_LIMIT) return -1;
  if (typeof value === 'string') return budget - value.length - 2;
  if (typeof value !== 'object' || value === null) return budget - 4;
  // Binary data has no place in a JSON message; its size would not be seen by walking over keys.
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return -1;
  let left = budget - 2;
  for (const [key, item] of Object.entries(value)) {
    left = remaining(item, left - (Array.isArray(value) ? 1 : key.length + 4), depth + 1);
    if (left < 0) return left;
  }
  return left;
}
