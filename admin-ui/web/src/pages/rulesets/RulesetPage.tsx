import { TextInput } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useParams } from 'react-router-dom';
import { useRules, useRulesets } from '@/api/rulesets';
import type { RuleItem } from '@/api/types';
import { formatNumber, plural } from '@/components/data/format';
import { QueryView } from '@/components/feedback/QueryView';
import { EmptyState, NoMatch } from '@/components/feedback/States';
import { Icon } from '@/components/layout/Icon';
import { Page } from '@/components/layout/Page';
import { ActivateMenu } from './ActivateMenu';
import { RulesTable } from './RulesTable';
import { databaseWords, engineWords } from './ruleNumbers';
import './rulesets.css';

const kPage = 200;

function matches(rule: RuleItem, words: string[]): boolean {
  const text = `${rule.id} ${rule.message} ${rule.severity} ${(rule.tags ?? []).join(' ')} ${rule.file}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

export function RulesetPage() {
  const { name = '' } = useParams();
  const ruleset = useRulesets().data?.items.find((item) => item.name === name);
  const rules = useRules(name);
  return (
    <Page
      title={name}
      note={ruleset && `${plural(ruleset.rules ?? 0, 'rule')} · patterns: ${engineWords(ruleset)} · databases: ${databaseWords(ruleset)}`}
      actions={ruleset && <ActivateMenu ruleset={ruleset} />}
    >
      <section className="panel">
        <QueryView query={rules}>{({ items }) => <RuleSearch items={items} />}</QueryView>
      </section>
    </Page>
  );
}

function RuleSearch({ items }: { items: RuleItem[] }) {
  const [text, setText] = useState('');
  const [shown, setShown] = useState(kPage);
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return items.filter((rule) => matches(rule, words));
  }, [items, text]);
  if (items.length === 0) return <EmptyState title="This set has no rules">It sets defaults for others only.</EmptyState>;
  return (
    <>
      <div className="panel-head" style={{ paddingBottom: 8 }}>
        <TextInput
          aria-label="Search rules"
          placeholder="Id, message, tag or file"
          leftSection={<Icon name="search" />}
          value={text}
          onChange={(event) => {
            setText(event.currentTarget.value);
            setShown(kPage);
          }}
          style={{ flex: 1, maxWidth: 420 }}
        />
        <span className="grow" />
        <span className="panel-note nowrap">
          {text ? `${formatNumber(found.length)} of ${formatNumber(items.length)}` : formatNumber(items.length)}
        </span>
      </div>
      {found.length === 0 ? (
        <NoMatch what="rules" onClear={() => setText('')} />
      ) : (
        <RulesTable rules={found.slice(0, shown)} more={Math.max(0, found.length - shown)} onMore={() => setShown(shown + kPage)} />
      )}
    </>
  );
}
