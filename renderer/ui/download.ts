/** Saves text as a file: the browser's download, which the desktop turns into a save dialog. */
export function download(fileName: string, text: string, type = 'application/json'): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has to begin before its address goes away.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
