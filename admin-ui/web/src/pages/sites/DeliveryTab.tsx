import { MultiSelect, NumberInput, Switch, TagsInput } from '@mantine/core';
import type { Site } from '@/api/types';
import { SaveBar } from '@/components/form/SaveBar';
import { Panel } from '@/components/layout/Panel';
import type { SiteTabProps } from './SitePage';
import { useSiteDraft } from './useSiteDraft';

const kCompression = { enabled: false, codings: ['zstd', 'br', 'gzip'], level: 4, min_bytes: 1024, types: ['text/*'], with_secrets: false };
const kWebSocket = { inspect_messages: false, message_bytes: 65536 };

const pick = (site: Site) => ({
  compression: site.compression ?? kCompression,
  websocket: site.websocket ?? kWebSocket,
  grpc: site.grpc ?? false,
});

/** What becomes of bodies between the upstream and the client: compression, the messages of WebSockets and of gRPC. */
export function DeliveryTab({ site, version }: SiteTabProps) {
  const draft = useSiteDraft(site, version, pick, (value) => value);
  const { value, set } = draft;
  const { compression, websocket, grpc } = value;
  const setCompression = (change: Partial<typeof kCompression>) => set({ compression: { ...compression, ...change } });
  const setWebSocket = (change: Partial<typeof kWebSocket>) => set({ websocket: { ...websocket, ...change } });
  return (
    <Panel title="Compression, WebSockets and gRPC" foot={<div className="grow"><SaveBar draft={draft} /></div>}>
      <div className="form">
        <Switch
          label="Compress responses"
          description="Those that come from the upstream in clear, where the client takes a coding."
          checked={compression.enabled}
          onChange={(event) => setCompression({ enabled: event.currentTarget.checked })}
        />
        {compression.enabled && (
          <>
            <MultiSelect label="Codings" description="The first that the client likes best" data={[...new Set(['zstd', 'br', 'gzip', ...compression.codings])]} value={compression.codings} onChange={(codings) => setCompression({ codings })} />
            <TagsInput label="Media types" description="text/html, or text/* for all of a kind" value={compression.types} onChange={(types) => setCompression({ types })} splitChars={[',', ' ']} />
            <div className="form-pair">
              <NumberInput label="Level" description="1 the fastest to 9" min={1} max={9} allowDecimal={false} value={compression.level} onChange={(next) => setCompression({ level: Number(next) || kCompression.level })} />
              <NumberInput label="From" suffix=" bytes" min={0} allowDecimal={false} value={compression.min_bytes} onChange={(next) => setCompression({ min_bytes: Number(next) || 0 })} />
            </div>
            <Switch
              label="Also where the length may tell of a secret"
              description="Responses that set cookies or are private, and answers to requests with credentials (BREACH). Only for sites whose pages repeat nothing that a stranger can choose."
              checked={compression.with_secrets}
              onChange={(event) => setCompression({ with_secrets: event.currentTarget.checked })}
            />
          </>
        )}
        <Switch
          label="Inspect WebSocket messages"
          description="The text that clients send runs through the rules; a hit closes the WebSocket. Compression of messages is then not negotiated."
          checked={websocket.inspect_messages}
          onChange={(event) => setWebSocket({ inspect_messages: event.currentTarget.checked })}
        />
        {websocket.inspect_messages && (
          <NumberInput label="Message, at most" description="A longer one closes the WebSocket" suffix=" bytes" min={125} allowDecimal={false} value={websocket.message_bytes} onChange={(next) => setWebSocket({ message_bytes: Number(next) || kWebSocket.message_bytes })} maw={300} />
        )}
        <Switch
          label="The upstream speaks gRPC"
          description="Calls pass message by message, and their bodies are not inspected. Needs an upstream over HTTP/2. Leave it off where the upstream answers other requests, too: any client can call its request gRPC."
          checked={grpc}
          onChange={(event) => set({ grpc: event.currentTarget.checked })}
        />
      </div>
    </Panel>
  );
}
