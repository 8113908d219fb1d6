import { AppError } from '../contract/app-error.ts';

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000 };

/**
 * Parses a length of time, to milliseconds: `500ms`, `5s`, `30m`, `2h`; `0` needs no unit.
 * @throws AppError `CONFIG_USAGE`, naming the option
 */
export function parseDuration(text: string, option: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(text.trim());
  const unit = UNITS[found?.[2]?.toLowerCase() ?? ''];
  const ms = text.trim() === '0' ? 0 : unit === undefined ? NaN : Math.round(Number(found?.[1]) * unit);
  if (Number.isSafeInteger(ms)) return ms;
  throw new AppError('CONFIG_USAGE', `${option}: "${text}" is not a time such as 500ms, 30s, 5m or 2h`);
}
