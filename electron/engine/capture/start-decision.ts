/**
 * Where a capture begins, or why it must not: from what the server says about the slot and what the checkpoint says about
 * the history. A history that goes on behind a gap would be wrong without a trace, so every doubt refuses. Pure.
 */
import { AppError } from '../../contract/app-error.ts';
import type { CaptureCheckpoint } from '../../contract/capture-log.ts';
import { formatLsn, parseLsn } from '../decode/lsn.ts';
import { describeBytes } from '../wal/describe.ts';
import type { SlotFacts } from './capture-source.ts';

export type StartDecision =
  /** There is no slot, and nothing is durable: a new slot, and its snapshot. */
  | { readonly tag: 'create' }
  /** There is a slot, and nothing is durable: what it has, and snapshots with positions of their own. */
  | { readonly tag: 'adopt'; readonly from: bigint }
  /** On from the checkpoint. */
  | { readonly tag: 'resume'; readonly from: bigint }
  /** What there is of a slot is dropped, and a new one begins with a snapshot of all tables. */
  | { readonly tag: 'renew' }
  | { readonly tag: 'refuse'; readonly error: AppError };

export interface StartQuestion {
  readonly facts: SlotFacts;
  readonly slot: string;
  /** Whether the slot is one that Sluice makes and may drop. */
  readonly ownSlot: boolean;
  readonly checkpoint: CaptureCheckpoint | undefined;
  readonly resnapshot: boolean;
}

export function decideStart(question: StartQuestion): StartDecision {
  const { facts, checkpoint, resnapshot } = question;
  const wrong = wrongSlot(question);
  if (wrong !== undefined) return refuse(wrong);
  const durable = checkpoint === undefined ? 0n : parseLsn(checkpoint.durableLsn);
  const { slot } = facts;
  if (checkpoint === undefined || durable === 0n) {
    if (slot === undefined) return { tag: 'create' };
    if (slot.walStatus !== 'lost') return { tag: 'adopt', from: slot.confirmedFlushLsn };
    return question.ownSlot || resnapshot ? { tag: 'renew' } : refuse(lost(question));
  }
  // Not even a new snapshot mends these: its position could be lower than what is in the log already.
  const foreign = otherServer(question, checkpoint, durable);
  if (foreign !== undefined) return refuse(foreign);
  if (resnapshot) return { tag: 'renew' };
  const refused = otherSlot(question, checkpoint) ?? gone(question, checkpoint, durable);
  return refused === undefined ? { tag: 'resume', from: durable } : refuse(refused);
}

function refuse(error: AppError): StartDecision {
  return { tag: 'refuse', error };
}

/** A slot that this capture could not read, whatever it has. */
function wrongSlot({ facts, slot: name }: StartQuestion): AppError | undefined {
  const { slot, database } = facts;
  if (slot === undefined) return undefined;
  if (slot.plugin !== 'pgoutput') {
    return new AppError(
      'SLOT_REFUSED',
      `The slot "${name}" has the plugin ${slot.plugin}: a capture needs one with pgoutput, or a name that is free.`,
    );
  }
  if (slot.database !== database) {
    return new AppError(
      'SLOT_REFUSED',
      `The slot "${name}" belongs to the database "${slot.database}", and the connection is to "${database}".`,
    );
  }
  return undefined;
}

function otherSlot({ slot }: StartQuestion, checkpoint: CaptureCheckpoint): AppError | undefined {
  if (checkpoint.slot === slot) return undefined;
  return new AppError(
    'SLOT_GAP',
    `The history goes on in the slot "${checkpoint.slot}": the slot "${slot}" does not know where it ends.`,
  );
}

function otherServer(
  { facts }: StartQuestion,
  checkpoint: CaptureCheckpoint,
  durable: bigint,
): AppError | undefined {
  if (checkpoint.systemIdentifier !== facts.systemIdentifier) {
    return new AppError(
      'SLOT_OTHER_SERVER',
      `The history is of the cluster ${checkpoint.systemIdentifier}, and this is ${facts.systemIdentifier}.`,
    );
  }
  if (checkpoint.database !== facts.database) {
    return new AppError(
      'SLOT_OTHER_SERVER',
      `The history is of the database "${checkpoint.database}", and the connection is to "${facts.database}".`,
    );
  }
  if (durable > facts.currentLsn) {
    return new AppError(
      'SLOT_OTHER_SERVER',
      `The history ends at ${formatLsn(durable)}, and the server is only at ${formatLsn(facts.currentLsn)} (timeline ${checkpoint.timeline} then, ${facts.timeline} now): it has lost what was captured.`,
    );
  }
  return otherTimeline(facts, checkpoint, durable);
}

/**
 * A server that was promoted, or restored, before it had all that was captured: it may have written far beyond by now, and
 * none of what it wrote up to the end of the history would ever be read.
 */
function otherTimeline(
  { timeline, leftTimelines }: SlotFacts,
  checkpoint: CaptureCheckpoint,
  durable: bigint,
): AppError | undefined {
  if (timeline === checkpoint.timeline) return undefined;
  const left = leftTimelines.find((each) => each.timeline === checkpoint.timeline);
  if (left !== undefined && durable <= left.at) return undefined;
  const where =
    left === undefined
      ? `of timeline ${checkpoint.timeline}, which timeline ${timeline} of the server does not come from`
      : `of timeline ${checkpoint.timeline} up to ${formatLsn(durable)}, which the server has left at ${formatLsn(left.at)} for timeline ${timeline}`;
  return new AppError('SLOT_OTHER_SERVER', `The history is ${where}: it has lost what was captured.`);
}

function gone(question: StartQuestion, checkpoint: CaptureCheckpoint, durable: bigint): AppError | undefined {
  const { facts, slot: name } = question;
  const { slot } = facts;
  if (slot === undefined) {
    return new AppError(
      'SLOT_MISSING',
      `The slot "${name}" is gone. ${missing(facts, checkpoint, durable, facts.currentLsn)}`,
    );
  }
  if (slot.walStatus === 'lost') return lost(question);
  if (slot.confirmedFlushLsn <= durable) return undefined;
  return new AppError(
    'SLOT_GAP',
    `The slot "${name}" is at ${formatLsn(slot.confirmedFlushLsn)}, ahead of the history. ${missing(facts, checkpoint, durable, slot.confirmedFlushLsn)}`,
  );
}

function lost({ facts, slot, checkpoint }: StartQuestion): AppError {
  const durable = checkpoint === undefined ? 0n : parseLsn(checkpoint.durableLsn);
  const what =
    checkpoint === undefined || durable === 0n
      ? ''
      : ` ${missing(facts, checkpoint, durable, facts.currentLsn)}`;
  return new AppError('SLOT_LOST', `The server has removed WAL that the slot "${slot}" needs.${what}`);
}

/** Which stretch of the history cannot be had, in words. */
function missing(facts: SlotFacts, checkpoint: CaptureCheckpoint, from: bigint, to: bigint): string {
  const since =
    checkpoint.durableCommitAt === null ? '' : `, the last commit of ${checkpoint.durableCommitAt}`;
  if (to <= from) return `The history ends at ${formatLsn(from)}${since}; nothing was written since.`;
  return `The history ends at ${formatLsn(from)}${since}; what was written from there to ${formatLsn(to)} (${describeBytes(Number(to - from))} of WAL of the server ${facts.serverVersion}) is missing.`;
}
