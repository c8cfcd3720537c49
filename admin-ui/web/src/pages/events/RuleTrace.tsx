import { UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import type { MatchedRule } from '@/api/events';
import { SeverityBadge } from '@/components/data/Badges';
import { markMatch, printable } from '@/components/events/matched';
import { variableWords } from '@/components/events/words';
import { Icon } from '@/components/layout/Icon';

/** Each rule: where it looked, what it did to the value, and the bytes that matched. */
export function RuleTrace({ rules }: { rules: MatchedRule[] }) {
  return (
    <ol className="trace">
      {rules.map((rule, index) => (
        <TraceItem key={`${rule.id}-${index}`} rule={rule} initially={index < 3} />
      ))}
    </ol>
  );
}

function TraceItem({ rule, initially }: { rule: MatchedRule; initially: boolean }) {
  const [open, setOpen] = useState(initially);
  const marked = markMatch(rule.value ?? '', rule.match, rule.value_base64);
  const changed = (rule.transformations ?? []).filter((name) => name !== 'none');
  return (
    <li>
      <UnstyledButton className="trace-head" onClick={() => setOpen(!open)} aria-expanded={open}>
        <span className={open ? 'trace-arrow open' : 'trace-arrow'}>
          <Icon name="chevron" size={12} />
        </span>
        <span className="mono">{rule.id}</span>
        <span className="grow">{printable(rule.msg || 'Rule without a message')}</span>
        <SeverityBadge severity={rule.severity} />
      </UnstyledButton>
      {open && (
        <div className="trace-body">
          <p className="small dim">
            {rule.variable ? (
              <>
                In {variableWords(rule.variable)} <span className="mono">{printable(rule.variable)}</span>
              </>
            ) : (
              'Without a variable'
            )}
            {changed.length > 0 && (
              <>
                , after <span className="mono">{changed.join(' → ')}</span>
              </>
            )}
            , phase {rule.phase}
          </p>
          {rule.value && (
            <pre className="code">
              {marked.before}
              {marked.match && <mark>{marked.match}</mark>}
              {marked.after}
            </pre>
          )}
          {rule.data && <p className="small dim">{printable(rule.data)}</p>}
          <p className="small faint">
            {rule.file && (
              <span className="mono">
                {rule.file}
                {rule.line ? `:${rule.line}` : ''}{' '}
              </span>
            )}
            {(rule.tags ?? []).join(', ')}
          </p>
        </div>
      )}
    </li>
  );
}
