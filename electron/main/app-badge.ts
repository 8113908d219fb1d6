import { app } from 'electron';

/** The one number on the app's icon: the sum of what several parts of the app have to say. */
export class AppBadge {
  readonly #counts = new Map<string, number>();

  /** @param source the part that says it */
  set(source: string, count: number): void {
    if ((this.#counts.get(source) ?? 0) === count) return;
    this.#counts.set(source, count);
    app.setBadgeCount([...this.#counts.values()].reduce((sum, each) => sum + each, 0));
  }
}
