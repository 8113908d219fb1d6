import { Notification } from 'electron';

/** Shows a notice of the system. A click on it opens the window, at the screen where one is named. */
export type Notify = (title: string, body: string, screen?: string) => void;

/** @param open shows the window, at a screen */
export function systemNotices(open: (screen?: string) => void): Notify {
  // One that nobody holds can be collected, and its click is lost with it. https://github.com/electron/electron/issues/12690
  const shown = new Set<Notification>();
  return (title, body, screen) => {
    if (!Notification.isSupported()) return;
    const notification = new Notification({ title, body });
    shown.add(notification);
    notification.on('close', () => shown.delete(notification));
    notification.on('click', () => {
      shown.delete(notification);
      open(screen);
    });
    notification.show();
  };
}
