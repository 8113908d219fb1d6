import type { WatermarkSpec } from '../../contract/watermark-spec.ts';
import type { Position } from '../../contract/watermark-state.ts';
import { decideRead } from './decide-read.ts';
import { assertMatchesType, scanFromNow } from './scan-bound.ts';
import type { WatermarkFacts, WatermarkPlan } from './watermark-facts.ts';

/**
 * What a run reads, and what it has to find out for the one after it.
 * @throws AppError `CONFIG_INVALID_INPUT` where the options do not go with the column, `SOURCE_WATERMARK_BLOCKED`
 */
export function planWatermark(
  spec: WatermarkSpec,
  position: Position | null,
  facts: WatermarkFacts,
): WatermarkPlan {
  assertMatchesType(spec, facts.kind, facts.type);
  const decision = decideRead(spec, position, facts);
  const remembers =
    spec.mode === 'exact' && decision.pass !== 'backfill' && facts.noXids === undefined && !facts.standby;
  return { decision, writers: remembers ? { from: scanFromNow(spec, position, facts) } : null };
}
