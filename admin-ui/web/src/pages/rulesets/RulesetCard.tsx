import { Link } from 'react-router-dom';
import { useQueryClient } from '@tanstack/react-query';
import { deleteRuleset } from '@/api/rulesets';
import { useMayChange } from '@/api/session';
import type { Ruleset } from '@/api/types';
import { Badge } from '@/components/data/Badges';
import { formatNumber } from '@/components/data/format';
import { ConfirmButton } from '@/components/feedback/ConfirmButton';
import { toastDone } from '@/components/feedback/toast';
import { Facts } from '@/components/layout/Panel';
import { ActivateMenu } from './ActivateMenu';
import { databaseWords, engineWords } from './ruleNumbers';

export function RulesetCard({ ruleset }: { ruleset: Ruleset }) {
  const may_change = useMayChange();
  const client = useQueryClient();
  const used = ruleset.used_by ?? [];
  const path = `/rulesets/${encodeURIComponent(ruleset.name)}`;
  const remove = async () => {
    await deleteRuleset(ruleset.name);
    toastDone(`Rule set ${ruleset.name} is removed.`);
    await client.invalidateQueries();
  };
  return (
    <section className="panel ruleset-card">
      <div className="panel-head">
        <h2>
          <Link to={path}>{ruleset.name}</Link>
        </h2>
        {ruleset.builtin && <Badge>Built in</Badge>}
        {used.length > 0 && <Badge tone="accent">In force</Badge>}
      </div>
      <div className="panel-body">
        <Facts
          items={[
            ['Rules', <Link key="r" className="link" to={path}>{formatNumber(ruleset.rules ?? 0)}</Link>],
            ['Patterns', engineWords(ruleset)],
            ['Databases', databaseWords(ruleset)],
            ['Loaded in', ruleset.load_ms === undefined ? '–' : `${formatNumber(Math.round(ruleset.load_ms))} ms`],
            ['Used by', used.length > 0 ? used.join(', ') : 'no site'],
          ]}
        />
      </div>
      {may_change && (
        <div className="panel-foot">
          {!ruleset.builtin && (
            <ConfirmButton
              size="xs"
              variant="subtle"
              color="gray"
              label="Remove"
              title={`Remove ${ruleset.name}`}
              text="The rule set is removed. Sites that use it must be given another one first."
              confirm="Remove rule set"
              danger
              onConfirm={remove}
            />
          )}
          <ActivateMenu ruleset={ruleset} />
        </div>
      )}
    </section>
  );
}
