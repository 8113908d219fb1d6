/** From what a job names to what opens it. */
import path from 'node:path';
import { AppError } from '../contract/app-error.ts';
import type { ExtractSpec } from '../contract/extract-spec.ts';
import type { LentConnections } from './lent-connections.ts';
import type { LentKeys } from './lent-keys.ts';
import type { ConnectionAccess, DestinationAccess } from './ports.ts';
import type { ProfileBook } from './profiles/profile-book.ts';

/** @throws AppError where there is no such profile, here and below */
export async function sourceAccess(
  spec: Pick<ExtractSpec, 'source'>,
  book: ProfileBook,
  lent: LentConnections,
): Promise<ConnectionAccess> {
  if ('profile' in spec.source) {
    return await book.accessOfConnection(book.connectionByName(spec.source.profile).id);
  }
  const { settings } = spec.source;
  return { settings, password: lent.passwordFor(settings) };
}

/** A place in a bucket, or a folder. @throws AppError also `CONFIG_INVALID_INPUT` for a folder that is no whole path */
export async function destinationAccess(
  { destination }: Pick<ExtractSpec, 'destination'>,
  book: ProfileBook,
  keys: LentKeys,
): Promise<DestinationAccess> {
  if ('profile' in destination) {
    return await book.accessOfDestination(book.destinationByName(destination.profile).id);
  }
  if ('folder' in destination) return { kind: 'folder', path: wholePath(destination.folder) };
  return keys.accessTo(destination.s3);
}

/** Whoever wrote the job was in another folder than the program is. */
function wholePath(folder: string): string {
  if (path.isAbsolute(folder)) return folder;
  throw new AppError('CONFIG_INVALID_INPUT', `destination.folder: must be a whole path: ${folder}`, {
    details: { field: 'destination.folder' },
  });
}
