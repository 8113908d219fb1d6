import { AppError } from '../contract/app-error.ts';

/** One name and the comma after it: quoted with doubled quotes inside, or anything without commas and quotes. */
const ITEM = /\s*(?:"((?:[^"]|"")*)"|([^",]+?))\s*(,|$)/y;

/**
 * Parses `a,b,"c,d"`: names between commas, taken as they are written; double quotes around one that has a comma, a
 * quote or a space at its end.
 * @throws AppError `CONFIG_USAGE`, naming the option
 */
export function parseNameList(text: string, option: string): string[] {
  const names: string[] = [];
  let at = 0;
  for (;;) {
    ITEM.lastIndex = at;
    const found = ITEM.exec(text);
    const name = found?.[1]?.replaceAll('""', '"') ?? found?.[2];
    if (found === null || name === undefined || name === '') {
      throw new AppError('CONFIG_USAGE', `${option}: "${text}" is not a list of names such as a,b,"c,d"`);
    }
    names.push(name);
    at = ITEM.lastIndex;
    if (found[3] === '') return names;
  }
}
