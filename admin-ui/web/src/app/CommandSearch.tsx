import { Modal, TextInput } from '@mantine/core';
import { useDisclosure, useHotkeys } from '@mantine/hooks';
import { useState } from 'react';
import { useNavigate } from 'react-router-dom';
import { useCertificates } from '@/api/certificates';
import { useRulesets } from '@/api/rulesets';
import { useSites } from '@/api/sites';
import { Icon } from '@/components/layout/Icon';
import { suggest, type Target } from './searchTargets';

/** Ctrl-K: a request id, an address, a path, a rule id, a site, a setting. */
export function CommandSearch() {
  const [opened, { open, close }] = useDisclosure(false);
  useHotkeys([['mod+K', open]], []);
  return (
    <>
      <button type="button" className="searchbox" onClick={open} aria-label="Search">
        <Icon name="search" size={15} />
        <span>Search</span>
        <kbd>Ctrl K</kbd>
      </button>
      <Modal opened={opened} onClose={close} withCloseButton={false} padding={0} size="lg" yOffset="12vh" centered={false}>
        {opened && <SearchBody onDone={close} />}
      </Modal>
    </>
  );
}

function SearchBody({ onDone }: { onDone: () => void }) {
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const navigate = useNavigate();
  const targets = suggest(text, {
    sites: useSites().data?.items ?? [],
    rulesets: useRulesets().data?.items ?? [],
    certificates: useCertificates().data?.items ?? [],
  });
  const go = (target: Target | undefined) => {
    if (!target) return;
    onDone();
    navigate(target.to);
  };
  return (
    <div>
      <TextInput
        data-autofocus
        variant="unstyled"
        size="md"
        px={16}
        py={6}
        leftSection={<Icon name="search" />}
        leftSectionWidth={44}
        placeholder="Request id, address, path, rule id, site or setting"
        aria-label="Search for"
        value={text}
        onChange={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(targets.length - 1, at + 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
          else if (event.key === 'Enter') go(targets[at]);
          else return;
          event.preventDefault();
        }}
      />
      <ul className="rows" style={{ borderTop: '1px solid var(--line)' }} aria-label="Found">
        {targets.map((target, index) => (
          <li
            key={target.to}
            className={index === at ? 'clickable selected' : 'clickable'}
            onMouseEnter={() => setAt(index)}
            onClick={() => go(target)}
          >
            <span className="clip">{target.label}</span>
            <span className="dim small">{target.kind}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
