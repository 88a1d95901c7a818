import { Tabs } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { PreviewRecord, ShownBytes } from '../../../../contract/requests/preview.ts'
import { bytes } from '../../../format.ts'
import { Pill } from '../../../parts/basics.tsx'
import { plainText } from './plain-text.ts'
import { timeWords } from './row-list.tsx'
import { ValueTree } from './value-tree.tsx'

const HEX_BYTES = 4_096

export interface Choosing {
  words: string
  json(path: string, value: string): void
  key(value: string): void
  header(name: string, value: string): void
}

/** A record whole: its value as a tree, its key, its headers, its bytes. */
export function RecordView({ record, choose }: { record: PreviewRecord; choose?: Choosing }) {
  const { t } = useTranslation('requests')
  return (
    <section className="record-view" aria-label={t('preview.record')}>
      <p className="small">
        <span className="mono">{timeWords(record.timestamp)}</span>{' '}
        <span className="mute">
          {t('preview.at', { topic: record.topic, partition: record.partition, offset: record.offset })}
        </span>
      </p>
      {record.redacted.length > 0 && (
        <p>
          <Pill tone="plain">{t('preview.redactedBy', { rules: record.redacted.join(', ') })}</Pill>
        </p>
      )}
      {record.withheld && <p className="warn-text">{t('preview.withheld')}</p>}
      <Tabs defaultValue="value" keepMounted={false}>
        <Tabs.List aria-label={t('preview.record')}>
          <Tabs.Tab value="value">{t('preview.value')}</Tabs.Tab>
          <Tabs.Tab value="key">{t('preview.key')}</Tabs.Tab>
          <Tabs.Tab value="headers">{t('preview.headers', { count: record.headersTotal })}</Tabs.Tab>
          <Tabs.Tab value="raw">{t('preview.raw')}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="value">
          <Part part={record.value} empty={t('preview.noValue')} choose={choose} />
        </Tabs.Panel>
        <Tabs.Panel value="key">
          <Part part={record.key} empty={t('preview.noKey')} />
          {choose !== undefined && record.key?.text != null && (
            <button type="button" className="link" onClick={() => choose.key(record.key?.text ?? '')}>
              {choose.words}
            </button>
          )}
        </Tabs.Panel>
        <Tabs.Panel value="headers">
          {record.headers.length === 0 && <p className="mute">{t('preview.noHeaders')}</p>}
          <ul className="value-tree mono">
            {record.headers.map(({ name, value }, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: names repeat, and a record's headers never move
              <li key={at}>
                <span className="tree-name">{plainText(name)}: </span>
                {value === null ? (
                  <span className="mute">null</span>
                ) : (
                  <bdi>{value.text === null ? `0x${hexOf(value.base64, 32)}` : plainText(value.text)}</bdi>
                )}
                {choose !== undefined && (
                  <button
                    type="button"
                    className="tree-choose"
                    aria-label={`${choose.words}: ${name}`}
                    title={choose.words}
                    onClick={() => choose.header(name, value?.text ?? '')}
                  >
                    +
                  </button>
                )}
              </li>
            ))}
          </ul>
        </Tabs.Panel>
        <Tabs.Panel value="raw">
          <Hex title={t('preview.key')} part={record.key} />
          <Hex title={t('preview.value')} part={record.value} />
        </Tabs.Panel>
      </Tabs>
    </section>
  )
}

function Part({ part, empty, choose }: { part: ShownBytes; empty: string; choose?: Choosing | undefined }) {
  const { t } = useTranslation('requests')
  if (part === null) return <p className="mute">{empty}</p>
  return (
    <>
      {part.size === 0 ? (
        <p className="mute">{t('preview.emptyText')}</p>
      ) : part.kind === 'json' && part.text !== null ? (
        <ValueTree text={part.text} onChoose={choose?.json} chooseWords={choose?.words ?? ''} />
      ) : part.text !== null ? (
        <pre>{plainText(part.text)}</pre>
      ) : (
        <Hex title={t('preview.bytes')} part={part} />
      )}
      {!part.whole && <p className="mute small">{t('preview.cut', { size: bytes(part.size) })}</p>}
    </>
  )
}

function Hex({ title, part }: { title: string; part: ShownBytes }) {
  const { t } = useTranslation('requests')
  if (part === null) return null
  return (
    <>
      <h3>
        {title} <span className="mute small">{bytes(part.size)}</span>
      </h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className="hex" tabIndex={0}>
        {hexDump(part.base64)}
      </pre>
      {part.size > HEX_BYTES && <p className="mute small">{t('preview.cut', { size: bytes(part.size) })}</p>}
    </>
  )
}

function bytesOf(base64: string, most: number): number[] {
  return [...atob(base64.slice(0, Math.ceil(most / 3) * 4))].slice(0, most).map((one) => one.charCodeAt(0))
}

const hex = (n: number, digits = 2) => n.toString(16).padStart(digits, '0')
const hexOf = (base64: string, most: number) =>
  bytesOf(base64, most)
    .map((n) => hex(n))
    .join('')

/** Sixteen bytes a line: place, hexadecimal, and what of it is printable ASCII. */
function hexDump(base64: string): string {
  const all = bytesOf(base64, HEX_BYTES)
  const lines: string[] = []
  for (let at = 0; at < all.length; at += 16) {
    const line = all.slice(at, at + 16)
    const digits = line.map((n) => hex(n)).join(' ')
    const text = line.map((n) => (n >= 32 && n < 127 ? String.fromCharCode(n) : '.')).join('')
    lines.push(`${hex(at, 4)}  ${digits.padEnd(47)}  ${text}`)
  }
  return lines.join('\n')
}
