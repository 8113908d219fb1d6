/** What the profile book needs from the disk: two lists, read whole and changed in one step. */
import type { z } from 'zod';
import { connectionProfileSchema } from '../../contract/connection-profile.ts';
import { destinationProfileSchema } from '../../contract/destination-profile.ts';
import { instantSchema } from '../../contract/fields.ts';

/** When the profile was removed; absent while it is not. Kept until the next start, so that it can be brought back. */
const removedAt = instantSchema.optional();

export const storedConnectionSchema = connectionProfileSchema.extend({ removedAt });
export type StoredConnection = z.infer<typeof storedConnectionSchema>;

export const storedDestinationSchema = destinationProfileSchema.extend({ removedAt });
export type StoredDestination = z.infer<typeof storedDestinationSchema>;

/** All profiles, the removed ones included, in the order in which they were made. */
export interface ProfileLists {
  readonly connections: readonly StoredConnection[];
  readonly destinations: readonly StoredDestination[];
}

export const NO_PROFILES: ProfileLists = { connections: [], destinations: [] };

/** Where profiles are kept. Other processes share it, so nothing is held in memory between two calls. */
export interface ProfileStore {
  /** @throws AppError `STORE_CORRUPT` or `STORE_VERSION_NEWER` */
  read(): ProfileLists;
  /**
   * Reads, lets `change` decide, and writes; no other process writes in between. An error thrown by `change` leaves
   * the file as it was.
   * @throws AppError of the STORE_ family
   */
  update(change: (lists: ProfileLists) => ProfileLists): Promise<void>;
  /** Calls the listener when another process has changed the profiles. Returns a function that ends it. */
  watch(listener: () => void): () => void;
}
