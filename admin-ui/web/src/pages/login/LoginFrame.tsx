import { useDocumentTitle } from '@mantine/hooks';
import type { ReactNode } from 'react';
import { Mark } from '@/components/layout/Mark';
import './login.css';

export function LoginFrame({ title, text, foot, children }: { title: string; text?: ReactNode; foot?: ReactNode; children: ReactNode }) {
  useDocumentTitle(`${title} · Portcullis`);
  return (
    <div className="login">
      <div className="login-box">
        <div className="row login-brand">
          <Mark size={28} />
          Portcullis
        </div>
        <section className="panel login-panel">
          <h1>{title}</h1>
          {text && <p className="dim">{text}</p>}
          {children}
        </section>
        {foot && <p className="small faint login-foot">{foot}</p>}
      </div>
    </div>
  );
}
