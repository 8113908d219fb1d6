/** The objects of one roll: one for each table that has changes, or several after one another. */
import type { LoggedObject } from '../../contract/capture-log.ts';
import type { CaptureSpec } from '../../contract/capture-spec.ts';
import type { Change, TableShape } from './change.ts';
import type { ChangeOrder, ChangeOrigin } from './encode/change-encoder.ts';
import { captureKey, type KeyMaker } from './key-maker.ts';
import type { OpenObject } from './open-object.ts';
import type { KeyedObject } from './object-upload.ts';
import { isCutDue, isRollDue, type RollLimits } from './roll-decision.ts';

export interface RollWorld {
  readonly spec: Pick<CaptureSpec, 'name' | 'key' | 'format' | 'compression'> & RollLimits;
  readonly keys: KeyMaker;
  readonly open: (shape: TableShape) => OpenObject;
  /** Writes keys down before anything has them. What is noted at one moment goes into one write. */
  readonly note: (keys: readonly string[]) => Promise<void>;
  readonly upload: (object: KeyedObject, noted: Promise<void>) => Promise<LoggedObject>;
  /** True while so many rolls are on their way that another one would only make more small objects. */
  readonly behind: () => boolean;
}

/** The objects of a table in one roll. */
interface Lane {
  object: OpenObject | undefined;
  part: number;
}

export class CaptureRoll {
  readonly #world: RollWorld;
  readonly #startedMs: number;
  /** By schema and name: a table that was made anew goes on in the same row of parts. */
  readonly #lanes = new Map<string, Lane>();
  readonly #byShape = new Map<TableShape, Lane>();
  readonly #keys = new Set<string>();
  readonly #uploads: Promise<LoggedObject>[] = [];
  #recent: { readonly shape: TableShape; readonly lane: Lane } | undefined;
  transactions = 0;

  constructor(world: RollWorld, startedMs: number) {
    this.#world = world;
    this.#startedMs = startedMs;
  }

  /** Objects that are open. */
  *objects(): Generator<OpenObject> {
    for (const { object } of this.#lanes.values()) if (object !== undefined) yield object;
  }

  /** @returns the object, where it is time to look at how large it is */
  add(change: Change, origin: ChangeOrigin, order: ChangeOrder): OpenObject | undefined {
    const { shape } = change;
    const lane = this.#recent?.shape === shape ? this.#recent.lane : this.#laneOf(shape);
    if (lane.object !== undefined && lane.object.shape !== shape) this.#end(lane);
    lane.object ??= this.#world.open(shape);
    const passed = lane.object.add(change, origin, order);
    return passed || lane.object.rows >= this.#world.spec.rollRows ? lane.object : undefined;
  }

  /** Ends the object where it is too large to wait for the end of the transaction. */
  cutIfDue(object: OpenObject): boolean {
    const lane = this.#byShape.get(object.shape);
    if (lane?.object !== object || !isCutDue(object, lane.part + 1, this.#world.spec)) return false;
    this.#end(lane);
    return true;
  }

  /** Ends an object; the next change of its table begins another one. */
  cut(object: OpenObject): void {
    for (const lane of this.#lanes.values()) if (lane.object === object) this.#end(lane);
  }

  isDue(nowMs: number): boolean {
    const { spec, behind } = this.#world;
    const ageMs = nowMs - this.#startedMs;
    return isRollDue(
      { objects: this.objects(), ageMs, cut: this.#uploads.length > 0, behind: behind() },
      spec,
    );
  }

  /** Ends all objects. @returns them, when they are at the destination */
  end(): Promise<readonly LoggedObject[]> {
    for (const lane of this.#lanes.values()) this.#end(lane);
    return Promise.all(this.#uploads);
  }

  /** Gives up what is not on its way. */
  destroy(): void {
    for (const object of this.objects()) void object.destroy();
    this.#lanes.clear();
    this.#byShape.clear();
  }

  #laneOf(shape: TableShape): Lane {
    let lane = this.#byShape.get(shape);
    if (lane === undefined) {
      const { schema, name } = shape.file.table;
      const key = JSON.stringify([schema, name]);
      lane = this.#lanes.get(key) ?? { object: undefined, part: 0 };
      this.#lanes.set(key, lane);
      this.#byShape.set(shape, lane);
    }
    this.#recent = { shape, lane };
    return lane;
  }

  #end(lane: Lane): void {
    const { object } = lane;
    if (object === undefined) return;
    lane.object = undefined;
    const { keys, note, upload } = this.#world;
    let key: string;
    // Names of two tables can come to the same text, where they differ in what a key cannot have.
    do key = captureKey(keys, object.shape.file.table, object.first, object.last, ++lane.part);
    while (this.#keys.has(key.toLowerCase()));
    this.#keys.add(key.toLowerCase());
    const uploading = upload({ key, part: lane.part, object }, note([key]));
    // Whoever waits for the roll hears of a failure.
    void uploading.catch(() => undefined);
    this.#uploads.push(uploading);
  }
}
