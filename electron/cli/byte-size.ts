import { AppError } from '../contract/app-error.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
  tib: 1024 ** 4,
};

/**
 * Parses a number of bytes: `67108864`, `64MiB`, `1.5GB`. KB, MB, GB, TB are powers of 1,000; KiB and so on of 1,024.
 * @throws AppError `CONFIG_USAGE`, naming the option
 */
export function parseByteSize(text: string, option: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = UNITS[found?.[2]?.toLowerCase() ?? '?'];
  const bytes = unit === undefined ? NaN : Math.round(Number(found?.[1]) * unit);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new AppError('CONFIG_USAGE', `${option}: "${text}" is not a size such as 67108864, 64MiB or 1GB`);
}
