import { Button } from '@mantine/core';
import { ErrorNote, Note } from '@/components/feedback/States';
import type { Draft } from './useDraft';
import './form.css';

/** Under a form: what is unsaved, what was refused and why, and what somebody else changed meanwhile. */
export function SaveBar<T extends object>({ draft, label = 'Save' }: { draft: Draft<T>; label?: string }) {
  return (
    <div className="stack" style={{ gap: 12 }}>
      <ErrorNote error={draft.error} />
      {draft.theirs && <Conflict draft={draft} theirs={draft.theirs} />}
      <div className="savebar">
        <span className="small dim grow" role="status">
          {draft.saving ? 'Saving. Rules are compiled before the change is in force.' : draft.dirty ? 'Not saved yet.' : draft.saved ? 'Saved and in force.' : ''}
        </span>
        {draft.dirty && (
          <Button variant="default" onClick={draft.discard} disabled={draft.saving}>
            Discard
          </Button>
        )}
        <Button onClick={() => void draft.save()} disabled={!draft.dirty || draft.theirs !== null} loading={draft.saving}>
          {label}
        </Button>
      </div>
    </div>
  );
}

function show(value: unknown): string {
  if (value === null || value === undefined) return 'not set';
  if (Array.isArray(value)) return value.length > 0 ? value.map((item) => (typeof item === 'object' ? JSON.stringify(item) : String(item))).join(', ') : 'none';
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function Conflict<T extends object>({ draft, theirs }: { draft: Draft<T>; theirs: T }) {
  const keys = (Object.keys(draft.value) as (keyof T)[]).filter(
    (key) => JSON.stringify(draft.value[key]) !== JSON.stringify(theirs[key]),
  );
  return (
    <Note tone="amber">
      <p>Someone else changed this while you were editing.</p>
      <table className="tbl conflict">
        <thead>
          <tr>
            <th>Setting</th>
            <th>Theirs, in force</th>
            <th>Yours</th>
          </tr>
        </thead>
        <tbody>
          {keys.map((key) => (
            <tr key={String(key)}>
              <td>{String(key).replaceAll('_', ' ')}</td>
              <td>{show(theirs[key])}</td>
              <td>{show(draft.value[key])}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="row">
        <Button size="xs" variant="default" onClick={draft.takeTheirs}>
          Take theirs
        </Button>
        <Button size="xs" variant="default" loading={draft.saving} onClick={() => void draft.keepMine()}>
          Save mine over it
        </Button>
      </div>
    </Note>
  );
}
