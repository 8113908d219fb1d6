import { createHash } from 'node:crypto';

/**
 * What the objects of a capture have as the run that wrote them. The same for all its writers, and in ASCII, because it
 * goes into a header.
 */
export function captureRunId({
  job,
  systemIdentifier,
}: {
  readonly job: string;
  readonly systemIdentifier: string;
}): string {
  const digest = createHash('sha256').update(`${systemIdentifier}\n${job}`).digest('hex');
  return `capture-${digest.slice(0, 16)}`;
}
