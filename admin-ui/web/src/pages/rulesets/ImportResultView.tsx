import { Button } from '@mantine/core';
import { Link } from 'react-router-dom';
import type { ImportResult } from '@/api/rulesets';
import { formatNumber, plural } from '@/components/data/format';
import { DiagnosticList } from '@/components/feedback/DiagnosticList';
import { Note } from '@/components/feedback/States';
import { useRulesets } from '@/api/rulesets';
import { ActivateMenu } from './ActivateMenu';
import { countOf } from './ruleNumbers';

export function ImportResultView({ result, onClose }: { result: ImportResult; onClose: () => void }) {
  const ruleset = useRulesets().data?.items.find((item) => item.name === result.name);
  const changes = [
    [countOf(result.added), 'new'],
    [countOf(result.changed), 'changed'],
    [countOf(result.removed), 'no longer there'],
  ] as const;
  const told = changes.filter(([count]) => count !== undefined).map(([count, word]) => `${formatNumber(count ?? 0)} ${word}`);
  return (
    <div className="stack">
      <Note tone="green">
        <p>
          {result.name} is imported: {plural(result.rules, 'rule')}
          {told.length > 0 && ` (${told.join(', ')})`}.
        </p>
      </Note>
      {(result.diagnostics ?? []).length > 0 && <DiagnosticList diagnostics={result.diagnostics} />}
      <div className="row" style={{ flexWrap: 'wrap' }}>
        {ruleset && <ActivateMenu ruleset={ruleset} />}
        <Button size="xs" variant="default" component={Link} to={`/rulesets/${encodeURIComponent(result.name)}`}>
          Show its rules
        </Button>
        <Button size="xs" variant="subtle" color="gray" onClick={onClose}>
          Close
        </Button>
      </div>
    </div>
  );
}
