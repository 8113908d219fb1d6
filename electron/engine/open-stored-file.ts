/** A JSON file that is read from the disk when it is opened, and written whole when `store` is set. */
export interface StoredFile {
  store: Record<string, unknown>;
}

/**
 * Opens the file `name.json` of a folder, which need not be there. electron-store does it where Electron runs, and its base,
 * conf, everywhere else: both write the same file, so that the desktop, the served page and the command line share it.
 * @throws SyntaxError for a file that is no JSON, and what node:fs throws
 */
export type OpenStoredFile = (folder: string, name: string) => StoredFile;
