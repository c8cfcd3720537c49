import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import './layout.css';

interface PageProps {
  title: string;
  heading?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

export function Page({ title, heading, note, actions, children }: PageProps) {
  useDocumentTitle(`${title} · Portcullis`);
  return (
    <div className="page">
      <header className="page-head">
        <div className="grow">
          <h1>{heading ?? title}</h1>
          {note && <p>{note}</p>}
        </div>
        {actions && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}
