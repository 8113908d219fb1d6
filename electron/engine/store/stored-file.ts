import Conf from 'conf';
import type { OpenStoredFile } from '../open-stored-file.ts';
import { FILE_MODE } from './write-file.ts';

/** The one for all who are not Electron. */
export const openConf: OpenStoredFile = (folder, name) =>
  new Conf<Record<string, unknown>>({ cwd: folder, configName: name, configFileMode: FILE_MODE });
