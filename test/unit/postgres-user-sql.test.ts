/** Where a user's query or condition ends. */
import { describe, expect, test } from 'vitest';
import { AppError } from '../../electron/contract/app-error.ts';
import { oneCondition, oneQuery } from '../../electron/engine/postgres/user-sql.ts';

describe('E11: a query loses what stands behind it, and nothing else', () => {
  test.each([
    ['select 1; -- done', 'select 1'],
    ['select 1 -- done', 'select 1'],
    ['select 1 /* a /* nested; */ one */ ; ;\n--x', 'select 1'],
    ["select ';' ; ", "select ';'"],
    ["select '--' -- ;", "select '--'"],
    ['select 1 as "a;--b";', 'select 1 as "a;--b"'],
    ['select $$;--$$;', 'select $$;--$$'],
    ['select $a$;$$;$b$ $a$ -- x', 'select $a$;$$;$b$ $a$'],
    [String.raw`select E'\';--';`, String.raw`select E'\';--'`],
    [String.raw`select '\';`, String.raw`select '\'`],
    ["select 'it''s; fine';", "select 'it''s; fine'"],
    ['-- first\nselect 1;', '-- first\nselect 1'],
    ['select a$$ from (select 1 as a$$) as x;', 'select a$$ from (select 1 as a$$) as x'],
    ['select 1 /* no end ;', 'select 1 /* no end ;'],
  ])('%j', (text, query) => {
    expect(oneQuery(text)).toBe(query);
  });

  test.each(['select 1; select 2', 'select 1;; /* x */ select 2;', "select ''; drop table x --"])(
    'two statements are refused: %j',
    (text) => {
      expect(() => oneQuery(text)).toThrow(/^selection\.query: it has more than one statement/);
    },
  );

  test.each(['-- nothing', ' ; ', '/* x */'])('nothing is refused: %j', (text) => {
    expect(() => oneQuery(text)).toThrow(AppError);
  });
});

describe('E11: a filter is one condition', () => {
  test.each([
    ['a > 1 -- note', 'a > 1'],
    ['a > 1;', 'a > 1'],
    ["b = ')' /* ( */", "b = ')'"],
    ['(a > 1) or (b = 2);', '(a > 1) or (b = 2)'],
  ])('%j', (text, condition) => {
    expect(oneCondition(text)).toBe(condition);
  });

  test.each(['a = 1) or (b = 2', '(a = 1', 'a = 1; b = 2'])('%j is refused', (text) => {
    expect(() => oneCondition(text)).toThrow(/^selection\.where: it/);
  });
});
