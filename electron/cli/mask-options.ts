import { AppError } from '../contract/app-error.ts';
import { DATE_PARTS, type ColumnMask, type Mask } from '../contract/mask.ts';
import { parseWholeNumber } from './whole-number.ts';

/** What `--mask` takes, for the help and for messages. */
export const MASK_HELP = 'null, constant:TEXT, sha256, keep-last:N, year, month or day';

/** One name, in double quotes where it has an equals sign or a quote, and the mask behind it. */
const ITEM = /^(?:"((?:[^"]|"")+)"|([^"=][^=]*))=(.*)$/s;

/** Parses `column=mask`, once for each `--mask`. @throws AppError `CONFIG_USAGE` */
export function parseMasks(texts: readonly string[]): ColumnMask[] {
  return texts.map((text) => {
    const [, quoted, plain, mask] = ITEM.exec(text) ?? [];
    const column = quoted?.replaceAll('""', '"') ?? plain;
    // The text of a constant is not repeated in a message: it may be what the mask is to hide.
    if (column === undefined || mask === undefined) {
      throw new AppError('CONFIG_USAGE', `--mask takes column=mask, where mask is ${MASK_HELP}`);
    }
    return { column, mask: parseMask(column, mask) };
  });
}

function parseMask(column: string, text: string): Mask {
  const [kind, rest] = splitAtColon(text);
  const part = DATE_PARTS.find((name) => name === kind);
  if (part !== undefined && rest === undefined) return { kind: 'truncateDate', to: part };
  if (kind === 'null' && rest === undefined) return { kind: 'null' };
  if (kind === 'sha256' && rest === undefined) return { kind: 'sha256' };
  if (kind === 'constant' && rest !== undefined) return { kind: 'constant', text: rest };
  if (kind === 'keep-last' && rest !== undefined) {
    return { kind: 'keepLast', count: parseWholeNumber(rest, '--mask keep-last', 1, 100) };
  }
  throw new AppError('CONFIG_USAGE', `--mask ${column}: it takes ${MASK_HELP}`);
}

function splitAtColon(text: string): [kind: string, rest: string | undefined] {
  const colon = text.indexOf(':');
  return colon === -1 ? [text, undefined] : [text.slice(0, colon), text.slice(colon + 1)];
}
