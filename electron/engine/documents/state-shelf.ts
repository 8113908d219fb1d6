/** A small object as it lies there, and what stands for this version of it. */
export interface StoredState {
  readonly text: string;
  readonly tag: string;
}

/** A tag that no object has: what is written on this condition tells whether conditions are obeyed. */
export const OF_NO_OBJECT = '"of-no-object"';

/** A place for small objects that are replaced on condition: of two who replace the same version, one is too late. */
export interface StateShelf {
  /** True once a write was refused whose condition held: from then on nothing keeps two writers apart here. */
  readonly refusesConditions: boolean;
  /** Undefined where there is none. @throws AppError of the DEST_ family */
  readState(key: string, signal: AbortSignal): Promise<StoredState | undefined>;
  /**
   * Replaces what has this tag; without a tag, writes only where nothing is. Every text must be written once only.
   * @returns the new tag; undefined where somebody else was quicker
   */
  replaceState(
    key: string,
    text: string,
    tag: string | undefined,
    signal: AbortSignal,
  ): Promise<string | undefined>;
}
