/** The calls that read what captures have written. */
import type { CallHandlers } from '../call-handlers.ts';
import { compactCapture } from '../capture/compact/compact-capture.ts';
import type { Claimant } from '../capture/compact/compaction-claim.ts';
import type { CaptureSource } from '../capture/capture-source.ts';
import { makeCaptureScripts } from '../capture/replay/make-scripts.ts';
import type { CaptureWriter } from '../../contract/capture-log.ts';
import type { DestinationRef, SourceRef } from '../../contract/extract-spec.ts';
import type { Clock, ConnectionAccess, DestinationAccess, ObjectSink } from '../ports.ts';
import type { WalSource } from '../wal/wal-source.ts';
import { verifyCapture } from './verify-capture.ts';

export interface CaptureReadingWorld {
  readonly source: CaptureSource;
  readonly wal: Pick<WalSource, 'openPeek'>;
  readonly sourceAccess: (source: SourceRef) => Promise<ConnectionAccess>;
  readonly destinationAccess: (destination: DestinationRef) => Promise<DestinationAccess>;
  readonly openSink: (access: DestinationAccess) => ObjectSink;
  readonly clock: Clock;
  readonly self: Claimant;
  readonly isAlive: (process: Claimant) => boolean;
}

export function captureReadingCalls(
  world: CaptureReadingWorld,
): Pick<CallHandlers, 'capture.verify' | 'capture.compact' | 'capture.script'> {
  const { source, wal, sourceAccess, destinationAccess, openSink, clock, self, isAlive } = world;
  const isGone = ({ pid, host, processStartedAt: startedAt }: CaptureWriter) =>
    host === self.host && !isAlive({ pid, host, startedAt });
  return {
    'capture.verify': async ({ destination, name: job, source: ref, waitSeconds }, { signal }) => {
      await using sink = openSink(await destinationAccess(destination));
      const access = ref === undefined ? undefined : await sourceAccess(ref);
      const database = access && { source, wal, access, waitSeconds, isGone };
      return await verifyCapture(sink, { job, database }, signal);
    },
    'capture.compact': async ({ destination, name: job, targetBytes, removeAfterHours }, { signal }) => {
      await using sink = openSink(await destinationAccess(destination));
      const claim = { sink, job, clock, self, isAlive };
      return await compactCapture(claim, { targetBytes, removeAfterHours }, signal);
    },
    'capture.script': async ({ destination, name: job, target, table }, { signal }) => {
      const access = await destinationAccess(destination);
      await using sink = openSink(access);
      const settings = access.kind === 's3' ? access.settings : undefined;
      return { scripts: await makeCaptureScripts(sink, { job, target, table, settings }, signal) };
    },
  };
}
