import { AppError } from '../../contract/app-error.ts';

/** For `.catch`: translates what the file system says. */
export function toFolderError(doing: string): (error: unknown) => never {
  return (error) => {
    if (error instanceof AppError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (code === 'EEXIST') {
      throw new AppError('DEST_OBJECT_EXISTS', `${capital(doing)}: there is a file with this name already.`, {
        cause: error,
      });
    }
    if (code === 'ENAMETOOLONG') {
      throw new AppError(
        'DEST_NAME_TOO_LONG',
        `${capital(doing)}: a name in it, or the whole path, is longer than this file system takes.`,
        { cause: error },
      );
    }
    throw new AppError('DEST_FOLDER_NOT_WRITABLE', `${capital(doing)}: ${reason(code, error)}`, {
      cause: error,
      details: { systemCode: code },
    });
  };
}

function reason(code: string, error: unknown): string {
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'writing is not allowed there.';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'no space is left.';
    case 'ENOTDIR':
      return 'a part of the path is a file.';
    default:
      return error instanceof Error ? error.message : String(error);
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
