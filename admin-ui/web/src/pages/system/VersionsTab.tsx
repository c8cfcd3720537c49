import { useQueryClient } from '@tanstack/react-query';
import { useMayChange } from '@/api/session';
import { rollBack, useVersions, type Version } from '@/api/versions';
import { Badge } from '@/components/data/Badges';
import { ListTable, type Column } from '@/components/data/ListTable';
import { RelativeTime } from '@/components/data/Values';
import { ConfirmButton } from '@/components/feedback/ConfirmButton';
import { QueryView } from '@/components/feedback/QueryView';
import { EmptyState } from '@/components/feedback/States';
import { toastDone } from '@/components/feedback/toast';
import { Panel } from '@/components/layout/Panel';

export function VersionsTab() {
  const versions = useVersions();
  return (
    <Panel flush>
      <QueryView query={versions}>
        {({ versions: items }) =>
          items.length === 0 ? (
            <EmptyState title="No version yet">Every change of the configuration makes a version: who, when and what. Any of them can be brought back.</EmptyState>
          ) : (
            <VersionsTable versions={[...items].sort((a, b) => b.number - a.number)} />
          )
        }
      </QueryView>
    </Panel>
  );
}

function VersionsTable({ versions }: { versions: Version[] }) {
  const may_change = useMayChange();
  const newest = versions[0]?.number;
  const columns: Column<Version>[] = [
    { key: 'number', header: 'Version', width: 90, phone: 'a', render: (version) => <b style={{ fontWeight: 600 }}>{version.number}</b> },
    { key: 'comment', header: 'Change', phone: 'b', render: (version) => version.comment || <span className="faint">without a comment</span> },
    { key: 'author', header: 'By', phone: 'a', render: (version) => <span className="dim">{version.author}</span> },
    { key: 'time', header: 'When', phone: 'a-end', render: (version) => <RelativeTime time={version.time} /> },
    {
      key: 'act',
      header: '',
      end: true,
      phone: 'b-end',
      render: (version) => (version.number === newest ? <Badge tone="accent">In force</Badge> : may_change && <RollBack version={version} />),
    },
  ];
  return <ListTable label="Versions" columns={columns} rows={versions} rowKey={(version) => String(version.number)} />;
}

function RollBack({ version }: { version: Version }) {
  const client = useQueryClient();
  const act = async () => {
    const made = await rollBack(version.number);
    toastDone(`Version ${version.number} is in force again, as version ${made.version}.`);
    await client.invalidateQueries();
  };
  return (
    <ConfirmButton
      size="compact-xs"
      label="Roll back to this"
      title={`Roll back to version ${version.number}`}
      text={`The whole configuration becomes what it was in version ${version.number}, as a new version. Later ones stay and can be brought back the same way.`}
      confirm="Roll back"
      onConfirm={act}
    />
  );
}
