import { AppError } from '../contract/app-error.ts';

/**
 * A key that S3 takes, found out before anything is read or sent: a refusal would come when the rows have been read.
 * @param render makes the key, and throws RangeError for one that is too long
 * @throws AppError `DEST_NAME_TOO_LONG`
 */
export function keyThatFits(render: () => string): string {
  try {
    return render();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new AppError('DEST_NAME_TOO_LONG', `key: ${error.message}`, {
      cause: error,
      details: { field: 'key' },
    });
  }
}
