import { captureExtension, renderCaptureKey } from '../../contract/capture-key.ts';
import type { CapturedTable, CaptureSpec } from '../../contract/capture-spec.ts';
import { keyThatFits } from '../key-that-fits.ts';
import { dateOfTimestamp } from './encode/unix-micros.ts';
import type { ChangeOrigin } from './encode/change-encoder.ts';

/** What all keys of a job are made from. */
export interface KeyMaker {
  readonly spec: Pick<CaptureSpec, 'name' | 'key' | 'format' | 'compression'>;
  readonly database: string;
  readonly prefix: string;
}

/** @throws AppError `DEST_NAME_TOO_LONG` when S3 would not take it */
export function captureKey(
  { spec, database, prefix }: KeyMaker,
  table: CapturedTable,
  first: ChangeOrigin,
  last: ChangeOrigin,
  part: number,
): string {
  return keyThatFits(() =>
    renderCaptureKey(spec.key, prefix, {
      job: spec.name,
      database,
      schema: table.schema,
      table: table.name,
      fromLsn: first.commitLsn,
      toLsn: last.commitLsn,
      at: dateOfTimestamp(first.time),
      part,
      snapshot: first.xid === undefined,
      ext: captureExtension(spec.format, spec.compression),
    }),
  );
}
