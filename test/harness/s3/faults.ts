/**
 * What goes wrong, as data: a test says which request is hit and what happens to it. Rules are JSON, so that a server
 * in its own process can be told the same.
 */
import { PlannedFault } from '../planned-fault.ts';
import type { Operation, S3Request } from './request.ts';

/** Answers with this status and code instead of doing the work. */
export interface StatusFault {
  readonly kind: 'status';
  readonly status: number;
  readonly code: string;
  readonly message?: string;
}

export type FaultAction =
  | StatusFault
  /** Answers with this status and code without taking the body, and closes the connection. */
  | { readonly kind: 'refuse'; readonly status: number; readonly code: string }
  /** Cuts the connection when the headers are here. */
  | { readonly kind: 'resetBeforeBody' }
  /** Cuts the connection halfway through the body: the request's, or the answer's for a GET. */
  | { readonly kind: 'resetMidBody' }
  /** Does the work, then cuts the connection instead of answering: the lost reply. */
  | { readonly kind: 'resetAfterCommit' }
  /** Takes the body and never answers. */
  | { readonly kind: 'hang' }
  /** Does nothing until {@link FaultScript.release}, and then the work, or what is to happen in place of it. */
  | { readonly kind: 'hold'; readonly answer?: StatusFault }
  /** Waits before it does the work. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Takes the body, and does the work after a while, whether or not the client is still there. */
  | { readonly kind: 'commitLater'; readonly ms: number }
  /** Answers 200 with an `<Error>` in the body, as S3 may do when completing an upload. */
  | { readonly kind: 'completeError200'; readonly code?: string }
  /** Stores half of the bytes and answers 200. */
  | { readonly kind: 'truncateStored' }
  /** Does the work, and names another CRC-32 in the answer than the one that was computed. */
  | { readonly kind: 'wrongChecksum' };

export interface FaultRule {
  readonly op: Operation | '*';
  /** The exact key, or a pattern in which `*` stands for any text. Any key where left out. */
  readonly key?: string;
  /** Number of a part. Any where left out. */
  readonly part?: number;
  /** Matching requests that are let through first. */
  readonly after?: number;
  /** Matching requests that are hit; 1 where left out. */
  readonly times?: number | 'always';
  readonly action: FaultAction;
}

interface RuleInForce {
  readonly rule: FaultRule;
  readonly fault: PlannedFault;
  skipped: number;
}

/** The rules in force. Each request is hit by the first rule that matches and is not used up. */
export class FaultScript {
  #rules: RuleInForce[] = [];
  #gate = Promise.withResolvers<void>();

  constructor(rules: readonly FaultRule[] = []) {
    this.add(...rules);
  }

  add(...rules: readonly FaultRule[]): void {
    for (const rule of rules) {
      const fault = new PlannedFault(`at the S3 server ${JSON.stringify(rule)}`);
      this.#rules.push({ rule, fault, skipped: 0 });
    }
  }

  /** How many requests each rule has hit, in the order in which they were added. */
  hits(): readonly number[] {
    return this.#rules.map(({ fault }) => fault.hits);
  }

  /** Lets the requests go that are held, and those that would be. */
  release(): void {
    this.#rules = this.#rules.filter(({ rule }) => rule.action.kind !== 'hold');
    this.#gate.resolve();
    this.#gate = Promise.withResolvers();
  }

  /** Comes back when the requests that are held now are let go. */
  get released(): Promise<void> {
    return this.#gate.promise;
  }

  /** Takes the rules out of force, and lets go what is held. Those that have hit nothing fail their test all the same. */
  clear(): void {
    this.release();
    this.#rules = [];
  }

  /** What happens to this request; it is counted as hit. */
  take(request: S3Request): FaultAction | undefined {
    for (const entry of this.#rules) {
      if (!matches(entry.rule, request)) continue;
      if (entry.skipped < (entry.rule.after ?? 0)) {
        entry.skipped++;
        continue;
      }
      const times = entry.rule.times ?? 1;
      if (times !== 'always' && entry.fault.hits >= times) continue;
      entry.fault.hit();
      return entry.rule.action;
    }
    return undefined;
  }
}

function matches(rule: FaultRule, request: S3Request): boolean {
  if (rule.op !== '*' && rule.op !== request.operation) return false;
  if (rule.part !== undefined && String(rule.part) !== request.query.get('partNumber')) return false;
  return rule.key === undefined || keyMatches(rule.key, request.key);
}

/** True where the key is the text, in which `*` stands for any text. */
export function keyMatches(pattern: string, key: string): boolean {
  const pieces = pattern.split('*').map((piece) => piece.replaceAll(/[\\^$.|?+()[\]{}]/g, String.raw`\$&`));
  return new RegExp(`^${pieces.join('.*')}$`, 's').test(key);
}
