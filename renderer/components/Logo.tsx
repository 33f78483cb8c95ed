/** The stack: an original at the bottom, livepatches on it, the top one not wholly switched. */
export function Logo({ size = 18 }: { readonly size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 18 18" aria-hidden>
      <rect x="1" y="13" width="16" height="3.4" rx="1.2" fill="var(--unknown)" />
      <rect x="1" y="7.8" width="16" height="3.4" rx="1.2" fill="var(--moving)" />
      <rect x="1" y="2.6" width="10" height="3.4" rx="1.2" fill="var(--stuck)" />
      <path
        d="M13 2.6h2.8a1.2 1.2 0 0 1 1.2 1.2v1a1.2 1.2 0 0 1-1.2 1.2H13z"
        fill="none"
        stroke="var(--stuck)"
        strokeWidth="1"
        strokeDasharray="1.4 1.2"
      />
    </svg>
  );
}
