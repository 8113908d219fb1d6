import Store from 'electron-store';
import type { OpenStoredFile } from '../engine/open-stored-file.ts';
import { FILE_MODE } from '../engine/store/write-file.ts';

/** Opens the files of the desktop app. Nothing else may import electron-store: outside of Electron it cannot be loaded. */
export const openElectronStore: OpenStoredFile = (folder, name) =>
  new Store<Record<string, unknown>>({ cwd: folder, name, configFileMode: FILE_MODE });
