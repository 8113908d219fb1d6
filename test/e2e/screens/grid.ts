/** The rows of a preview, as they stand on the screen. */
import type { Locator, Page } from 'playwright-core';

export interface ShownRow {
  /** The row's number as the grid writes it: `1,234`. */
  readonly number: string;
  readonly cells: readonly ShownCell[];
}

export interface ShownCell {
  readonly text: string;
  readonly look: 'plain' | 'null' | 'empty' | 'loading';
}

export function grid(page: Page): Locator {
  return page.getByRole('grid', { name: 'Rows' });
}

/** From the top. Rows that are drawn beyond the edges, so that scrolling is smooth, are left out. */
export async function shownRows(page: Page): Promise<readonly ShownRow[]> {
  return await grid(page).evaluate((scroller) => {
    const looks = ['plain', 'null', 'empty', 'loading'] as const;
    const header = scroller.querySelector('.grid-header')?.getBoundingClientRect().bottom ?? 0;
    const { bottom } = scroller.getBoundingClientRect();
    return [...scroller.querySelectorAll<HTMLElement>('.grid-row:not([hidden])')]
      .map((row) => ({ row, box: row.getBoundingClientRect() }))
      .filter(({ box }) => box.top >= header - 1 && box.bottom <= bottom + 1)
      .sort((a, b) => a.box.top - b.box.top)
      .map(({ row }) => ({
        number: row.querySelector('.grid-gutter')?.textContent ?? '',
        cells: [...row.querySelectorAll('.grid-cell')].map((cell) => ({
          text: cell.textContent,
          look: looks.find((look) => cell.classList.contains(`is-${look}`)) ?? 'plain',
        })),
      }));
  });
}

/** The texts of the cells alone. */
export async function shownTexts(page: Page): Promise<readonly (readonly string[])[]> {
  return (await shownRows(page)).map(({ cells }) => cells.map(({ text }) => text));
}

/** Drags the scroll bar to a share of its way, from 0 to 1. */
export async function scrollTo(page: Page, share: number): Promise<void> {
  await grid(page).evaluate((scroller, to) => {
    scroller.scrollTop = to * (scroller.scrollHeight - scroller.clientHeight);
  }, share);
}

/** The cell that the keys move from. */
export function activeCell(page: Page): Locator {
  return grid(page).locator('.grid-cell.is-active');
}
