/** The schema of a file. https://github.com/apache/parquet-format/blob/master/LogicalTypes.md */
import type { SchemaElement } from 'hyparquet';
import type { ParquetColumn } from './parquet-column.ts';

type Leaf = Omit<SchemaElement, 'name' | 'repetition_type'>;

/** Digits that 32 and 64 bits hold whatever they are. */
const INT32_DIGITS = 9;
const INT64_DIGITS = 18;

/**
 * The schema that goes into the file. Older names of types (`converted_type`) are given besides the newer ones, as the
 * specification asks for, so that older readers find them.
 */
export function parquetSchema(columns: readonly ParquetColumn[]): SchemaElement[] {
  return schemaOf(columns, leafOf);
}

/**
 * The same columns without the meaning of their bytes, for writing the pages: the library would convert every value that
 * has one, and ours are converted already. Decimals are the exception, because their bounds have an order of their own.
 */
export function physicalSchema(columns: readonly ParquetColumn[]): SchemaElement[] {
  return schemaOf(columns, (column) => {
    const leaf = leafOf(column);
    if (column.kind === 'decimal') return leaf;
    const { converted_type: _, logical_type: __, ...physical } = leaf;
    return physical;
  });
}

function schemaOf(columns: readonly ParquetColumn[], leaf: (column: ParquetColumn) => Leaf): SchemaElement[] {
  return [
    { name: 'schema', num_children: columns.length },
    ...columns.flatMap((column): SchemaElement[] => {
      const { name, list } = column;
      if (!list) return [{ name, repetition_type: 'OPTIONAL', ...leaf(column) }];
      return [
        {
          name,
          repetition_type: 'OPTIONAL',
          num_children: 1,
          converted_type: 'LIST',
          logical_type: { type: 'LIST' },
        },
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        { name: 'element', repetition_type: 'OPTIONAL', ...leaf(column) },
      ];
    }),
  ];
}

function leafOf(column: ParquetColumn): Leaf {
  switch (column.kind) {
    case 'boolean':
      return { type: 'BOOLEAN' };
    case 'int2':
    case 'int4':
      return { type: 'INT32' };
    case 'int8':
    case 'oid':
      return { type: 'INT64' };
    case 'float4':
      return { type: 'FLOAT' };
    case 'float8':
    case 'numericDouble':
      return { type: 'DOUBLE' };
    case 'decimal':
      return decimalLeaf(column);
    case 'text':
      return { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
    case 'json':
    case 'jsonb':
      return { type: 'BYTE_ARRAY', converted_type: 'JSON', logical_type: { type: 'JSON' } };
    case 'uuid':
      return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: 16, logical_type: { type: 'UUID' } };
    case 'bytea':
      return { type: 'BYTE_ARRAY' };
    case 'date':
      return { type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
    case 'time':
      return {
        type: 'INT64',
        converted_type: 'TIME_MICROS',
        logical_type: { type: 'TIME', isAdjustedToUTC: false, unit: 'MICROS' },
      };
    case 'timestamp':
    case 'timestamptz':
      return {
        type: 'INT64',
        converted_type: 'TIMESTAMP_MICROS',
        logical_type: {
          type: 'TIMESTAMP',
          isAdjustedToUTC: column.kind === 'timestamptz',
          unit: 'MICROS',
        },
      };
  }
}

function decimalLeaf({ precision, scale }: ParquetColumn): Leaf {
  const decimal: Leaf = {
    converted_type: 'DECIMAL',
    precision,
    scale,
    logical_type: { type: 'DECIMAL', precision, scale },
  };
  if (precision <= INT32_DIGITS) return { type: 'INT32', ...decimal };
  if (precision <= INT64_DIGITS) return { type: 'INT64', ...decimal };
  // The bytes that hold ten to the power of the precision, and a sign.
  const bytes = Math.ceil((precision * Math.log2(10) + 1) / 8);
  return { type: 'FIXED_LEN_BYTE_ARRAY', type_length: bytes, ...decimal };
}
