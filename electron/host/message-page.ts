/** The pages that the server writes itself: one sentence on what is wrong and one on what to do. */

export interface MessagePage {
  readonly title: string;
  readonly text: string;
  /** Go to this path at once. */
  readonly goTo?: string;
}

/** The answer to a browser that has no session, or a link that was used. */
export const LINK_NEEDED: MessagePage = {
  title: 'This link does not open Sluice',
  text:
    'A link to Sluice works once, and only while the server that printed it is running. ' +
    'Look in the terminal for the newest link, or start Sluice again ("sluice serve") to get one.',
};

/** An HTML page without script; the texts are ours, and are escaped all the same. */
export function messagePage(page: MessagePage): string {
  const refresh =
    page.goTo === undefined ? '' : `<meta http-equiv="refresh" content="0;url=${escape(page.goTo)}">`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
${refresh}
<title>${escape(page.title)}</title>
<style>
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 36rem; margin: 15vh auto; padding: 0 1.5rem; }
</style>
<h1>${escape(page.title)}</h1>
<p>${escape(page.text)}</p>
</html>
`;
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
