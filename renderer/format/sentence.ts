/** Makes what a schema says about a field ("must not be empty") stand on its own below it. */
export function asSentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}

/** One text of several sentences, some of which may have their full stop already. */
export function joinSentences(...sentences: readonly string[]): string {
  return sentences.map((sentence) => (/[.!?…]$/.test(sentence) ? sentence : `${sentence}.`)).join(' ');
}
