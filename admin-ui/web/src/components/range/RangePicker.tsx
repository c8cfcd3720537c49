import { Button, Menu } from '@mantine/core';
import { Icon } from '@/components/layout/Icon';
import { kRanges } from './timeRange';
import { useTimeRange } from './useTimeRange';

export function RangePicker() {
  const { range, setNamed } = useTimeRange();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button
          variant="default"
          size="xs"
          leftSection={<Icon name="clock" size={14} />}
          rightSection={<Icon name="down" size={12} />}
          aria-label={`Time range: ${range.label}`}
        >
          {range.label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {kRanges.map((item) => (
          <Menu.Item key={item.key} onClick={() => setNamed(item.key)} rightSection={item.key === range.key && <Icon name="check" size={14} />}>
            {item.label}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>Times are in {zone}. Drag over a chart for an exact range.</Menu.Label>
      </Menu.Dropdown>
    </Menu>
  );
}
