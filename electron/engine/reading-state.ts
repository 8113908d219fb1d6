/** The ranges of a table as they are read, finished and kept: on disk, in memory, and between the core and its adapters. */
import type { Loss } from '../contract/manifest.ts';
import type { PartitionBy } from '../contract/partition.ts';
import type { WrittenObject } from '../contract/run.ts';
import type { WatermarkAsked } from './watermark/watermark-facts.ts';

/** `value`: by `=`; `text`: by the text of the value; `both`; `written`: by the text with the blanks at its end. */
export const PARTITION_COMPARISONS = ['value', 'both', 'text', 'written'] as const;
export type PartitionComparison = (typeof PARTITION_COMPARISONS)[number];

/**
 * The rows of one value of a column, or of a span of time. Texts as Postgres writes them, which it reads again as the same
 * values.
 */
export interface RangePartition {
  /** What the folder of its objects is named after; null for NULL. */
  readonly value: string | null;
  /** The value, or the begin of the span; null for NULL. */
  readonly from: string | null;
  /** The end of the span, which is not in it; null where it is one value. */
  readonly to: string | null;
  /** How a row is known to be of the value; left out in a span, and by programs that knew one way only: by `=`. */
  readonly compared?: PartitionComparison | undefined;
  /** As the server counted them in the snapshot, so that none can be missed. */
  readonly rows: number;
}

/** A part of the rows that is read, written, and where need be read again, as one. */
export interface ReadRange {
  /** From 1, in the order of the scan. */
  readonly number: number;
  /** Blocks from `from`, up to but without `to`; null: up to the end. Null where the range is all rows. */
  readonly blocks: { readonly from: number; readonly to: number | null } | null;
  /** Left out where the job is not partitioned by a column. */
  readonly partition?: RangePartition | undefined;
}

/** A range that is written and safe, and what it takes to remove it again. */
export interface FinishedRange extends ReadRange {
  readonly rows: number;
  /** As Postgres sent them. */
  readonly bytesRead: number;
  /** In the order of the rows; none where there were no rows. */
  readonly objects: readonly WrittenObject[];
  readonly uploads: readonly { readonly key: string; readonly uploadId: string }[];
  /** Numbers of its objects, where they are given out as objects begin. */
  readonly parts: readonly number[];
  /** Values that came out as something else, where the job accepts that. */
  readonly losses: readonly Loss[];
  /** Which snapshot of the run it was read in, from 1. */
  readonly snapshotNumber: number;
  readonly snapshot: string | null;
  readonly lsn: string | null;
}

/** How far the reading of a run is: what another attempt needs to go on. */
export interface ReadingState {
  readonly columns: readonly { readonly name: string; readonly type: string; readonly baseType: string }[];
  /** See `SourcePlan.identity`. */
  readonly identity: string;
  readonly workers: number;
  readonly ranges: readonly ReadRange[];
  /** In the order of the scan. */
  readonly done: readonly FinishedRange[];
  /** Snapshots that were taken. */
  readonly snapshots: number;
  readonly retries: number;
  readonly restarts: number;
  readonly resumes: number;
}

/** What a source keeps to, whatever the job. */
export interface ReadLimits {
  /** Cores of this machine. */
  readonly cores: number;
  /** Bytes of the least range that is worth a query and an object. */
  readonly minRangeBytes: number;
  /** Bytes of a range that it may hurt to read again. */
  readonly maxRangeBytes: number;
  /** Milliseconds that a server may be away while it is read. */
  readonly giveUpMs: number;
  /** Milliseconds without a byte after which the server is asked whether it still sends. */
  readonly silenceMs: number;
}

/** How rows are read. */
export interface ReadOptions {
  /** Connections that read side by side, where the relation can be divided; left out, the source chooses. */
  readonly workers: number | undefined;
  /** The most that it chooses. */
  readonly mostByDefault: number;
  /** It chooses one: the server has more important work. */
  readonly lowPriority: boolean;
  /**
   * All rows are one range: under a key that names one object (`key`), or because what is asked for lies together where an
   * index finds it (`narrowed`). Left out where they may be divided.
   */
  readonly single?: 'key' | 'narrowed' | undefined;
  /** The rows become JSON: `SourceColumn.castsToJson` has to be known. */
  readonly asJson: boolean;
  /** Each value of this column is a range. */
  readonly partitionBy?: PartitionBy | undefined;
  /** Ranges that were planned before, some of which are done; undefined for a new plan. */
  readonly ranges: readonly ReadRange[] | undefined;
  /** Asked in the snapshot, before anything else: narrows what is read. */
  readonly watermark?: WatermarkAsked | undefined;
}
