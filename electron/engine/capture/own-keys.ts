/**
 * Which keys can be those of a capture. A checkpoint and a log lie where others can write: a key that is read there may be anything,
 * and what is removed has to lie in the capture's own place and to look like what the capture writes. Pure.
 */
import type { CaptureKeyField } from '../../contract/capture-key.ts';
import { safeSegment } from '../../contract/key-segment.ts';

/** Where a capture writes its objects. */
export interface CapturePlace {
  readonly prefix: string;
  readonly job: string;
  readonly database: string;
  /** The template of its keys. */
  readonly template: string;
}

const LSN = '[0-9A-F]{16}';
const EXTENSION = '(?:jsonl(?:\\.gz|\\.zst)?|parquet)';

/** True for a key that the capture may have given to an object of its own. */
export function isCaptureKey(key: string, place: CapturePlace): boolean {
  return liesInPlace(key, place.prefix) && patternOf(place).test(key);
}

/**
 * True for a key in this place that has two positions in it, as every key of a capture has: enough where the template is not known
 * and the destination tells by a mark who wrote the object.
 */
export function hasPositions(key: string, { prefix }: Pick<CapturePlace, 'prefix'>): boolean {
  return liesInPlace(key, prefix) && new RegExp(`${LSN}.*${LSN}`).test(key);
}

/** True for a key that a compaction gives to an object which stands for several: see `mergedKey`. */
export function isMergedKey(key: string, { prefix }: Pick<CapturePlace, 'prefix'>): boolean {
  return (
    liesInPlace(key, prefix) &&
    new RegExp(`(?:^|/)${LSN}-${LSN}-merged-[0-9a-f]{8}-\\d+-\\d+\\.${EXTENSION}$`).test(key)
  );
}

/** Under the prefix, and not among what Sluice keeps about its jobs. */
function liesInPlace(key: string, prefix: string): boolean {
  const inside = prefix === '' ? '' : `${prefix}/`;
  if (!key.startsWith(inside)) return false;
  const segments = key.slice(inside.length).split('/');
  return segments[0] !== '_sluice' && !segments.some((segment) => ['', '.', '..'].includes(segment));
}

function patternOf({ prefix, job, database, template }: CapturePlace): RegExp {
  const values: Record<CaptureKeyField, string> = {
    job: RegExp.escape(safeSegment(job)),
    database: RegExp.escape(safeSegment(database)),
    schema: '[^/]*',
    table: '[^/]*',
    date: '[^/]{10}',
    year: '[^/]{4}',
    month: '[^/]{2}',
    day: '[^/]{2}',
    hour: '[^/]{2}',
    from_lsn: LSN,
    to_lsn: LSN,
    part: 's?\\d{5,}',
    ext: EXTENSION,
  };
  const name = template
    .split(/(\{[^{}]*\})/)
    .map((piece) => values[piece.slice(1, -1) as CaptureKeyField] ?? RegExp.escape(piece))
    .join('');
  return new RegExp(`^${prefix === '' ? '' : `${RegExp.escape(prefix)}/`}${name}$`);
}
