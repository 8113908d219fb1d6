/** A whole number as it was typed; undefined for an empty field, NaN for anything that is not one. */
export function wholeNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return /^\d{1,15}$/.test(trimmed) ? Number(trimmed) : Number.NaN;
}
