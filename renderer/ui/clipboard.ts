/**
 * Puts text on the clipboard. The desktop denies the permission that the asynchronous clipboard asks for, so the
 * copy command, which needs none during a click or a key, is the second way.
 * @throws Error when neither works
 */
export async function copyText(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch (refused) {
    if (!copyByCommand(text)) throw new Error('the clipboard cannot be written', { cause: refused });
  }
}

function copyByCommand(text: string): boolean {
  const write = (event: ClipboardEvent) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    event.clipboardData?.setData('text/plain', text);
  };
  document.addEventListener('copy', write, { capture: true, once: true });
  try {
    // Deprecated, and still the only way that is not subject to a permission.
    return document.execCommand('copy');
  } finally {
    document.removeEventListener('copy', write, { capture: true });
  }
}
