/** What the planner says of a SELECT. It locks what the SELECT would lock, and reads no row. */
import { AppError } from '../../contract/app-error.ts';
import type { Session } from './session.ts';

/** The part of EXPLAIN's answer that is of use here. https://www.postgresql.org/docs/current/sql-explain.html */
export interface PlanNode {
  readonly 'Node Type'?: string;
  readonly 'Plan Rows'?: number;
  readonly 'Total Cost'?: number;
  readonly 'Relation Name'?: string;
  readonly Schema?: string;
  readonly Plans?: readonly PlanNode[];
}

/** @throws AppError `SOURCE_NOT_READ_ONLY` for a plan that writes, or of the SOURCE_ family */
export async function explain(session: Session, select: string): Promise<PlanNode | undefined> {
  const [row] = await session.query<{ 'QUERY PLAN'?: readonly { readonly Plan?: PlanNode }[] }>(
    `EXPLAIN (VERBOSE, FORMAT JSON) ${select}`,
  );
  const plan = row?.['QUERY PLAN']?.[0]?.Plan;
  if (plan !== undefined && writes(plan)) {
    throw new AppError('SOURCE_NOT_READ_ONLY', 'The query writes, and Sluice only reads.');
  }
  return plan;
}

/** Names of the tables that a plan reads, as `schema.name`. Pure. */
export function tablesOf(node: PlanNode): readonly string[] {
  const own = node['Relation Name'] === undefined ? [] : [`${node.Schema ?? ''}.${node['Relation Name']}`];
  return [...own, ...(node.Plans ?? []).flatMap(tablesOf)];
}

/** True where a step of the plan is an INSERT, UPDATE, DELETE or MERGE. */
function writes(node: PlanNode): boolean {
  return node['Node Type'] === 'ModifyTable' || (node.Plans ?? []).some(writes);
}
