import { Button } from '@mantine/core';
import { Link } from 'react-router-dom';
import { useMayChange } from '@/api/session';
import { useRulesets } from '@/api/rulesets';
import { QueryView } from '@/components/feedback/QueryView';
import { Page } from '@/components/layout/Page';
import { ImportPanel } from './ImportPanel';
import { RulesetCard } from './RulesetCard';
import './rulesets.css';

export function RulesetsPage() {
  const rulesets = useRulesets();
  const may_change = useMayChange();
  return (
    <Page
      title="Rule sets"
      note="SecLang rules that sites are inspected with. Where a site names none, Portcullis’ own are in force."
      actions={
        <Button component={Link} to="/rulesets/-/costs" variant="default">
          What rules cost
        </Button>
      }
    >
      {may_change && <ImportPanel existing={(rulesets.data?.items ?? []).map((item) => item.name)} />}
      <QueryView query={rulesets}>
        {({ items }) => (
          <div className="ruleset-grid">
            {items.map((item) => (
              <RulesetCard key={item.name} ruleset={item} />
            ))}
          </div>
        )}
      </QueryView>
    </Page>
  );
}
