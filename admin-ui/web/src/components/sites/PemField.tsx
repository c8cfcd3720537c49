import { Textarea } from '@mantine/core';
import { FileDrop } from '@/components/form/FileDrop';

const kPemLimit = 1 << 20;

/** PEM by file, by drop or by paste; several files are put together, for the order does not matter. */
export function PemField({ value, onChange }: { value: string; onChange: (pem: string) => void }) {
  const read = async (files: File[]) => {
    const texts = await Promise.all(files.filter((file) => file.size <= kPemLimit).map((file) => file.text()));
    onChange([value.trim(), ...texts.map((text) => text.trim())].filter(Boolean).join('\n'));
  };
  const blocks = [...value.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map((match) => match[1] ?? '');
  const keys = blocks.filter((block) => block.endsWith('PRIVATE KEY')).length;
  const chain = blocks.filter((block) => block === 'CERTIFICATE').length;
  return (
    <div className="stack" style={{ gap: 8 }}>
      <FileDrop label="Drop PEM files here, or choose them" accept=".pem,.crt,.cer,.key,.txt" multiple onFiles={(files) => void read(files)} />
      <Textarea
        aria-label="PEM"
        placeholder="-----BEGIN CERTIFICATE-----"
        classNames={{ input: 'mono' }}
        autosize
        minRows={4}
        maxRows={10}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      {value && (
        <p className="small dim" style={{ margin: 0 }}>
          {chain === 1 ? '1 certificate' : `${chain} certificates`}, {keys === 1 ? '1 private key' : `${keys} private keys`}
          {keys === 0 && '; the private key is missing'}
          {chain === 0 && '; the certificate is missing'}.
        </p>
      )}
    </div>
  );
}
