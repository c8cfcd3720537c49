import { Button, Menu } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { patchSite, useSites } from '@/api/sites';
import type { Ruleset, Site } from '@/api/types';
import { toastDone, toastError } from '@/components/feedback/toast';
import { Icon } from '@/components/layout/Icon';

/** Puts the set in force for a site, in place of what the site has; the built-in rules are what is there with none. */
export function ActivateMenu({ ruleset }: { ruleset: Ruleset }) {
  const sites = useSites().data?.items ?? [];
  const client = useQueryClient();
  const [busy, setBusy] = useState(false);
  const active = (site: Site) => (ruleset.builtin ? site.waf.rulesets.length === 0 : site.waf.rulesets.includes(ruleset.name));

  const activate = async (chosen: Site[]) => {
    setBusy(true);
    try {
      for (const site of chosen) await patchSite(site.name, { waf: { rulesets: ruleset.builtin ? [] : [ruleset.name] } });
      toastDone(`${ruleset.name} is in force for ${chosen.map((site) => site.name).join(', ')}.`);
    } catch (error) {
      toastError(error);
    } finally {
      setBusy(false);
      await client.invalidateQueries();
    }
  };
  const others = sites.filter((site) => !active(site));
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default" loading={busy} disabled={sites.length === 0} rightSection={<Icon name="down" size={12} />}>
          Activate for a site
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Takes the place of the rule sets that the site has now</Menu.Label>
        {sites.map((site) => (
          <Menu.Item key={site.name} disabled={active(site)} rightSection={active(site) && <Icon name="check" size={14} />} onClick={() => void activate([site])}>
            {site.name}
          </Menu.Item>
        ))}
        {others.length > 1 && (
          <>
            <Menu.Divider />
            <Menu.Item onClick={() => void activate(others)}>All {others.length} others</Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  );
}
