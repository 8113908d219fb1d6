import { AppError } from '../contract/app-error.ts';

/** Parses the value of an option. @throws AppError `CONFIG_USAGE` unless it is a whole number from `min` to `max` */
export function parseWholeNumber(text: string, option: string, min: number, max: number): number {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (value >= min && value <= max) return value;
  throw new AppError('CONFIG_USAGE', `${option}: "${text}" is not a whole number from ${min} to ${max}`);
}
