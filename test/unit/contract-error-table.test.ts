import { describe, expect, test } from 'vitest';
import { AppError, fromWireError, toWireError, wireErrorSchema } from '../../electron/contract/app-error.ts';
import { ERRORS, ERROR_CODES, EXIT_CANCELLED, exitCodeOf } from '../../electron/contract/error-table.ts';

const EXIT_CODES: Readonly<Record<string, number>> = {
  CONFIG: 2,
  SOURCE: 3,
  DEST: 4,
  SLOT: 5,
  DATA: 6,
  STORE: 7,
  HOST: 2,
  INTERNAL: 1,
};

describe('every code of the table', () => {
  test.each(ERROR_CODES)('%s has the exit code of its family, and a hint that is a sentence', (code) => {
    const family = code.slice(0, code.indexOf('_'));
    expect(exitCodeOf(code)).toBe(EXIT_CODES[family]);
    expect(ERRORS[code].hint).toMatch(/^[A-Z].*[.]$/s);
    expect(['never', 'timed', 'manual']).toContain(ERRORS[code].retry);
  });
});

test('a cancelled run ends with 130, as shells expect of SIGINT', () => {
  expect(EXIT_CANCELLED).toBe(130);
});

describe('an error on its way over a transport', () => {
  test('keeps code, message, hint, details and the messages of its causes', () => {
    const inner = new Error('inner', { cause: new Error('innermost') });
    const error = new AppError('SOURCE_NO_COLUMN', 'No such column.', {
      cause: inner,
      details: { sqlstate: '42703', position: 7, again: false },
    });
    const wire = wireErrorSchema.parse(JSON.parse(JSON.stringify(toWireError(error))));
    expect(wire.causes).toEqual(['inner', 'innermost']);
    expect(wire.hint).toBe(ERRORS.SOURCE_NO_COLUMN.hint);
    const back = fromWireError(wire);
    expect(back).toBeInstanceOf(AppError);
    expect(back).toMatchObject({ code: error.code, message: error.message, details: error.details });
    expect(toWireError(back)).toEqual(wire);
  });

  test('a bug is reported as one', () => {
    expect(toWireError(new TypeError('x is not a function'))).toMatchObject({
      code: 'INTERNAL_INVARIANT',
      message: 'Unexpected: x is not a function',
    });
    expect(toWireError('thrown text')).toMatchObject({ code: 'INTERNAL_INVARIANT' });
  });

  test('causes that go in a circle come to an end', () => {
    const error = new Error('round');
    error.cause = error;
    expect(toWireError(new AppError('INTERNAL_INVARIANT', 'x', { cause: error })).causes.length).toBe(8);
  });
});
