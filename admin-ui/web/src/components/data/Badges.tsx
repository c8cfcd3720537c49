import { Tooltip } from '@mantine/core';
import type { ReactNode } from 'react';
import { Icon } from '@/components/layout/Icon';
import './data.css';

type Tone = 'red' | 'amber' | 'green' | 'accent' | 'plain';

export function Badge({ tone = 'plain', children, title }: { tone?: Tone; children: ReactNode; title?: string }) {
  return (
    <span className={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  );
}

const kModes: Record<string, { label: string; tone: Tone; help: string }> = {
  On: { label: 'Blocking', tone: 'accent', help: 'Attacks are blocked and recorded.' },
  DetectionOnly: { label: 'Detection', tone: 'amber', help: 'Attacks are recorded and let through.' },
  Off: { label: 'Off', tone: 'plain', help: 'Requests are not inspected.' },
};

export function modeLabel(mode: string): string {
  return kModes[mode]?.label ?? mode;
}

/** Shows the mode that requests experience; when that is not the configured one it says so. */
export function ModeBadge({ configured, effective, detail }: { configured: string; effective?: string; detail?: string }) {
  const shown = effective ?? configured;
  const mode = kModes[shown] ?? { label: shown, tone: 'plain' as const, help: '' };
  const differs = shown !== configured;
  const help = differs
    ? `Configured is ${modeLabel(configured)}, in force is ${mode.label}. ${detail ?? ''}`
    : detail || mode.help;
  return (
    <Tooltip label={help} multiline maw={320} disabled={!help}>
      <span className={`badge badge-${differs ? 'red' : mode.tone}`}>
        {differs && <Icon name="alert" size={12} />}
        {mode.label}
      </span>
    </Tooltip>
  );
}

const kDecisions: Record<string, { label: string; tone: Tone }> = {
  blocked: { label: 'Blocked', tone: 'red' },
  detected: { label: 'Detected', tone: 'amber' },
  passed: { label: 'Passed', tone: 'plain' },
};

export function DecisionBadge({ decision }: { decision: string }) {
  const { label, tone } = kDecisions[decision] ?? { label: decision, tone: 'plain' as const };
  return <Badge tone={tone}>{label}</Badge>;
}

export function SeverityBadge({ severity }: { severity: string }) {
  if (!severity) return null;
  const tone = /EMERG|ALERT|CRIT|ERROR/i.test(severity) ? 'red' : /WARN/i.test(severity) ? 'amber' : 'plain';
  return <Badge tone={tone}>{severity.charAt(0) + severity.slice(1).toLowerCase()}</Badge>;
}
