import type { PostgresType, ScalarKind } from './postgres-type.ts';

/** What the types of Postgres are called at one warehouse. */
export interface TypeTable extends Readonly<Record<ScalarKind, string>> {
  /** Undefined for a number with more digits than the warehouse has room for: it is kept as `numeric` is. */
  readonly decimal: (precision: number, scale: number) => string | undefined;
  /** Text of at most so many characters. */
  readonly limited: (length: number) => string;
}

export function typeIn(table: TypeTable, type: PostgresType): string {
  if (type.kind === 'decimal') return table.decimal(type.precision, type.scale) ?? table.numeric;
  if (type.kind === 'varchar' || type.kind === 'char') return table.limited(type.length);
  return table[type.kind];
}

/** `DECIMAL(10, 2)`, up to the 38 digits that most warehouses have room for. */
export function decimalCalled(name: string): TypeTable['decimal'] {
  return (precision, scale) => (precision <= 38 ? `${name}(${precision}, ${scale})` : undefined);
}
