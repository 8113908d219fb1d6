/** What is going on, on stderr: on a terminal the current step redraws its line, in a log each step has one. */
export class ProgressLines {
  readonly #out: NodeJS.WriteStream;
  /** On a terminal: the line that is being redrawn. */
  #open = false;

  constructor(out: NodeJS.WriteStream) {
    this.#out = out;
  }

  /** One line that stays. */
  say(line: string): void {
    this.#erase();
    this.#out.write(`${line}\n`);
  }

  /** Shows a step while the work goes on; the work may update its line. */
  async during<T>(line: string, work: (update: (line: string) => void) => Promise<T>): Promise<T> {
    if (!this.#out.isTTY) this.say(line);
    else this.#redraw(line);
    try {
      return await work((next) => {
        if (this.#out.isTTY) this.#redraw(next);
      });
    } finally {
      this.#erase();
    }
  }

  #redraw(line: string): void {
    this.#erase();
    this.#out.write(line);
    this.#open = true;
  }

  #erase(): void {
    if (this.#open) this.#out.write('\r\u001b[K');
    this.#open = false;
  }
}
