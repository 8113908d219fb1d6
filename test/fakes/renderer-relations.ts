/** A believable database for tests of the renderer: every kind of relation, long names, wide tables, many of them. */
import type { PreviewCell } from '../../electron/contract/preview.ts';
import type { Column, Relation, RelationKind } from '../../electron/contract/relation.ts';

/** A relation with rows that are made when they are looked at. */
export interface FakeRelation {
  readonly relation: Relation;
  readonly columns: readonly Column[];
  readonly rows: number;
  readonly cell: (row: number, column: number) => string | null;
}

/** Characters of a value that a page carries; small, so that tests see cut values. */
const CUT = 2_000;

export function previewCell(value: string | null): PreviewCell {
  return value === null || value.length <= CUT ? value : { cut: value.slice(0, CUT), length: value.length };
}

const STATUSES = ['Backordered', 'Shipped', 'Open', 'Cancelled', 'Returned'];
const ORDERS: readonly (readonly [string, string, string])[] = [
  ['1', 'Backordered', '2020-06-01 12:00:00'],
  ['1', 'Shipped', '2020-06-09 12:00:25'],
  ['2', 'Shipped', '2020-07-11 03:05:00'],
  ['1', 'Shipped', '2020-06-09 11:50:00'],
  ['3', 'Shipped', '2020-07-12 12:00:00'],
];

/** What types are as a watermark. */
const KINDS: Readonly<Record<string, Column['watermark']>> = {
  'timestamp with time zone': 'instant',
  'timestamp without time zone': 'local',
  date: 'date',
  bigint: 'integer',
  integer: 'integer',
  numeric: 'numeric',
  uuid: 'uuid',
  text: 'text',
  'character varying': 'text',
};

const ORDER_COLUMNS = [
  column('OrderId', 'integer', { keyPosition: 1, nullable: false }),
  column('OrderStatus', 'character varying(30)'),
  column('LastUpdated', 'timestamp without time zone', { default: 'now()' }),
];

const HISTORY_COLUMNS = [
  column('id', 'bigint', { keyPosition: 1, nullable: false, default: "nextval('orders_history_id_seq')" }),
  column('order_id', 'integer', { nullable: false }),
  column('status', 'text', { comment: 'As the shop calls it' }),
  column('note', 'text'),
  column('amount', 'numeric(12,2)'),
  column('payload', 'jsonb'),
  column('tags', 'text[]'),
  column('gross', 'numeric', { generated: true, default: '(amount * 1.19)' }),
  column('changed_at', 'timestamp with time zone'),
  column('changed_by', 'character varying(80)'),
];

/** @param extra tables besides the special ones */
export function fakeRelations(extra: number): readonly FakeRelation[] {
  return [
    orders(),
    history('public', 'orders_history', 1_000_000),
    history('public', 'orders_view', 1_000_000, { kind: 'view', estimate: null, bytes: null }),
    history('public', 'orders_per_day', 2_400, { kind: 'materialized' }),
    history('public', 'overestimated', 3_210, { estimate: 500_000 }),
    history('legacy', 'remote_orders', 900, { kind: 'foreign', estimate: null, bytes: null }),
    history('legacy', 'secret_salaries', 100, { readable: false }),
    history('public', 'events', 4_800_000, { kind: 'partitioned' }),
    ...Array.from({ length: 24 }, (_, index) =>
      history('public', `events_2024_${String(index + 1).padStart(2, '0')}`, 200_000, {
        partitionOf: 'public.events',
      }),
    ),
    history('public', 'a_very_long_table_name_that_goes_on_up_to_the_sixty_three_bytes', 12),
    history('public', 'nothing_in_here', 0, { estimate: 0 }),
    wide(),
    lossy(),
    ...Array.from({ length: extra }, (_, index) =>
      history(`schema_${index % 12}`, `table_${String(index).padStart(4, '0')}`, index * 37),
    ),
  ];
}

function orders(): FakeRelation {
  return {
    relation: relation('public', 'Orders', 'table', {
      estimatedRows: 5,
      bytes: 16_384,
      comment: 'The sample table',
    }),
    columns: ORDER_COLUMNS,
    rows: ORDERS.length,
    cell: (row, index) => ORDERS[row]?.[index] ?? null,
  };
}

interface HistoryOptions {
  readonly kind?: RelationKind;
  readonly estimate?: number | null;
  readonly bytes?: number | null;
  readonly readable?: boolean;
  readonly partitionOf?: string;
}

function history(schema: string, name: string, rows: number, options: HistoryOptions = {}): FakeRelation {
  return {
    relation: relation(schema, name, options.kind ?? 'table', {
      estimatedRows: options.estimate === undefined ? rows : options.estimate,
      bytes: options.bytes === undefined ? rows * 142 : options.bytes,
      readable: options.readable ?? true,
      partitionOf: options.partitionOf ?? null,
    }),
    columns: HISTORY_COLUMNS,
    rows,
    cell: historyCell,
  };
}

function historyCell(row: number, index: number): string | null {
  const status = STATUSES[row % STATUSES.length] ?? '';
  switch (index) {
    case 0:
      return String(9_007_199_254_000_000 + row);
    case 1:
      return String((row * 7_919) % 100_000);
    case 2:
      return status;
    case 3:
      return noteOf(row);
    case 4:
      return row % 11 === 0 ? null : ((row % 90_000) / 100 + 0.05).toFixed(2);
    case 5:
      return `{"status":"${status}","lines":[{"sku":"A-${row}","n":${row % 9}},{"sku":"B","n":1}],"big":${'9'.repeat(20)}}`;
    case 6:
      return row % 5 === 0 ? '{}' : `{red,"with, comma","",NULL,row ${row}}`;
    case 7:
      return (((row % 90_000) / 100) * 1.19).toFixed(4);
    case 8:
      return `2024-0${(row % 9) + 1}-1${row % 10} 0${row % 10}:15:00.123456+00`;
    default:
      return row % 3 === 0 ? null : `user${row % 40}@example.com`;
  }
}

function noteOf(row: number): string | null {
  if (row % 4 === 0) return null;
  if (row % 4 === 1) return '';
  if (row % 25 === 2)
    return `A long note. ${'The parcel was seen in the depot, and then it was not. '.repeat(80)}`;
  return row % 6 === 3 ? 'first line\nsecond line\twith a tab and a "quote"' : `note ${row}`;
}

/** Types that lose something in one format or another. */
function lossy(): FakeRelation {
  const columns = [
    column('id', 'bigint', { keyPosition: 1, nullable: false }),
    column('price', 'numeric(12,2)'),
    column('anything', 'numeric'),
    column('seen_at', 'timestamp with time zone'),
    column('born', 'date'),
    column('opens', 'time without time zone'),
    column('matrix', 'integer[]'),
    column('a_column_whose_name_is_as_long_as_postgres_lets_a_name_be_63_by', 'character varying(255)'),
    column('span', 'tstzrange'),
    column('payload', 'jsonb'),
  ];
  return {
    relation: relation('public', 'lossy_types', 'table', { estimatedRows: 5_000, bytes: 900_000 }),
    columns,
    rows: 5_000,
    cell: (row, index) => (index === 0 ? String(row) : null),
  };
}

function wide(): FakeRelation {
  const columns = Array.from({ length: 300 }, (_, index) =>
    column(`measure_${index}_of_the_wide_table`, index % 3 === 0 ? 'double precision' : 'text'),
  );
  return {
    relation: relation('public', 'wide_measures', 'table', { estimatedRows: 50_000, bytes: 98_000_000 }),
    columns,
    rows: 50_000,
    cell: (row, index) => (index % 3 === 0 ? (row * 1.5 + index).toFixed(3) : `r${row}c${index}`),
  };
}

function relation(schema: string, name: string, kind: RelationKind, rest: Partial<Relation>): Relation {
  return {
    schema,
    name,
    kind,
    estimatedRows: null,
    bytes: null,
    readable: true,
    partitionOf: null,
    comment: null,
    ...rest,
  };
}

function column(name: string, type: string, rest: Partial<Column> = {}): Column {
  return {
    name,
    type,
    nullable: true,
    keyPosition: null,
    default: null,
    generated: false,
    comment: null,
    readable: true,
    indexed: rest.keyPosition === 1 || name === 'changed_at',
    watermark: KINDS[type.replace(/\(.*/, '')] ?? null,
    ...rest,
  };
}
