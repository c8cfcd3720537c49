import { ActionIcon, Button, Switch, TextInput } from '@mantine/core';
import type { Listener } from '@/api/types';
import { Icon } from '@/components/layout/Icon';

interface NewListenerFieldProps {
  taken: string[];
  value: Listener[];
  onChange: (listeners: Listener[]) => void;
}

function freeName(tls: boolean, names: string[]): string {
  const stem = tls ? 'https' : 'http';
  if (!names.includes(stem)) return stem;
  let number = 2;
  while (names.includes(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

/** Addresses to listen on that are not there yet. */
export function NewListenerField({ taken, value, onChange }: NewListenerFieldProps) {
  const names = [...taken, ...value.map((listener) => listener.name)];
  const set = (at: number, change: Partial<Listener>) =>
    onChange(value.map((listener, index) => (index === at ? { ...listener, ...change } : listener)));
  const toggle = (at: number, tls: boolean) => {
    const others = names.filter((name) => name !== value[at]?.name);
    set(at, { tls, name: freeName(tls, others) });
  };
  return (
    <>
      {value.map((listener, index) => (
        <div key={index} className="row" style={{ marginBottom: 8, alignItems: 'flex-end' }}>
          <TextInput
            label={index === 0 ? 'Listen on' : undefined}
            aria-label="Listen on"
            classNames={{ input: 'mono' }}
            placeholder="0.0.0.0:443"
            value={listener.address}
            onChange={(event) => set(index, { address: event.currentTarget.value.trim() })}
            style={{ flex: 1, maxWidth: 260 }}
          />
          <Switch label="TLS" aria-label="TLS" checked={listener.tls} onChange={(event) => toggle(index, event.currentTarget.checked)} mb={7} />
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Do not listen on ${listener.address}`} onClick={() => onChange(value.filter((_, at) => at !== index))}>
            <Icon name="close" />
          </ActionIcon>
        </div>
      ))}
      <Button
        variant="subtle"
        size="compact-sm"
        leftSection={<Icon name="plus" size={14} />}
        onClick={() => onChange([...value, { name: freeName(true, names), address: '', tls: true }])}
      >
        Listen on another address
      </Button>
    </>
  );
}
