/** A number of an option of the command line. @throws TypeError that names the option and what it takes */
export function wholeNumber(option: string, text: string, min: number, max: number): number {
  const number = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new TypeError(`${option} takes a whole number from ${min} to ${max}`);
}
