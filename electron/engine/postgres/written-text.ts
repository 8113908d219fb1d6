/**
 * A value as its type writes it, as COPY does; NULL for NULL. A cast to text is not always that: anybody can make one for a type,
 * which leaves something out, and that of bpchar takes away the blanks at the end. A row of NULLs is no NULL.
 * @param value an expression of any type
 */
export function writtenText(value: string): string {
  return `CASE WHEN pg_catalog.num_nulls(${value}) OPERATOR(pg_catalog.=) 0 THEN pg_catalog.format('%s', ${value}) END`;
}
