/** Numbers as they were typed: undefined for an empty field, NaN for anything that is not one. */

export function wholeNumber(text: string): number | undefined {
  return numberOf(text, /^\d{1,15}$/);
}

/** Also with up to three decimals. */
export function decimalNumber(text: string): number | undefined {
  return numberOf(text, /^\d{1,12}(\.\d{1,3})?$/);
}

function numberOf(text: string, pattern: RegExp): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return pattern.test(trimmed) ? Number(trimmed) : Number.NaN;
}
