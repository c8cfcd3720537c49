// Strokes on a 24-pixel grid, all of one weight; a label always stands beside an icon that navigates.
const kPaths = {
  overview: 'M4 20V11M10 20V4M16 20v-6M21 20H3M20 20V8',
  sites: 'M4 5h16v5H4zM4 14h16v5H4zM8 7.5h.01M8 16.5h.01',
  events: 'M12 3l8 3v5c0 5-3.4 8.6-8 10-4.600-1.400-8-5-8-10V6zM12 8v4M12 15.500h.01',
  rules: 'M6 3h9l4 4v14H6zM14 3v5h5M9 13h7M9 17h5',
  certificates: 'M4 5h16v10H4zM8 9h8M8 12h4M15 15v6l2-1.500 2 1.500v-6',
  system: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.500v5M9 14.500v5',
  search: 'M11 4a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM20 20l-4-4',
  sun: 'M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM12 3v1.500M12 19.500V21M3 12h1.500M19.500 12H21M5.600 5.600l1 1M17.400 17.400l1 1M18.400 5.600l-1 1M6.600 17.400l-1 1',
  moon: 'M20 14.500A8.500 8.500 0 0 1 9.500 4 8.500 8.500 0 1 0 20 14.500z',
  auto: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 4v16M12 8h5.500M12 12h8M12 16h5.500',
  user: 'M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8zM4.500 20c1-3.800 4-5.500 7.500-5.500s6.500 1.700 7.500 5.500',
  plus: 'M12 5v14M5 12h14',
  close: 'M6 6l12 12M18 6L6 18',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1',
  check: 'M5 12.500l4.500 4.500L19 7.500',
  chevron: 'M9 6l6 6-6 6',
  down: 'M6 9l6 6 6-6',
  upload: 'M12 16V5M7.500 9L12 4.500 16.500 9M4 19h16',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  alert: 'M12 4l9 16H3zM12 10v4M12 17h.01',
  clock: 'M12 4a8 8 0 1 1 0 16 8 8 0 0 1 0-16zM12 8v4l3 2',
  collapse: 'M4 5h16v14H4zM9 5v14M15.500 9.500L13 12l2.500 2.500',
  link: 'M10 14a4 4 0 0 0 6 .4l3-3a4 4 0 0 0-5.700-5.700L12 7M14 10a4 4 0 0 0-6-.4l-3 3a4 4 0 0 0 5.700 5.700L12 17',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  download: 'M12 5v11M7.500 12l4.500 4.500L16.500 12M4 20h16',
} as const;

export type IconName = keyof typeof kPaths;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 3 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden
      style={{ flex: 'none', display: 'block' }}
    >
      <path d={kPaths[name]} />
    </svg>
  );
}
