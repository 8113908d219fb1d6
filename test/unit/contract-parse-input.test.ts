import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { AppError } from '../../electron/contract/app-error.ts';
import { sourceRefSchema, destinationRefSchema } from '../../electron/contract/extract-spec.ts';
import { selectionSchema } from '../../electron/contract/selection.ts';
import { parseInput } from '../../electron/contract/parse-input.ts';

function messageOf(schema: z.ZodType, value: unknown): string {
  try {
    parseInput(schema, value);
  } catch (error) {
    return (error as AppError).message;
  }
  throw new Error('was accepted');
}

test('gives the parsed value, with defaults and trimmed', () => {
  expect(parseInput(z.object({ a: z.string().trim(), b: z.number().default(5) }), { a: ' x ' })).toEqual({
    a: 'x',
    b: 5,
  });
});

test('names the field by its path, and says so in the details', () => {
  const schema = z.object({ list: z.array(z.object({ size: z.number() })) });
  expect(() => parseInput(schema, { list: [{ size: 1 }, { size: 'x' }] })).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID_INPUT', details: { field: 'list.1.size' } }),
  );
});

test('a value that is wrong as a whole has no field in front', () => {
  expect(messageOf(z.string(), 5)).toMatch(/^Invalid input/);
});

describe('a union names the field of the branch that was meant', () => {
  test.each([
    ['an empty query', selectionSchema, { query: '' }, /^query: must not be empty/],
    ['a query that is no text', selectionSchema, { query: 5 }, /^query: /],
    ['a table without a name', selectionSchema, { table: {} }, /^table\.name: /],
    ['an empty name of a table', selectionSchema, { table: { name: '' } }, /^table\.name: must not be empty/],
    ['an empty condition', selectionSchema, { table: { name: 'o' }, where: '' }, /^where: must not be empty/],
    [
      'no columns',
      selectionSchema,
      { table: { name: 'o' }, columns: [] },
      /^columns: must name at least one/,
    ],
    ['an empty profile', sourceRefSchema, { profile: '' }, /^profile: must not be empty/],
    ['a port', sourceRefSchema, { settings: { host: 'h', port: 0 } }, /^settings\.port: must be from 1/],
    ['an empty folder', destinationRefSchema, { folder: '' }, /^folder: must not be empty/],
    ['a bucket', destinationRefSchema, { s3: { bucket: 'X' } }, /^s3\.bucket: must be 3 to 63/],
    ['a profile that is no text', destinationRefSchema, { profile: 5 }, /^profile: /],
    ['a field beside the branch', sourceRefSchema, { profile: 'x', port: 1 }, /"port"/],
  ])('%s', (_, schema, value, message) => {
    expect(messageOf(schema, value)).toMatch(message);
  });
});
