import { utf8Length } from './utf8-length.ts';

/** S3's limit for a key, in bytes of UTF-8. */
const KEY_MAX_BYTES = 1024;

/** The key itself. @throws RangeError when it is longer than the 1,024 bytes that S3 takes */
export function checkedKey(key: string): string {
  if (utf8Length(key) <= KEY_MAX_BYTES) return key;
  throw new RangeError(`the key would be longer than ${KEY_MAX_BYTES} bytes: ${key.slice(0, 80)}…`);
}

/** A name as part of a key: slashes and control characters become `_`, so that it cannot climb out of its folder. */
export function safeSegment(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is replaced
  const safe = name.replaceAll(/[/\\\u0000-\u001f\u007f]/g, '_');
  return safe === '.' || safe === '..' ? '_' : safe;
}
