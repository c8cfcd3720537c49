import { Button, Menu } from '@mantine/core';
import { usePatchSite } from '@/api/sites';
import { useMayChange } from '@/api/session';
import type { Mode } from '@/api/types';
import { toastDone, toastError } from '@/components/feedback/toast';
import { Icon } from '@/components/layout/Icon';
import type { SiteTabProps } from './SitePage';

const kActs: Record<Mode, string> = {
  On: 'Switch to blocking',
  DetectionOnly: 'Switch to detection',
  Off: 'Switch inspection off',
};
const kDone: Record<Mode, string> = {
  On: 'now blocks attacks',
  DetectionOnly: 'now records attacks and lets them pass',
  Off: 'is no longer inspected',
};

/** The mode in one step; undo is the same menu. */
export function ModeSwitch({ site }: SiteTabProps) {
  const patch = usePatchSite(site.name);
  const may_change = useMayChange();
  if (!may_change) return null;
  const choose = (mode: Mode) =>
    patch.mutate(
      { patch: { waf: { mode } } },
      { onSuccess: () => toastDone(`${site.name} ${kDone[mode]}.`), onError: toastError },
    );
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" size="xs" loading={patch.isPending} rightSection={<Icon name="down" size={12} />}>
          Change mode
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {(Object.keys(kActs) as Mode[])
          .filter((mode) => mode !== site.waf.mode)
          .map((mode) => (
            <Menu.Item key={mode} onClick={() => choose(mode)}>
              {kActs[mode]}
            </Menu.Item>
          ))}
      </Menu.Dropdown>
    </Menu>
  );
}
