import { Menu } from '@mantine/core';
import { useRef, useState } from 'react';
import { useSearchParams } from 'react-router-dom';
import { kEventFields, type EventField } from '@/api/events';
import { useSites } from '@/api/sites';
import { reasonWords } from '@/components/events/words';
import { Icon } from '@/components/layout/Icon';
import { clearFilter, kFieldLabels, parseToken, readFilter, withField } from './filter';

/** Terms of the filter language hold together: a further one is added, not put in the place of the others. */
function joined(params: URLSearchParams, token: { field: EventField; value: string }): string {
  const before = token.field === 'filter' ? params.get('filter') : null;
  return before ? `${before} ${token.value}` : token.value;
}

/** Tokens of the URL, and a field that makes more of them. */
export function FilterBar() {
  const [params, setParams] = useSearchParams();
  const [text, setText] = useState('');
  const input = useRef<HTMLInputElement>(null);
  const filter = readFilter(params);
  const tokens = kEventFields.filter((field) => filter[field]);
  const sites = useSites();

  const add = () => {
    const token = parseToken(text);
    if (!token) return;
    setParams((old) => withField(old, token.field, joined(old, token)));
    setText('');
  };
  const pick = (field: (typeof kEventFields)[number], value: string) => setParams((old) => withField(old, field, value));

  return (
    <div className="filterbar" role="search">
      <Icon name="search" />
      {tokens.map((field) => (
        <span key={field} className="token">
          <span className="dim">{kFieldLabels[field]}</span>
          <span className={field === 'site' || field === 'decision' || field === 'reason' ? 'clip' : 'mono clip'}>
            {field === 'reason' ? reasonWords(filter[field] ?? '') : filter[field]}
          </span>
          <button type="button" aria-label={`Remove ${kFieldLabels[field]} ${filter[field]}`} onClick={() => setParams((old) => withField(old, field, undefined))}>
            <Icon name="close" size={12} />
          </button>
        </span>
      ))}
      <input
        ref={input}
        id="event-filter"
        aria-label="Filter events"
        placeholder={tokens.length > 0 ? 'and…' : 'Path, client, rule id or text, such as rule:942100 -path:/health'}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') add();
          else if (event.key === 'Escape') event.currentTarget.blur();
          else if (event.key === 'Backspace' && text === '' && tokens.length > 0) {
            const last = tokens[tokens.length - 1];
            if (last) setParams((old) => withField(old, last, undefined));
          }
        }}
        onBlur={add}
      />
      {tokens.length > 0 && (
        <button type="button" className="filterbar-act" onClick={() => setParams(clearFilter)}>
          Clear
        </button>
      )}
      <FieldMenu label="Decision" values={[['blocked', 'Blocked'], ['detected', 'Detected'], ['passed', 'Passed']]} onPick={(value) => pick('decision', value)} />
      <FieldMenu label="Site" values={(sites.data?.items ?? []).map((site) => [site.name, site.name])} onPick={(value) => pick('site', value)} />
      <FieldMenu
        label="Reason"
        values={['waf', 'protocol', 'access', 'rate', 'limit', 'tls', 'upstream', 'fault'].map((reason) => [reason, reasonWords(reason)])}
        onPick={(value) => pick('reason', value)}
      />
    </div>
  );
}

function FieldMenu({ label, values, onPick }: { label: string; values: [string, string][]; onPick: (value: string) => void }) {
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <button type="button" className="filterbar-act filterbar-menu">
          {label}
          <Icon name="down" size={12} />
        </button>
      </Menu.Target>
      <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
        {values.map(([value, text]) => (
          <Menu.Item key={value} onClick={() => onPick(value)}>
            {text}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
