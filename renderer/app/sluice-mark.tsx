/** The mark of the app: a gate with water below it. */
export function SluiceMark({ size }: { readonly size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#0b6e78" />
      <path d="M8 6v20M24 6v20" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <path d="M8 10h16" stroke="#fff" strokeWidth="3" />
      <path
        d="M12 17c2-2 4 2 8 0M12 22c2-2 4 2 8 0"
        fill="none"
        stroke="#8fe3dc"
        strokeWidth="2.4"
        strokeLinecap="round"
      />
    </svg>
  );
}
