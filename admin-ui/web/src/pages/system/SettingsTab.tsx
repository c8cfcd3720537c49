import { NumberInput, Select, Switch, TextInput } from '@mantine/core';
import { getSettings, putSettings, useSettings } from '@/api/settings';
import { useMayChange } from '@/api/session';
import type { Settings } from '@/api/types';
import { QueryView } from '@/components/feedback/QueryView';
import { SaveBar } from '@/components/form/SaveBar';
import { useDraft } from '@/components/form/useDraft';
import { Panel } from '@/components/layout/Panel';
import '@/components/form/form.css';

const kGigabyte = 2 ** 30;

export function SettingsTab() {
  const settings = useSettings();
  return <QueryView query={settings}>{(data) => <Fields settings={data} />}</QueryView>;
}

function Fields({ settings }: { settings: Settings }) {
  const may_change = useMayChange();
  const draft = useDraft<Settings>({
    current: settings,
    version: 0,
    send: (value) => putSettings(value),
    reread: async () => ({ current: await getSettings(), version: 0 }),
  });
  const { value, set } = draft;
  const connections = value.connections ?? { limit: 0, per_address: 0 };
  const setAudit = (change: Partial<Settings['audit_log']>) => set({ audit_log: { ...value.audit_log, ...change } });
  const setEvents = (change: Partial<Settings['events']>) => set({ events: { ...value.events, ...change } });
  return (
    <fieldset disabled={!may_change} style={{ border: 0, padding: 0, margin: 0, minWidth: 0 }}>
      <Panel title="Settings" foot={<div className="grow"><SaveBar draft={draft} /></div>}>
        <div className="form">
          <div className="form-pair">
            <Select
              label="Audit log"
              data={[
                { value: 'relevant', label: 'Refusals and matches' },
                { value: 'all', label: 'Every request' },
                { value: 'off', label: 'Off' },
              ]}
              value={value.audit_log.mode}
              onChange={(mode) => setAudit({ mode: mode ?? 'relevant' })}
              allowDeselect={false}
            />
            <TextInput label="File" description="JSON lines; empty for none" classNames={{ input: 'mono' }} value={value.audit_log.file} onChange={(event) => setAudit({ file: event.currentTarget.value })} />
          </div>
          <div className="form-pair">
            <NumberInput label="Keep events for" suffix=" days" min={1} allowDecimal={false} value={value.events.keep_days} onChange={(next) => setEvents({ keep_days: Number(next) || 1 })} />
            <NumberInput label="Disk for events" description="The oldest go first" suffix=" GB" min={1} allowDecimal={false} value={Math.round(value.events.limit_bytes / kGigabyte)} onChange={(next) => setEvents({ limit_bytes: (Number(next) || 1) * kGigabyte })} />
          </div>
          <div className="form-pair">
            <NumberInput label="Keep ordinary requests for" description="Of the share that a site's access log keeps" suffix=" days" min={1} allowDecimal={false} value={value.events.ordinary_keep_days ?? 7} onChange={(next) => setEvents({ ordinary_keep_days: Number(next) || 1 })} />
            <NumberInput label="Disk for ordinary requests" suffix=" GB" min={1} allowDecimal={false} value={Math.round((value.events.ordinary_limit_bytes ?? 2 * kGigabyte) / kGigabyte)} onChange={(next) => setEvents({ ordinary_limit_bytes: (Number(next) || 1) * kGigabyte })} />
          </div>
          <div className="form-pair">
            <NumberInput label="Event loops" description="0: one for each core. Holds after a restart." min={0} max={256} allowDecimal={false} value={value.workers} onChange={(next) => set({ workers: Number(next) || 0 })} />
            <NumberInput label="Finish requests at stop within" suffix=" ms" min={0} step={1000} allowDecimal={false} value={value.drain_timeout_ms} onChange={(next) => set({ drain_timeout_ms: Number(next) || 0 })} />
            <NumberInput label="Keep connections after an upgrade for" description="the old process ends then, WebSockets included" suffix=" ms" min={0} step={60000} allowDecimal={false} value={value.upgrade_drain_timeout_ms} onChange={(next) => set({ upgrade_drain_timeout_ms: Number(next) || 0 })} />
          </div>
          <div className="form-pair">
            <NumberInput label="Connections open at once" description="0: as many as there are descriptors" min={0} allowDecimal={false} value={connections.limit} onChange={(next) => set({ connections: { ...connections, limit: Number(next) || 0 } })} />
            <NumberInput label="Of one address" description="0: no limit" min={0} allowDecimal={false} value={connections.per_address} onChange={(next) => set({ connections: { ...connections, per_address: Number(next) || 0 } })} />
            <NumberInput label="Measure rules in one request of" description="For what rules cost. 0: in none" min={0} max={1000000} allowDecimal={false} value={value.rule_cost_one_of ?? 256} onChange={(next) => set({ rule_cost_one_of: Number(next) || 0 })} />
          </div>
          <Switch label="Staple OCSP responses" description="Fetched from the responders that certificates name" checked={value.ocsp_stapling ?? false} onChange={(event) => set({ ocsp_stapling: event.currentTarget.checked })} />
        </div>
      </Panel>
    </fieldset>
  );
}
