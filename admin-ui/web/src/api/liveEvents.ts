import { useEffect, useState } from 'react';
import { call } from './client';
import type { EventFilter, EventRow } from './events';

/** More than a person reads: the older ones are in the list after the next look. */
const kMostRows = 500;
const kWaitSeconds = 20;
const kRetryMs = 5_000;

interface Tail {
  items: EventRow[];
  cursor: string;
}

export interface LiveEvents {
  /** What came since the view began, newest first. */
  rows: EventRow[];
  /** Where the view begins is known: a list that is read from now on leaves no gap. */
  ready: boolean;
  /** The gateway does not answer, or has too many live views. */
  lost: boolean;
}

const kNone: LiveEvents = { rows: [], ready: false, lost: false };

/**
 * The events as they are committed: each call to the API waits there until there are some, and the next one goes on
 * from its cursor, so that none is missed and none comes twice. A change of `key` begins anew.
 */
export function useLiveEvents(filter: EventFilter, key: string, enabled: boolean): LiveEvents {
  const [live, setLive] = useState<LiveEvents>(kNone);
  const text = JSON.stringify(filter);

  useEffect(() => {
    setLive(kNone);
    if (!enabled) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const follow = async (cursor: string): Promise<void> => {
      let next = cursor;
      try {
        const query = { ...(JSON.parse(text) as EventFilter), cursor, wait_seconds: cursor ? kWaitSeconds : 1 };
        const tail = await call<Tail>('GET', '/events/tail', { query, signal: stop.signal });
        if (stop.signal.aborted) return;
        next = tail.cursor;
        const fresh = [...tail.items].reverse();
        setLive((old) => ({ rows: [...fresh, ...old.rows].slice(0, kMostRows), ready: true, lost: false }));
        if (next === cursor && tail.items.length === 0) timer = setTimeout(() => void follow(next), 250);
        else void follow(next);
      } catch {
        if (stop.signal.aborted) return;
        setLive((old) => ({ ...old, ready: true, lost: true }));
        timer = setTimeout(() => void follow(next), kRetryMs);
      }
    };
    void follow('');
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
  }, [text, key, enabled]);

  return live;
}
