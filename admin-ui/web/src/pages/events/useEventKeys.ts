import { useEffect } from 'react';
import type { EventRow } from '@/api/events';

/** j and k move through the list, Escape closes the panel, / goes to the filter. */
export function useEventKeys(rows: EventRow[], selected: string | undefined, open: (row: EventRow | undefined) => void) {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (document.querySelector('[role="dialog"]')) return;
      const at = rows.findIndex((row) => row.id === selected);
      if (event.key === 'j' || event.key === 'k') {
        const next = rows[at < 0 ? 0 : at + (event.key === 'j' ? 1 : -1)];
        if (!next) return;
        open(next);
        const shown = [...document.querySelectorAll<HTMLElement>('[data-key]')].find((row) => row.dataset.key === next.id);
        shown?.scrollIntoView({ block: 'nearest' });
      } else if (event.key === 'Escape' && selected) {
        open(undefined);
      } else if (event.key === '/') {
        document.getElementById('event-filter')?.focus();
      } else {
        return;
      }
      event.preventDefault();
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [rows, selected, open]);
}
