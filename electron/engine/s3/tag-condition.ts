/** How an endpoint wants to be given the tag of what is to be replaced. */

/**
 * `quoted`: as the ETag came, as S3 and HTTP have it. `bare`: without its quotes, which Ceph's gateway compares letter by
 * letter. `none`: it refuses every tag, so nothing is asked of it any more.
 */
export type TagForm = 'quoted' | 'bare' | 'none';

/** What was found out about an endpoint; each sink asks anew. */
export interface TagCondition {
  form: TagForm;
}

/** The condition in this form. */
export function matchOf(tag: string, form: TagForm): { readonly IfMatch?: string } {
  switch (form) {
    case 'quoted':
      return { IfMatch: tag };
    case 'bare':
      return { IfMatch: tag.replaceAll('"', '') };
    case 'none':
      return {};
  }
}

/** The form to try where the object is still what the tag says, and a write was refused all the same. */
export function nextForm(form: TagForm): TagForm {
  return form === 'quoted' ? 'bare' : 'none';
}
