import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { asApiError } from '@/api/error';

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

export interface DraftOptions<T> {
  /** What the gateway has now; follows every refresh. */
  current: T;
  version: number;
  /** Sends the draft; a 409 means that the configuration moved since `version`. */
  send: (draft: T, version: number | undefined) => Promise<unknown>;
  /** Reads the gateway's state again: the part that this form edits, and the version it belongs to. */
  reread: () => Promise<{ current: T; version: number }>;
}

export interface Draft<T> {
  value: T;
  set: (change: Partial<T>) => void;
  dirty: boolean;
  saving: boolean;
  saved: boolean;
  error: unknown;
  /** Somebody else's state of the same part, when it changed under this draft. */
  theirs: T | null;
  base: T;
  save: () => Promise<void>;
  takeTheirs: () => void;
  keepMine: () => Promise<void>;
  discard: () => void;
}

/**
 * The edited copy of a part of the configuration. It follows the gateway while untouched. A version conflict that
 * another part caused is retried in silence; one in this part is shown with both states.
 */
export function useDraft<T extends object>({ current, version, send, reread }: DraftOptions<T>): Draft<T> {
  const client = useQueryClient();
  const [edited, setEdited] = useState<{ base: T; value: T } | null>(null);
  const [saving, setSaving] = useState(false);
  const [saved, setSaved] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [theirs, setTheirs] = useState<T | null>(null);
  const value = edited?.value ?? current;
  const base = edited?.base ?? current;

  const finish = async (draft: T, at: number | undefined) => {
    await send(draft, at);
    await client.invalidateQueries();
    setEdited(null);
    setTheirs(null);
    setSaved(true);
    setTimeout(() => setSaved(false), 4000);
  };

  const attempt = async (draft: T, at: number | undefined, expected: T) => {
    setSaving(true);
    setError(null);
    try {
      await finish(draft, at);
    } catch (cause) {
      if (asApiError(cause).code !== 'conflict' || asApiError(cause).status !== 409) {
        setError(cause);
        return;
      }
      const now = await reread().catch(() => null);
      if (now && now.version !== at && same(now.current, expected)) await finish(draft, now.version).catch(setError);
      else if (now && !same(now.current, expected)) setTheirs(now.current);
      else setError(cause);
    } finally {
      setSaving(false);
    }
  };

  return {
    value,
    base,
    set: (change) => {
      setError(null);
      setEdited({ base, value: { ...value, ...change } });
    },
    dirty: !same(value, base),
    saving,
    saved,
    error,
    theirs,
    save: () => (same(current, base) ? attempt(value, version, base) : Promise.resolve(setTheirs(current))),
    takeTheirs: () => {
      setEdited(null);
      setTheirs(null);
    },
    keepMine: () => attempt(value, undefined, value),
    discard: () => {
      setEdited(null);
      setTheirs(null);
      setError(null);
    },
  };
}
