/**
 * One text for each floating point number. Postgres and JavaScript both write the fewest digits that come back as the same
 * number, but not always the same ones (1e+15, and halves between two numbers); Parquet has the number and no text at all. So
 * what is compared is this, of either side.
 */
const FLOAT4 = 700;
const FLOAT8 = 701;

export function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** What makes that text of Postgres's, by the id of a type; undefined where texts are compared as they are. */
export function comparableText(typeId: number): ((text: string) => string) | undefined {
  if (typeId === FLOAT8) return (text) => floatText(Number(text));
  if (typeId === FLOAT4) return (text) => floatText(Math.fround(Number(text)));
  return undefined;
}
