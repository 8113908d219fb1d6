import { describe, expect, it } from 'vitest';
import { moved } from '../../renderer/ui/grid-keys.ts';
import { GridSelection } from '../../renderer/ui/grid-selection.ts';

const bounds = { pageRows: 20, lastRow: 999, lastColumn: 5 };
const key = (name: string, far = false) => ({ key: name, ctrlKey: far, metaKey: false });

describe('keys', () => {
  it.each([
    ['ArrowDown', false, { row: 11, column: 2 }],
    ['ArrowUp', false, { row: 9, column: 2 }],
    ['ArrowLeft', false, { row: 10, column: 1 }],
    ['ArrowRight', true, { row: 10, column: 5 }],
    ['PageDown', false, { row: 30, column: 2 }],
    ['PageUp', false, { row: 0, column: 2 }],
    ['Home', false, { row: 10, column: 0 }],
    ['Home', true, { row: 0, column: 0 }],
    ['End', false, { row: 10, column: 5 }],
    ['End', true, { row: 999, column: 5 }],
  ])('%s (far: %s) leads to %o', (name, far, expected) => {
    expect(moved({ row: 10, column: 2 }, key(name, far), bounds)).toEqual(expected);
  });

  it('stay within the grid', () => {
    expect(moved({ row: 0, column: 0 }, key('ArrowUp'), bounds)).toEqual({ row: 0, column: 0 });
    expect(moved({ row: 999, column: 5 }, key('PageDown'), bounds)).toEqual({ row: 999, column: 5 });
  });

  it('that lead nowhere are left to others', () => {
    expect(moved({ row: 0, column: 0 }, key('a'), bounds)).toBeUndefined();
  });
});

describe('selection', () => {
  it('of one cell selects no rows', () => {
    const selection = new GridSelection();
    selection.toCell({ row: 3, column: 1 });
    expect(selection.rows).toBeUndefined();
    expect(selection.hasRow(3)).toBe(false);
  });

  it('extends from where it began, in both directions', () => {
    const selection = new GridSelection();
    selection.toCell({ row: 5, column: 1 });
    selection.extendTo({ row: 8, column: 1 });
    expect(selection.rows).toEqual({ first: 5, end: 9 });
    selection.extendTo({ row: 2, column: 1 });
    expect(selection.rows).toEqual({ first: 2, end: 6 });
    expect(selection.hasRow(2)).toBe(true);
    expect(selection.hasRow(6)).toBe(false);
  });

  it('shrinks with the rows that there turn out to be', () => {
    const selection = new GridSelection();
    selection.toRow(90);
    selection.extendTo({ row: 99, column: 0 });
    selection.clampTo(50);
    expect(selection.active).toEqual({ row: 49, column: 0 });
    expect(selection.rows).toEqual({ first: 49, end: 50 });
    selection.clampTo(0);
    expect(selection.active).toBeUndefined();
  });
});
