/** True for an array of which a dimension does not begin at 1: `[0:1]={1,2}`. NULL for an empty one, and for NULL. */
export function oddBounds(expression: string): string {
  return `pg_catalog.array_dims(${expression}) OPERATOR(pg_catalog.~) '[[](?!1:)'`;
}
