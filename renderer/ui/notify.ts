/** Short messages at the edge of the window, for what has no place of its own on the screen. */
import { notifications } from '@mantine/notifications';
import { joinSentences } from '../format/sentence.ts';
import { appErrorOf, isAbort } from '../state/app-error-of.ts';

export function notifyError(title: string, error: unknown): void {
  if (isAbort(error)) return;
  const { message, hint } = appErrorOf(error);
  notifications.show({ color: 'red', title, message: joinSentences(message, hint), autoClose: 12_000 });
}

export function notifyInfo(message: string): void {
  notifications.show({ message, autoClose: 4_000, withBorder: true });
}

/** Stays until it is closed: it is about something that goes on. */
export function notifyWarning(title: string, message: string): void {
  notifications.show({ id: title, color: 'orange', title, message, autoClose: false, withBorder: true });
}
