/** What becomes of the messages that a server sends: one change in each conversation, or another packaging of all of them. */
import type { Random } from '../harness/random.ts';

/** Ways to change one message. */
const CHANGES = [
  'type',
  'length-short',
  'length-long',
  'length-absurd',
  'cut',
  'padded',
  'count',
  'dropped',
  'doubled',
  'swapped',
  'injected',
  'end',
] as const;
/** Ways to change nothing but where the bytes of all messages are cut. */
const PACKAGINGS = ['pieces', 'merged', 'as-it-is'] as const;
export type MutationKind = (typeof CHANGES)[number] | (typeof PACKAGINGS)[number];

export interface Mutation {
  readonly kind: MutationKind;
  /** Which of the messages of the conversation, counted over its connections from 0. */
  readonly at: number;
  /** True where a slot is read: a message of the stream that is gone, or comes twice, cannot be told from what was written. */
  readonly stream: boolean;
  readonly seed: number;
}

/** Rows of a COPY and of a stream: what is in them cannot be told from other rows, so they are changed in their framing alone. */
const COPY_DATA = 0x64;

/** Kinds that a server can send, some that it cannot, and one that is none. */
const KINDS = 'RKSZTDCENAtHWGdcnsI123vV?\0';

/** True where the conversation has to come to its right end. */
export function isHarmless({ kind }: Mutation): boolean {
  return (PACKAGINGS as readonly string[]).includes(kind);
}

/** @param messages that the conversation has, about */
export function chooseMutation(random: Random, messages: number, stream: boolean): Mutation {
  const kind = random.chance(0.1) ? random.pick(PACKAGINGS) : random.pick(CHANGES);
  return { kind, at: random.below(messages), stream, seed: random.below(2 ** 31) };
}

/** The bytes that go out in place of a message, in pieces; `end` closes the connection after them. */
export function mutated(
  message: Buffer,
  { kind, stream }: Mutation,
  random: Random,
): { readonly bytes: Buffer; readonly end: boolean } {
  const out = (bytes: Buffer) => ({ bytes, end: false });
  const changed = Buffer.from(message);
  const length = message.readUInt32BE(1);
  if (stream && message[0] === COPY_DATA && (kind === 'dropped' || kind === 'doubled')) return out(message);
  switch (kind) {
    case 'type': {
      // The payload of a row that is called a piece of a stream would be another valid row.
      const kinds = KINDS.split('').filter((each) => each.charCodeAt(0) !== message[0] && each !== 'd');
      changed.write(random.pick(kinds), 0, 'latin1');
      return out(changed);
    }
    case 'length-short':
      changed.writeUInt32BE(random.below(length), 1);
      return out(changed);
    case 'length-long':
      changed.writeUInt32BE(length + 1 + random.below(40), 1);
      return out(changed);
    case 'length-absurd':
      changed.writeUInt32BE(random.pick([0, 1, 3, 0x7fffffff, 0x80000000, 0xffffffff]), 1);
      return out(changed);
    case 'cut':
      return message[0] === COPY_DATA ? out(message) : out(cutShort(message, random));
    case 'padded':
      return message[0] === COPY_DATA ? out(message) : out(padded(message, random));
    case 'count': {
      if (message[0] === COPY_DATA || message.length < 7) return out(message);
      changed.writeUInt16BE(random.pick([0, 1, 0x7fff, 0xffff, changed.readUInt16BE(5) + 1]) & 0xffff, 5);
      return out(changed);
    }
    case 'dropped':
      return out(Buffer.alloc(0));
    case 'doubled':
      return out(Buffer.concat([message, message]));
    case 'injected':
      return out(Buffer.concat([message, injected(random)]));
    case 'end':
      return { bytes: message.subarray(0, random.below(message.length)), end: true };
    case 'swapped':
    case 'pieces':
    case 'merged':
    case 'as-it-is':
      return out(message);
  }
}

/** A body that ends early, with a length that says so. */
function cutShort(message: Buffer, random: Random): Buffer {
  const body = message.length - 5;
  const cut = Buffer.from(message.subarray(0, 5 + random.below(Math.max(1, body))));
  cut.writeUInt32BE(cut.length - 1, 1);
  return cut;
}

/** A body with more behind it, with a length that says so. */
function padded(message: Buffer, random: Random): Buffer {
  const more = Buffer.alloc(1 + random.below(20), random.below(256));
  const longer = Buffer.concat([message, more]);
  longer.writeUInt32BE(longer.length - 1, 1);
  return longer;
}

/** A message that nobody has asked for. */
function injected(random: Random): Buffer {
  const body = Buffer.alloc(random.pick([0, 1, 2, 4, 8, 30]), random.pick([0, 1, 0x41, 0xff]));
  const message = Buffer.concat([Buffer.alloc(5), body]);
  message.write(random.pick(KINDS.split('').filter((kind) => kind !== 'd')), 0, 'latin1');
  message.writeUInt32BE(4 + body.length, 1);
  return message;
}
