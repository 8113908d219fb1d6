/** How wide a text is on a terminal, and texts made safe for one. */

/** Made when it is needed: that takes as long as a fifteenth of a start, and hardly a text needs it. */
let segmenter: Intl.Segmenter | undefined;

function charactersOf(text: string): Iterable<Intl.SegmentData> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  return segmenter.segment(text);
}

/** Takes two columns: East Asian scripts, full-width forms, emoji. */
const WIDE =
  /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}|\p{Emoji_Presentation}|[\u3000-\u303e\uff01-\uff60\uffe0-\uffe6]/u;
const NARROW_ONLY = /^[\u0020-\u02ff]*$/;

/** Columns that the text takes. */
export function textWidth(text: string): number {
  if (NARROW_ONLY.test(text)) return text.length;
  let width = 0;
  for (const { segment } of charactersOf(text)) width += WIDE.test(segment) ? 2 : 1;
  return width;
}

/** The text in at most `width` columns, with an ellipsis where something was cut. */
export function cutToWidth(text: string, width: number): string {
  if (textWidth(text) <= width) return text;
  let cut = '';
  let used = 0;
  for (const { segment } of charactersOf(text)) {
    const own = WIDE.test(segment) ? 2 : 1;
    if (used + own > width - 1) break;
    cut += segment;
    used += own;
  }
  return `${cut}…`;
}

const NAMED: Readonly<Record<string, string>> = {
  '\n': String.raw`\n`,
  '\r': String.raw`\r`,
  '\t': String.raw`\t`,
};

/** Control characters, and the marks that turn the direction of writing: both can make a line lie. */
// oxlint-disable-next-line no-control-regex -- control characters are what is replaced
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/**
 * Control characters as escapes. A value of the database must not be able to move the cursor, change the title or
 * write into the clipboard of the terminal that shows it.
 */
export function withoutControls(text: string): string {
  return text.replaceAll(CONTROLS, (character) => {
    const code = character.charCodeAt(0).toString(16).padStart(4, '0');
    return NAMED[character] ?? `\\u${code}`;
  });
}
