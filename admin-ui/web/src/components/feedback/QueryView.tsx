import { Skeleton } from '@mantine/core';
import { useEffect, useState, type ReactNode } from 'react';
import { Note } from './States';
import { ErrorState } from './States';

interface QueryLike<T> {
  data: T | undefined;
  error: unknown;
  isError: boolean;
  dataUpdatedAt: number;
  refetch: () => unknown;
}

interface QueryViewProps<T> {
  query: QueryLike<T>;
  skeleton?: ReactNode;
  children: (data: T) => ReactNode;
}

const kStaleMs = 30_000;

/** Loading, failed, stale or there. Old data stays on the page when a refresh fails, and its age is said. */
export function QueryView<T>({ query, skeleton, children }: QueryViewProps<T>) {
  if (query.data === undefined) {
    return query.isError ? (
      <ErrorState error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Delayed>{skeleton ?? <RowsSkeleton />}</Delayed>
    );
  }
  return (
    <>
      {query.isError && <StaleNote since={query.dataUpdatedAt} onRetry={() => void query.refetch()} />}
      {children(query.data)}
    </>
  );
}

function StaleNote({ since, onRetry }: { since: number; onRetry: () => void }) {
  const age = Date.now() - since;
  if (age < kStaleMs) return null;
  return (
    <Note
      tone="amber"
      action={
        <button type="button" className="link" style={{ all: 'unset', cursor: 'pointer' }} onClick={onRetry}>
          Try again
        </button>
      }
    >
      <p>What you see is {Math.round(age / 1000)} s old: the gateway has not answered since.</p>
    </Note>
  );
}

/** A fast answer shows no skeleton at all. */
export function Delayed({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 200);
    return () => clearTimeout(timer);
  }, []);
  return shown ? <div aria-busy="true">{children}</div> : null;
}

export function RowsSkeleton({ rows = 6 }: { rows?: number }) {
  return (
    <div style={{ padding: '8px 16px 12px' }}>
      {Array.from({ length: rows }, (_, index) => (
        <Skeleton key={index} height={14} my={22} radius={4} width={`${92 - ((index * 17) % 40)}%`} />
      ))}
    </div>
  );
}
