/**
 * Which rows the next run takes. A row version is new when the transaction that wrote it was not part of what the last
 * run saw: its id is at or above the floor of that run's snapshot, and not among those whose rows the run saw. Where the
 * server or its history does not allow that, a run falls back to something that cannot skip, and says so.
 */
import { AppError } from '../../contract/app-error.ts';
import { parseAmount, type WatermarkSpec } from '../../contract/watermark-spec.ts';
import type { Position } from '../../contract/watermark-state.ts';
import { capOf, marginOf } from './scan-bound.ts';
import { takesAmount } from './watermark-kind.ts';
import { tableChanges, type TableChanges } from './table-changes.ts';
import type { Bound, ReadDecision, RowCondition, WatermarkFacts } from './watermark-facts.ts';
import { XID_HORIZON, type XidRange } from './xid-ranges.ts';

/** The window of a run that falls back to one, and was given none. */
const DEFAULT_LOOKBACK = '1 hour';

/** @param position where the last run ended; null for the first */
export function decideRead(
  spec: WatermarkSpec,
  position: Position | null,
  facts: WatermarkFacts,
): ReadDecision {
  if (spec.range !== undefined) return backfill(spec, facts);
  const changes = tableChanges(position, facts, position !== null && whyNoIds(position, facts) === undefined);
  // Where nothing is left that the last run knew, the job begins again.
  const from = changes.everything ? null : position;
  const decision = withChanges(spec, facts, decideMode(spec, from, facts), changes);
  return { ...decision, warnings: warningsOf(spec, facts, decision) };
}

function decideMode(spec: WatermarkSpec, position: Position | null, facts: WatermarkFacts): Decided {
  return spec.mode === 'exact' ? decideExact(spec, position, facts) : decidePlain(spec, position, facts);
}

/** Takes the tables whose rows are all new besides; a value that a cap keeps back is kept back there, too. */
function withChanges(
  spec: WatermarkSpec,
  facts: WatermarkFacts,
  decided: Decided,
  { whole, everything, reasons }: TableChanges,
): Decided {
  const { condition } = decided;
  // Where nothing is taken now, the position does not know these tables either, and the next run takes them.
  if (whole.length === 0 || condition === 'nothing') return decided;
  const nulls = spec.nulls === 'include' || !facts.nullable;
  return {
    ...decided,
    condition:
      everything || condition === null
        ? condition
        : { ...condition, whole: { oids: whole, below: condition.below, nulls } },
    promise: reasons.length > 0 && decided.promise === 'exactly-once' ? 'may-repeat' : decided.promise,
    reasons: [...decided.reasons, ...reasons],
  };
}

/** A range that was asked for, whatever is new in it. */
function backfill(spec: WatermarkSpec, facts: WatermarkFacts): ReadDecision {
  const { from, to } = spec.range ?? {};
  return {
    pass: 'backfill',
    condition: {
      ...anyRow(spec, facts),
      lower: from === undefined ? null : atLeast(from),
      below: to ?? null,
      nulls: false,
    },
    promise: 'may-repeat',
    reasons: ['this run reads a range again'],
    assumes: [],
    warnings: [],
  };
}

type Decided = Omit<ReadDecision, 'warnings'>;

function decideExact(spec: WatermarkSpec, position: Position | null, facts: WatermarkFacts): Decided {
  if (facts.noXids !== undefined) return lookback(spec, position, facts, [facts.noXids]);
  if (facts.standby) {
    const reason = 'this is a standby, where the running transactions of the primary are not visible';
    return lookback(spec, position, facts, [reason]);
  }
  if (position === null) return full(spec, facts, 'exactly-once', []);
  const reason = whyNotExact(position, facts);
  if (reason !== undefined) return overlap(spec, position, facts, reason);
  const writers = writersOf(position);
  // Without an index the whole table is read in any case: a bound would save nothing, and could only drop rows.
  const lower = position.scanFrom === null || !facts.indexed ? null : atLeast(position.scanFrom);
  // Of rows below its bound the last run did not write down the writers.
  const unbound = position.scanFrom !== null && lower === null;
  return {
    pass: 'incremental',
    condition: { ...anyRow(spec, facts), lower, writers, nulls: spec.nulls === 'include' },
    promise: unbound ? 'may-repeat' : 'exactly-once',
    reasons: unbound
      ? [
          `no index begins with "${spec.column}" any more, and the last run looked at a part of the values only`,
        ]
      : [],
    assumes: lower === null ? [] : [assumedMargin(spec)],
  };
}

/** The writers whose rows the last run did not see. */
export function writersOf({ floor, seen }: Position): NonNullable<RowCondition['writers']> {
  return { floor: BigInt(floor), seen: rangesOf(seen ?? []) };
}

function whyNotExact(position: Position, facts: WatermarkFacts): string | undefined {
  const reason = whyNoIds(position, facts);
  if (reason !== undefined || position.seen !== null) return reason;
  return position.mode === 'exact'
    ? 'more transactions have written since the oldest running one began than a state keeps'
    : `the last run was made in the mode ${position.mode}`;
}

/** Undefined where the transaction ids of the position still mean what they meant. */
function whyNoIds(position: Position, facts: WatermarkFacts): string | undefined {
  if (position.standby) return 'the last run read from a standby';
  const { systemIdentifier, timeline, database, databaseOid } = position.cluster;
  if (systemIdentifier === null || facts.systemIdentifier === null || facts.timeline === null)
    return 'the user may not read the identity of the cluster, so transaction ids cannot be relied on';
  if (systemIdentifier !== facts.systemIdentifier)
    return `this is another cluster (${facts.systemIdentifier}) than in the last run (${systemIdentifier})`;
  if (timeline !== facts.timeline)
    return `the cluster is on timeline ${facts.timeline}, and was on ${String(timeline)} in the last run: it was restored, or another server took over`;
  if (database !== facts.database) return 'the last run read from another database';
  if (databaseOid !== undefined && databaseOid !== facts.databaseOid)
    return 'the database is another one of the same name than in the last run: it was restored, or is a copy';
  if (BigInt(position.ceiling) > facts.ceiling || BigInt(position.floor) > facts.floor)
    return 'the cluster has gone back to before the last run';
  if (facts.ceiling - BigInt(position.floor) >= XID_HORIZON)
    return 'more than two thousand million transactions have passed since the last run';
  return undefined;
}

/** All rows from the point on where the last run can have missed any. */
function overlap(spec: WatermarkSpec, position: Position, facts: WatermarkFacts, reason: string): Decided {
  if (position.scanFrom === null) return full(spec, facts, 'may-repeat', [reason]);
  return {
    pass: 'incremental',
    condition: { ...anyRow(spec, facts), lower: atLeast(position.scanFrom), nulls: spec.nulls === 'include' },
    promise: 'may-repeat',
    reasons: [reason],
    assumes: [assumedMargin(spec)],
  };
}

function lookback(
  spec: WatermarkSpec,
  position: Position | null,
  facts: WatermarkFacts,
  reasons: readonly string[],
): Decided {
  if (position === null) return full(spec, facts, 'may-repeat-in-window', reasons);
  if (position.watermark === null) return full(spec, facts, 'may-repeat', reasons);
  const window = spec.lookback ?? DEFAULT_LOOKBACK;
  const lower = less(position.watermark, window, facts);
  if (lower === undefined) {
    const why = `a window of "${window}" cannot be taken from values of the type ${facts.type}`;
    return full(spec, facts, 'may-repeat', [...reasons, why]);
  }
  return {
    pass: 'incremental',
    condition: { ...anyRow(spec, facts), lower: { ...lower, strict: false } },
    promise: 'may-repeat-in-window',
    reasons,
    assumes: [`No row commits more than ${window} later than its ${spec.column} says.`],
  };
}

function decidePlain(spec: WatermarkSpec, position: Position | null, facts: WatermarkFacts): Decided {
  switch (spec.mode) {
    case 'exact':
      throw new TypeError('exact mode is decided elsewhere');
    case 'lookback':
      return lookback(spec, position, facts, []);
    case 'greater':
      if (position === null) return full(spec, facts, 'may-skip', []);
      return {
        pass: 'incremental',
        condition: { ...anyRow(spec, facts), lower: above(position.watermark) },
        promise: 'may-skip',
        reasons: [],
        assumes: [],
      };
    case 'cap':
      return capped(spec, position, facts);
  }
}

function capped(spec: WatermarkSpec, position: Position | null, facts: WatermarkFacts): Decided {
  const cap = capOf(spec, facts);
  const first = position === null;
  const promise = { promise: 'exactly-once', assumes: [assumedMargin(spec)] } as const;
  if ('reason' in cap) {
    // Nothing is safe to take; the first pass, which is the only one that takes rows without a value, has to wait.
    if (first) throw new AppError('SOURCE_WATERMARK_BLOCKED', `The first run cannot begin: ${cap.reason}.`);
    return { pass: 'incremental', condition: 'nothing', reasons: [cap.reason], ...promise };
  }
  return {
    pass: first ? 'full' : 'incremental',
    condition: {
      ...anyRow(spec, facts),
      lower: first ? null : above(position.watermark),
      below: cap.value,
      nulls: first && spec.nulls === 'include',
    },
    reasons: [],
    ...promise,
  };
}

/** Every row that the selection has. */
function full(
  spec: WatermarkSpec,
  facts: WatermarkFacts,
  promise: Decided['promise'],
  reasons: readonly string[],
): Decided {
  const all = spec.nulls === 'include' || !facts.nullable;
  // A condition with nothing in it but "has a watermark".
  const condition = all ? null : anyRow(spec, facts);
  return { pass: 'full', condition, promise, reasons, assumes: [] };
}

function anyRow(spec: WatermarkSpec, facts: WatermarkFacts): RowCondition {
  return { column: spec.column, type: facts.type, lower: null, below: null, writers: null, nulls: false };
}

function atLeast(value: string): RowCondition['lower'] {
  return { value, minus: null, strict: false };
}

/** Null where no row had a value yet: then every value is above. */
function above(value: string | null): RowCondition['lower'] {
  return value === null ? null : { value, minus: null, strict: true };
}

/** A value less an amount; undefined where the type does not allow it. */
export function less(value: string, text: string, facts: WatermarkFacts): Bound | undefined {
  const amount = parseAmount(text);
  if (!takesAmount(facts.kind, amount)) return undefined;
  return {
    value,
    minus: amount.kind === 'time' ? { interval: `${amount.ms} milliseconds` } : { digits: amount.digits },
  };
}

function rangesOf(seen: readonly (readonly [string, string])[]): readonly XidRange[] {
  return seen.map(([first, last]) => [BigInt(first), BigInt(last)]);
}

function assumedMargin(spec: WatermarkSpec): string {
  return `No row has a ${spec.column} that is more than ${marginOf(spec)} older than the start of the transaction that wrote it.`;
}

function warningsOf(spec: WatermarkSpec, facts: WatermarkFacts, decided: Decided): readonly string[] {
  const warnings: string[] = [];
  if (!facts.indexed && decided.pass !== 'full')
    warnings.push(`No index begins with "${spec.column}": each run reads the whole table.`);
  const unbound = decided.condition !== 'nothing' && !(decided.condition?.lower ?? false);
  if (facts.indexed && decided.pass !== 'full' && unbound)
    warnings.push(`Nothing bounds the values of "${spec.column}" that are new: the whole table is read.`);
  if (facts.nullable && (spec.nulls === 'skip' || (spec.mode !== 'exact' && decided.pass !== 'full')))
    warnings.push(`Rows without a value in "${spec.column}" are not taken.`);
  return warnings;
}
