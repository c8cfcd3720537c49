import type { Diagnostic } from '@/api/types';
import { plural } from '@/components/data/format';
import './feedback.css';

const kShown = 200;

/** Each finding with file and line, errors first. */
export function DiagnosticList({ diagnostics }: { diagnostics: Diagnostic[] }) {
  const sorted = [...diagnostics].sort((a, b) => Number(a.severity !== 'error') - Number(b.severity !== 'error'));
  return (
    <>
      <ul className="diagnostics">
        {sorted.slice(0, kShown).map((item, index) => (
          <li key={index}>
            <span className="mono where">
              {item.file}:{item.line}
            </span>
            <span className={item.severity === 'error' ? 'text-red' : 'text-amber'}>{item.message}</span>
          </li>
        ))}
      </ul>
      {sorted.length > kShown && <p className="small dim">{plural(sorted.length - kShown, 'further finding')} not shown.</p>}
    </>
  );
}
