import { ActionIcon, Tooltip } from '@mantine/core';
import { useInterval } from '@mantine/hooks';
import { useState } from 'react';
import { Icon } from '@/components/layout/Icon';
import { formatCompact, formatNumber, formatRelative, formatTime } from './format';
import './data.css';

export function RelativeTime({ time }: { time: string | null | undefined }) {
  const [now, setNow] = useState(Date.now());
  useInterval(() => setNow(Date.now()), 10_000, { autoInvoke: true });
  if (!time) return <span className="faint">never</span>;
  return (
    <time dateTime={time} title={formatTime(time)} className="nowrap">
      {formatRelative(time, now)}
    </time>
  );
}

export function Count({ value, tone }: { value: number; tone?: 'red' | 'amber' }) {
  return (
    <span className={value > 0 && tone ? `text-${tone}` : value > 0 ? undefined : 'faint'} title={formatNumber(value)}>
      {formatCompact(value)}
    </span>
  );
}

export function DaysLeft({ days, meter }: { days: number | null | undefined; meter?: boolean }) {
  if (days === null || days === undefined) return <span className="faint">–</span>;
  const tone = days < 7 ? 'red' : days < 21 ? 'amber' : undefined;
  const words = days < 0 ? `expired ${-days} d ago` : `${days} d`;
  return (
    <span className="row" style={{ display: 'inline-flex' }}>
      {meter && (
        <span className="meter">
          <i
            style={{
              width: `${Math.max(4, Math.min(100, (days / 90) * 100))}%`,
              background: tone ? `var(--${tone}-fill)` : undefined,
            }}
          />
        </span>
      )}
      <span className={tone ? `text-${tone} nowrap` : 'nowrap'}>{words}</span>
    </span>
  );
}

export function CopyIcon({ text, label }: { text: string; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await copyText(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 1500);
  };
  return (
    <Tooltip label={copied ? 'Copied' : label}>
      <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={() => void copy()}>
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </ActionIcon>
    </Tooltip>
  );
}

/** navigator.clipboard exists only in a secure context; an administrator may come over a tunnel with plain HTTP. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand('copy');
  area.remove();
}
