/**
 * What is to be thought of a slot: the one place where numbers become ok, watch or danger. Pure; the tables of its test
 * are named after what went wrong in other places.
 */
import type { Slot, SlotHealth, WalFinding, WalLevel, WalServer } from '../../contract/wal.ts';
import { describeBytes, describeSeconds } from './describe.ts';
import type { SlotMovement } from './wal-history.ts';

const MB = 1_048_576;
const GB = 1_024 * MB;

/** Where the guardian begins to speak. */
export const THRESHOLDS = {
  /** Share of a limit. */
  watchShare: 0.5,
  dangerShare: 0.9,
  /** Seconds to a limit. */
  watchSeconds: 24 * 3_600,
  dangerSeconds: 3_600,
  /** Bytes that a slot without a limit, and without a consumer, may hold. */
  inactiveBytes: 64 * MB,
  noLimitWatchBytes: GB,
  noLimitDangerBytes: 50 * GB,
  /** A consumer that confirms nothing for so long, while so much is written, has nothing to confirm. */
  idleSeconds: 30,
  idleBytes: 16 * MB,
  /** restart_lsn moves at checkpoints and at the end of transactions: only a long stand is worth a word. */
  stuckSeconds: 60,
  stuckBytes: 256 * MB,
  /** Transactions; the server stops taking writes near two thousand million. */
  watchXminAge: 100_000_000,
  dangerXminAge: 1_000_000_000,
} as const;

export interface Guarded {
  readonly slot: Slot;
  readonly server: WalServer;
  readonly movement: SlotMovement;
  /** Bytes that the disk can still take, where the user has said so. */
  readonly diskLimitBytes: number | undefined;
  /** Whether the server has physical standbys, to which it could fail over. */
  readonly hasStandby: boolean;
}

/** The verdict on one slot. */
export function assessSlot(guarded: Guarded): SlotHealth {
  const limit = nearestLimit(guarded);
  const growth = guarded.movement.growthBytesPerSecond;
  const secondsToLimit = timeTo(limit, guarded.slot.retainedBytes, growth);
  const findings = [
    lost(guarded),
    unreserved(guarded),
    nearLimit(guarded, limit, secondsToLimit),
    noLimit(guarded, limit),
    inactive(guarded),
    idleConsumer(guarded),
    restartStuck(guarded),
    vacuumHeld(guarded),
    noFailover(guarded),
  ].filter((finding) => finding !== undefined);
  return {
    level: highestLevel(findings.map(({ level }) => level)),
    findings: findings.sort((a, b) => RANK[b.level] - RANK[a.level]),
    growthBytesPerSecond: growth,
    limit,
    secondsToLimit,
  };
}

/** The order of the levels. */
export const RANK: Readonly<Record<WalLevel, number>> = { ok: 0, watch: 1, danger: 2 };

export function highestLevel(levels: readonly WalLevel[]): WalLevel {
  return levels.reduce<WalLevel>((highest, level) => (RANK[level] > RANK[highest] ? level : highest), 'ok');
}

/** The user's number counts from now, because it is what the disk can still take. */
function nearestLimit({ slot, server, diskLimitBytes }: Guarded): SlotHealth['limit'] {
  const held = slot.retainedBytes ?? 0;
  const disk =
    diskLimitBytes === undefined ? null : ({ bytes: held + diskLimitBytes, kind: 'disk' } as const);
  const setting =
    server.maxSlotWalKeepBytes === null
      ? null
      : ({ bytes: server.maxSlotWalKeepBytes, kind: 'max_slot_wal_keep_size' } as const);
  if (disk === null || setting === null) return disk ?? setting;
  return disk.bytes < setting.bytes ? disk : setting;
}

function timeTo(limit: SlotHealth['limit'], held: number | null, growth: number | null): number | null {
  if (limit === null || held === null || growth === null || growth <= 0) return null;
  return Math.max(0, limit.bytes - held) / growth;
}

function lost({ slot }: Guarded): WalFinding | undefined {
  if (slot.walStatus !== 'lost' && slot.invalidationReason === null) return undefined;
  const reason = slot.invalidationReason === null ? '' : ` (${slot.invalidationReason})`;
  return {
    code: 'lost',
    level: 'danger',
    text: `The slot is lost${reason}: the server has removed WAL that it needed.`,
    advice:
      'Its consumer can never go on from here, however often it tries. Drop the slot and begin again with a snapshot.',
    sql: dropSql(slot),
  };
}

function unreserved({ slot }: Guarded): WalFinding | undefined {
  if (slot.walStatus !== 'unreserved') return undefined;
  return {
    code: 'unreserved',
    level: 'danger',
    text: 'The slot is past max_slot_wal_keep_size: the next checkpoint can remove WAL that it needs.',
    advice: 'Let the consumer catch up now, or raise the limit before the next checkpoint.',
    sql: "ALTER SYSTEM SET max_slot_wal_keep_size = '…'; SELECT pg_reload_conf();",
  };
}

function nearLimit(
  { slot, movement }: Guarded,
  limit: SlotHealth['limit'],
  seconds: number | null,
): WalFinding | undefined {
  const held = slot.retainedBytes;
  if (limit === null || held === null || isGone(slot)) return undefined;
  const share = limit.bytes === 0 ? 1 : held / limit.bytes;
  // What the disk can still take is counted from now: the share of it that is held means nothing.
  const counted = limit.kind === 'disk' ? 0 : share;
  const level = levelOf([
    [counted >= THRESHOLDS.dangerShare || (seconds ?? Infinity) < THRESHOLDS.dangerSeconds, 'danger'],
    [counted >= THRESHOLDS.watchShare || (seconds ?? Infinity) < THRESHOLDS.watchSeconds, 'watch'],
  ]);
  if (level === 'ok') return undefined;
  const name = limit.kind === 'disk' ? 'the disk' : 'max_slot_wal_keep_size';
  const growth = movement.growthBytesPerSecond ?? 0;
  const when =
    seconds === null
      ? ''
      : ` At ${describeBytes(growth)} a second it is reached in ${describeSeconds(seconds)}.`;
  const outcome =
    limit.kind === 'disk'
      ? 'Then the disk is full and the server stops.'
      : 'Then the server removes the WAL, and the slot is lost.';
  return {
    code: 'nearLimit',
    level,
    text: `It holds ${describeBytes(held)} of WAL; ${name} allows ${describeBytes(limit.bytes)}.${when} ${outcome}`,
    advice: slot.active
      ? 'See why the consumer does not keep up, or raise the limit.'
      : 'Start the consumer, or drop the slot if nobody needs it any more.',
    sql: slot.active ? null : dropSql(slot),
  };
}

/** A slot without a limit fills the disk, and then the server stops. */
function noLimit({ slot, server }: Guarded, limit: SlotHealth['limit']): WalFinding | undefined {
  const held = slot.retainedBytes ?? 0;
  if (limit !== null || server.maxSlotWalKeepBytes !== null) return undefined;
  if (held < THRESHOLDS.noLimitWatchBytes) return undefined;
  return {
    code: 'noLimit',
    level: held >= THRESHOLDS.noLimitDangerBytes ? 'danger' : 'watch',
    text: `It holds ${describeBytes(held)} of WAL, and nothing limits it but the disk.`,
    advice:
      'Set max_slot_wal_keep_size, so that a forgotten slot is lost instead of the server; enter what the disk can take to see how long it lasts.',
    sql: "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();",
  };
}

function inactive({ slot }: Guarded): WalFinding | undefined {
  const held = slot.retainedBytes ?? 0;
  if (slot.active || isGone(slot) || held < THRESHOLDS.inactiveBytes) return undefined;
  const since =
    slot.inactiveSince === null ? '' : ` since ${slot.inactiveSince.slice(0, 16).replace('T', ' ')}`;
  return {
    code: 'inactive',
    level: 'watch',
    text: `Nobody has read from it${since}, and it holds ${describeBytes(held)} of WAL.`,
    advice:
      'A consumer that comes once a day holds a day of WAL: let it confirm more often, or drop the slot if nobody needs it.',
    sql: dropSql(slot),
  };
}

function idleConsumer({ slot, movement }: Guarded): WalFinding | undefined {
  if (!slot.active || slot.type !== 'logical' || movement.flushMoved) return undefined;
  if (movement.seconds < THRESHOLDS.idleSeconds || movement.walBytes < THRESHOLDS.idleBytes) return undefined;
  return {
    code: 'idleConsumer',
    level: 'watch',
    text: `Its consumer is connected and has confirmed nothing for ${describeSeconds(movement.seconds)}, while ${describeBytes(movement.walBytes)} of WAL were written.`,
    advice:
      'Where its tables are idle and others are written, a heartbeat lets it move on; it writes to no table. Where it helps not, the consumer hangs.',
    sql: "SELECT pg_logical_emit_message(true, 'sluice', 'heartbeat');",
  };
}

function restartStuck({ slot, server, movement }: Guarded): WalFinding | undefined {
  const behind = (slot.retainedBytes ?? 0) - (slot.pendingBytes ?? 0);
  if (slot.confirmedFlushLsn === null || movement.restartMoved || !movement.flushMoved) return undefined;
  if (movement.seconds < THRESHOLDS.stuckSeconds || behind < THRESHOLDS.stuckBytes) return undefined;
  const writer = server.oldestWriter;
  const who =
    writer === null
      ? 'A transaction that was open when it began to decode'
      : `A transaction that is open for ${describeSeconds(writer.seconds)} (${writer.pid === 0 ? 'prepared' : `pid ${writer.pid}`})`;
  return {
    code: 'restartStuck',
    level: 'watch',
    text: `Its consumer confirms, and restart_lsn does not follow: ${describeBytes(behind)} of confirmed WAL are held.`,
    advice: `${who} holds it: the server would have to read from its beginning. End it, or wait for its end and a checkpoint.`,
    sql: 'SELECT pid, usename, state, xact_start, query FROM pg_stat_activity WHERE backend_xid IS NOT NULL ORDER BY xact_start;',
  };
}

function vacuumHeld({ slot }: Guarded): WalFinding | undefined {
  const age = slot.catalogXminAge ?? 0;
  if (age < THRESHOLDS.watchXminAge) return undefined;
  return {
    code: 'vacuumHeld',
    level: age >= THRESHOLDS.dangerXminAge ? 'danger' : 'watch',
    text: `Its catalog_xmin is ${Math.floor(age / 1_000_000)} million transactions old: vacuum cannot clean the catalogue, nor freeze it.`,
    advice:
      'Let the consumer catch up, or drop the slot; near two thousand million the server refuses to write.',
    sql: slot.active ? null : dropSql(slot),
  };
}

/** Only a word: it costs nothing today, and a failover loses the slot without one. */
function noFailover({ slot, hasStandby }: Guarded): WalFinding | undefined {
  if (slot.failover !== false || slot.type !== 'logical' || slot.temporary || !hasStandby) return undefined;
  return {
    code: 'noFailover',
    level: 'ok',
    text: 'It is not kept on the standby: after a failover it is gone, and with it all changes that were not read.',
    advice: 'Make it a failover slot, and set sync_replication_slots = on at the standby.',
    sql: `ALTER_REPLICATION_SLOT ${slot.name} (FAILOVER true); -- psql 'dbname=… replication=database'`,
  };
}

function isGone(slot: Slot): boolean {
  return slot.walStatus === 'lost' || slot.invalidationReason !== null;
}

function dropSql(slot: Slot): string {
  return `SELECT pg_drop_replication_slot('${slot.name}');`;
}

function levelOf(rules: readonly (readonly [boolean, WalLevel])[]): WalLevel {
  return rules.find(([applies]) => applies)?.[1] ?? 'ok';
}
