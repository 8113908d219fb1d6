/** Which slots of a server the saved captures of this machine read. Pure. */
import type { ConnectionSettings } from '../../contract/connection-profile.ts';
import { ownSlotName, type CaptureSpec } from '../../contract/capture-spec.ts';
import type { SourceRef } from '../../contract/extract-spec.ts';

/** What tells one server from another. Slots belong to the server, whichever of its databases they read. */
export type ServerPlace = Pick<ConnectionSettings, 'host' | 'port'>;

/** @param placeOf undefined for a source that names a connection which is gone */
export function capturedSlots(
  specs: readonly CaptureSpec[],
  server: ServerPlace,
  placeOf: (source: SourceRef) => ServerPlace | undefined,
): ReadonlySet<string> {
  const here = specs.filter(({ source }) => {
    const place = placeOf(source);
    return place?.host === server.host && place.port === server.port;
  });
  return new Set(here.map(({ name, slot }) => slot ?? ownSlotName(name)));
}
