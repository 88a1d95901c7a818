import { useTranslation } from 'react-i18next'
import type { ActivityFacts, SignedActivityEntry } from '../../../contract/activity.ts'
import { utc } from '../../format.ts'
import { Digest, Facts } from '../../parts/facts.tsx'
import { Told } from '../../parts/told.tsx'
import { Result, what, who } from './entries.tsx'

/** Everything that one line says. */
export function Entry({ of: entry }: { of: SignedActivityEntry }) {
  const { t } = useTranslation('activity')
  const { actor, result, tool } = entry
  return (
    <>
      <Facts
        of={[
          [t('column.what'), what(entry, t)],
          [t('column.subject'), entry.subject],
          [t('column.when'), `${utc(entry.at)} (${t('entry.clock')})`],
          [
            t('column.who'),
            `${who(entry)} @ ${actor.host}, ${t(`via.${actor.via}`)}, ${t('entry.process', { pid: String(actor.pid) })}`,
          ],
          [t('column.result'), result === null ? null : <Result key="result" of={entry} />],
          [
            t('entry.message'),
            result?.message == null ? null : <Told key="message" text={result.message} said={undefined} />,
          ],
          ...Object.entries(entry.details).map(
            ([name, value]) => [name, value === null ? null : String(value)] as const,
          ),
        ]}
      />
      {(entry.before !== null || entry.after !== null) && <Change before={entry.before} after={entry.after} />}
      <details>
        <summary>{t('entry.proof')}</summary>
        <Facts
          of={[
            [
              t('entry.previous'),
              entry.previous === null ? t('entry.first') : <Digest key="previous">{entry.previous}</Digest>,
            ],
            [t('entry.key'), entry.key === null ? null : <Digest key="key">{entry.key}</Digest>],
            [
              t('entry.signature'),
              entry.signature === null ? null : <Digest key="signature">{entry.signature}</Digest>,
            ],
            [t('entry.unsigned'), entry.unsigned],
            [t('entry.run'), entry.run],
            [t('entry.tool'), `${tool.name} ${tool.version}`],
          ]}
        />
      </details>
    </>
  )
}

/** What was changed, side by side; what stayed as it was is left out where there is both. */
function Change({ before, after }: { before: ActivityFacts | null; after: ActivityFacts | null }) {
  const { t } = useTranslation('activity')
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])].filter(
    (name) => before === null || after === null || before[name] !== after[name],
  )
  if (names.length === 0) return <p className="mute">{t('entry.nothing')}</p>
  return (
    <table className="plain">
      <caption>{t('entry.change')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('entry.what')}</th>
          <th scope="col">{t('entry.before')}</th>
          <th scope="col">{t('entry.after')}</th>
        </tr>
      </thead>
      <tbody>
        {names.map((name) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>
              <pre>{shown(before, name)}</pre>
            </td>
            <td>
              <pre>{shown(after, name)}</pre>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

function shown(facts: ActivityFacts | null, name: string): string {
  return facts === null || facts[name] === undefined ? '–' : String(facts[name])
}
