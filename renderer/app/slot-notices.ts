/**
 * The notices of the guardian in a browser. The desktop shows them itself, whatever its windows do. A page shows them
 * beside its screen while it is seen, and through the system while it is not, where that was allowed.
 */
import type { EngineEvent } from '../../electron/contract/events.ts';
import type { WalNotice } from '../../electron/contract/wal-watch.ts';
import type { Client } from '../client/client.ts';
import type { HostKind } from '../client/host.ts';
import { formatRoute } from '../state/route.ts';
import { notifyWarning } from '../ui/notify.ts';

export function showSlotNotices(client: Client, host: HostKind): void {
  if (host !== 'browser') return;
  client.onEvent((event: EngineEvent) => {
    if (event.type === 'walNotice') show(event.notice);
  });
}

function show({ connectionId, title, body }: WalNotice): void {
  // The screen of the slots says the same, and the notice would cover it.
  const seen = !document.hidden && window.location.hash === formatRoute({ screen: 'wal', connectionId });
  if (!seen) notifyWarning(title, body);
  if (!document.hidden || !('Notification' in window) || Notification.permission !== 'granted') return;
  // The tag lets one notice of a connection take the place of the last, also that of another tab.
  const notification = new Notification(title, { body, tag: `sluice ${connectionId}` });
  notification.addEventListener('click', () => window.focus());
}
