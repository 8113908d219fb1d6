/**
 * The guardian of slots on the desktop: notifications, the badge of the app, and a word before the app or the computer
 * goes while a slot of Sluice holds WAL on somebody's server.
 */
import { app, dialog, powerMonitor } from 'electron';
import type { Engine, HeldSlot } from '../engine/engine-api.ts';
import type { Log } from '../engine/ports.ts';
import type { AppBadge } from './app-badge.ts';
import type { Closing } from './closing.ts';
import type { Notify } from './notify.ts';
import { walScreen } from './screen-address.ts';

export interface SlotGuardDeps {
  readonly engine: Pick<Engine, 'slots' | 'subscribe'>;
  readonly closing: Pick<Closing, 'unasked' | 'stay'>;
  readonly badge: AppBadge;
  readonly notify: Notify;
  readonly showWindow: () => void;
  readonly log: Log;
}

const STAY = 'Stay';
const QUIT_ANYWAY = 'Quit anyway';

export function guardSlots({ engine, closing, badge, notify, showWindow, log }: SlotGuardDeps): void {
  const inDanger = new Set<string>();
  engine.subscribe((event) => {
    if (event.type === 'walNotice') {
      const { connectionId, title, body } = event.notice;
      notify(title, body, walScreen(connectionId));
    }
    if (event.type !== 'wal') return;
    if (event.verdict.level === 'danger') inDanger.add(event.verdict.connectionId);
    else inDanger.delete(event.verdict.connectionId);
    badge.set('slots', inDanger.size);
  });

  powerMonitor.on('suspend', () => {
    const held = engine.slots.held();
    if (held.length > 0) notify('A slot is not read while this computer sleeps', heldText(held));
    engine.slots.aboutToSleep().catch((error: unknown) => log.error(`before sleep: ${String(error)}`));
  });
  powerMonitor.on('resume', () => engine.slots.awake());

  askBeforeQuit({ engine, closing, showWindow, log });
}

function askBeforeQuit({ engine, closing, showWindow, log }: Omit<SlotGuardDeps, 'badge' | 'notify'>): void {
  let agreed = false;
  let asking = false;
  app.on('before-quit', (event) => {
    const held = engine.slots.held();
    // Two questions at once would be one too many: this one comes when the other has been answered.
    if (agreed || closing.unasked || held.length === 0 || event.defaultPrevented) return;
    event.preventDefault();
    closing.stay();
    if (asking) return;
    asking = true;
    const leave = async () => {
      agreed = await wantsToQuit(held);
      if (agreed) app.quit();
      // Where the last window had been closed already, there would be nothing left to stay in.
      else showWindow();
    };
    leave()
      .catch((error: unknown) => log.error(`before quitting: ${String(error)}`))
      .finally(() => {
        asking = false;
      });
  });
}

async function wantsToQuit(held: readonly HeldSlot[]): Promise<boolean> {
  const { response } = await dialog.showMessageBox({
    type: 'warning',
    message:
      held.length === 1 ? 'A slot of Sluice holds WAL' : `${String(held.length)} slots of Sluice hold WAL`,
    detail: `${heldText(held)}\n\nNobody reads it while Sluice is closed, and the server keeps all WAL from there on, until its limit is reached or its disk is full. Where Sluice will not be back soon, drop the slot on the WAL screen first.`,
    buttons: [STAY, QUIT_ANYWAY],
    defaultId: 0,
    cancelId: 0,
    noLink: true,
  });
  return response === 1;
}

function heldText(held: readonly HeldSlot[]): string {
  return held.map(({ text }) => `${text}.`).join('\n');
}
