/** Captures of a machine that has none. */
import { AppError } from '../../electron/contract/app-error.ts';
import type { CaptureCalls } from '../../electron/engine/capture/capture-desk.ts';

export function fakeCaptures(): CaptureCalls {
  const refuse = () =>
    Promise.reject(new AppError('STORE_CAPTURE_NOT_FOUND', 'There is no saved capture of that name.'));
  return {
    'capture.start': refuse,
    'capture.stop': refuse,
    'capture.pause': refuse,
    'capture.resume': refuse,
    'capture.drop': refuse,
    'capture.status': refuse,
    'capture.list': () => Promise.resolve({ captures: [] }),
    'capture.remove': refuse,
  };
}
