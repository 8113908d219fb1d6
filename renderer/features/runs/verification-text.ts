/** What a verification says, and where its manifest lies. */
import type { Verification } from '../../../electron/contract/verification.ts';
import { formatBytes } from '../../format/bytes.ts';
import { countOf } from '../../format/counts.ts';

/** The key of a manifest at its destination, from its address; that of a folder is counted from the folder. */
export function manifestKeyOf(uri: string): string {
  if (uri.startsWith('s3://')) return uri.slice(uri.indexOf('/', 's3://'.length) + 1);
  return uri.slice(uri.lastIndexOf('_sluice/runs/'));
}

/**
 * One sentence.
 * @param expectedRows rows that the manifest says
 */
export function verificationText(
  { objects, rows, bytes, proved }: Verification,
  expectedRows: number,
): string {
  const wrong = objects.filter(({ problem }) => problem !== null).length;
  if (proved) {
    const what = objects.length === 1 ? 'The object is' : `All ${countOf(objects.length, 'object')} are`;
    return `${what} as the manifest says: ${countOf(rows, 'row')}, ${formatBytes(bytes)}.`;
  }
  if (wrong > 0) {
    return `${wrong} of ${countOf(objects.length, 'object')} ${wrong === 1 ? 'is' : 'are'} not as the manifest says.`;
  }
  return `The objects have ${countOf(rows, 'row')}, the manifest says ${countOf(expectedRows, 'row')}.`;
}
