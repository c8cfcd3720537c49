import { MultiSelect, NumberInput, Select, TagsInput } from '@mantine/core';
import { useRulesets } from '@/api/rulesets';
import type { Mode, Site } from '@/api/types';
import { ModeChoice } from '@/components/form/ModeChoice';
import { SaveBar } from '@/components/form/SaveBar';
import { Panel } from '@/components/layout/Panel';
import type { SiteTabProps } from './SitePage';
import { useSiteDraft } from './useSiteDraft';

interface Protection {
  mode: Mode;
  rulesets: string[];
  paranoia_level: number | null;
  inbound_threshold: number | null;
  outbound_threshold: number | null;
  response_body: string;
  failure_policy: string;
  inspection_budget_ms: number;
  disabled_rules: number[];
}

const pick = ({ waf }: Site): Protection => ({
  mode: waf.mode,
  rulesets: waf.rulesets,
  paranoia_level: waf.paranoia_level ?? null,
  inbound_threshold: waf.inbound_threshold ?? null,
  outbound_threshold: waf.outbound_threshold ?? null,
  response_body: waf.response_body,
  failure_policy: waf.failure_policy,
  inspection_budget_ms: waf.inspection_budget_ms ?? 2000,
  disabled_rules: waf.disabled_rules,
});

const number = (value: string | number) => (value === '' ? null : Number(value));

export function ProtectionTab({ site, version }: SiteTabProps) {
  const draft = useSiteDraft(site, version, pick, (waf) => ({ waf }));
  const { value, set } = draft;
  const rulesets = useRulesets();
  const names = (rulesets.data?.items ?? []).filter((item) => !item.builtin).map((item) => item.name);
  return (
    <Panel title="Protection" foot={<div className="grow"><SaveBar draft={draft} /></div>}>
      <div className="form">
        <ModeChoice value={value.mode} onChange={(mode) => set({ mode })} />
        <MultiSelect
          label="Rule sets"
          description="In this order. With none chosen, Portcullis’ own rules are in force."
          placeholder={value.rulesets.length === 0 ? 'Portcullis’ own rules' : undefined}
          data={[...new Set([...names, ...value.rulesets])]}
          value={value.rulesets}
          onChange={(names) => set({ rulesets: names })}
          hidePickedOptions
        />
        <div className="form-pair">
          <Select
            label="Paranoia level"
            description="Higher finds more and errs more"
            data={[
              { value: '', label: 'As the rule set says' },
              { value: '1', label: '1, for everyone' },
              { value: '2', label: '2, for sites with accounts' },
              { value: '3', label: '3, needs tuning' },
              { value: '4', label: '4, for the strictest' },
            ]}
            value={value.paranoia_level === null ? '' : String(value.paranoia_level)}
            onChange={(level) => set({ paranoia_level: level ? Number(level) : null })}
            allowDeselect={false}
          />
          <NumberInput label="Request threshold" description="Blocked from this score on" placeholder="set’s own" min={1} max={10000} allowDecimal={false} value={value.inbound_threshold ?? ''} onChange={(next) => set({ inbound_threshold: number(next) })} />
          <NumberInput label="Response threshold" description="The same for responses" placeholder="set’s own" min={1} max={10000} allowDecimal={false} value={value.outbound_threshold ?? ''} onChange={(next) => set({ outbound_threshold: number(next) })} />
        </div>
        <TagsInput
          label="Rules off for this site"
          description="Rule ids, such as 942100. Type one and press Enter."
          value={value.disabled_rules.map(String)}
          onChange={(ids) => set({ disabled_rules: ids.map(Number).filter((id) => Number.isInteger(id) && id > 0) })}
          splitChars={[',', ' ']}
        />
        <div className="form-pair">
          <Select
            label="Response bodies"
            description="For leaks, before they go out"
            data={[
              { value: 'buffer', label: 'Inspect' },
              { value: 'off', label: 'Do not inspect' },
            ]}
            value={value.response_body}
            onChange={(next) => set({ response_body: next ?? 'buffer' })}
            allowDeselect={false}
          />
          <Select
            label="If inspection itself fails"
            description="Each failure is an event"
            data={[
              { value: 'closed', label: 'Refuse the request' },
              { value: 'open', label: 'Let the request pass' },
            ]}
            value={value.failure_policy}
            onChange={(next) => set({ failure_policy: next ?? 'closed' })}
            allowDeselect={false}
          />
          <NumberInput label="Inspection may take" description="More is a failure; 0: no limit" suffix=" ms" min={0} max={60000} allowDecimal={false} value={value.inspection_budget_ms} onChange={(next) => set({ inspection_budget_ms: Number(next) || 0 })} />
        </div>
      </div>
    </Panel>
  );
}
