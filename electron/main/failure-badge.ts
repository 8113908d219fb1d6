/** The mark on the app's icon: runs that failed since the window was last looked at. */
import { app } from 'electron';
import { needsAttention } from '../contract/run.ts';
import type { AppBadge } from './app-badge.ts';
import type { Engine } from '../engine/engine-api.ts';

/** Marks the icon from now on, where the system can (macOS, and Linux with Unity's launcher). */
export function badgeFailures(engine: Pick<Engine, 'subscribe'>, badge: AppBadge): void {
  const failed = new Set<string>();
  const show = () => badge.set('runs', failed.size);
  engine.subscribe((event) => {
    if (event.type !== 'run') return;
    if (needsAttention(event.run.state)) failed.add(event.run.id);
    else failed.delete(event.run.id);
    show();
  });
  app.on('browser-window-focus', () => {
    failed.clear();
    show();
  });
}
