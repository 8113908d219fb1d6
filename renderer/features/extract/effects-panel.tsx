import type { Effect } from './effects.ts';

/** What an extract will do, in sentences. */
export function EffectsPanel({ effects }: { readonly effects: readonly Effect[] }) {
  return (
    <section className="effects" aria-label="What will happen">
      <h3>What will happen</h3>
      <dl>
        {effects.map(({ title, text }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
