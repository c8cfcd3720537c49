/** The product's mark: a gate with its grating. */
export function Mark({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden style={{ flex: 'none' }}>
      <rect width="32" height="32" rx="7" fill="#3f51c9" />
      <path
        d="M8 24V14a8 8 0 0 1 16 0v10M13 24V9M19 24V9M8 15h16M8 20h16"
        fill="none"
        stroke="#fff"
        strokeWidth="2"
        strokeLinecap="round"
      />
    </svg>
  );
}
