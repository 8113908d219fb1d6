/** From saved captures, and the profiles that they name, to the slots that they read. */
import { capturedSlots, type ServerPlace } from './capture/captured-slots.ts';
import type { CaptureShelf } from './capture/capture-shelf.ts';
import type { LentConnections } from './lent-connections.ts';
import type { ProfileBook } from './profiles/profile-book.ts';

/** Names of the slots on the server of a connection; none for a connection that is gone. */
export function capturedSlotsOf(
  shelf: Pick<CaptureShelf, 'list'>,
  book: Pick<ProfileBook, 'placeOf'>,
  lent: LentConnections,
): (connectionId: string) => Promise<ReadonlySet<string>> {
  return async (id) => {
    const server: ServerPlace | undefined = lent.byId(id)?.settings ?? book.placeOf({ id });
    if (server === undefined) return new Set();
    const specs = (await shelf.list()).map(({ spec }) => spec);
    return capturedSlots(specs, server, (source) =>
      'settings' in source ? source.settings : book.placeOf({ name: source.profile }),
    );
  };
}
