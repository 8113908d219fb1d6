/** S3's limit for a key, in bytes of UTF-8. */
export const KEY_MAX_BYTES = 1024;

/** A name as part of a key: slashes and control characters become `_`, so that it cannot climb out of its folder. */
export function safeSegment(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is replaced
  const safe = name.replaceAll(/[/\\\u0000-\u001f\u007f]/g, '_');
  return safe === '.' || safe === '..' ? '_' : safe;
}
