/** Makes what a schema says about a field ("must not be empty") stand on its own below it. */
export function asSentence(message: string): string {
  return message.charAt(0).toUpperCase() + message.slice(1);
}
