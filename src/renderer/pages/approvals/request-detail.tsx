import { Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { type ApprovalEntry, saidOfAction } from '../../../contract/approvals.ts'
import { utc } from '../../format.ts'
import { Digest, Facts } from '../../parts/facts.tsx'
import { Told } from '../../parts/told.tsx'
import { Decide } from './decide.tsx'

/** One request in words: what exactly would be done, who asks and why, and what was decided. */
export function RequestDetail({ entry, onClose }: { entry: ApprovalEntry | null; onClose(): void }) {
  const { t } = useTranslation('approvals')
  return (
    <Modal
      opened={entry !== null}
      onClose={onClose}
      size="lg"
      title={t('detail.title')}
      closeButtonProps={{ 'aria-label': t('close', { ns: 'app' }) }}
    >
      {entry !== null && (
        <>
          <p>
            <strong>
              <Told text={entry.request.action.summary} said={saidOfAction(entry.request.action)} />
            </strong>
          </p>
          <RequestFacts entry={entry} />
          {entry.state === 'open' && <Decide key={entry.id} file={entry.file} onDone={onClose} />}
        </>
      )}
    </Modal>
  )
}

const DIGEST = /^[0-9a-f]{64}$/

function factOf(value: unknown) {
  const text = String(value)
  return DIGEST.test(text) ? <Digest>{text}</Digest> : text
}

function RequestFacts({ entry }: { entry: ApprovalEntry }) {
  const { t } = useTranslation('approvals')
  const { request, decision } = entry
  const { requester } = request
  const person = ({ name, os_user, host }: typeof requester) => `${name ?? os_user} (${os_user}@${host})`
  return (
    <>
      <Facts
        of={[
          [t('detail.state'), <Told key="state" text={entry.reason} said={entry.said} />],
          [t('detail.why'), request.reason],
          [t('detail.who'), person(requester)],
          [
            t('detail.signed'),
            requester.key_id === null ? t('detail.unsigned') : <Digest key="key">{requester.key_id}</Digest>,
          ],
          [t('detail.asked'), utc(request.requested_at)],
          [t('detail.until'), utc(request.expires_at)],
          ...(decision === null
            ? []
            : ([
                [t(`detail.${decision.decision}`), `${decision.certificate ?? ''} · ${person(decision.approver)}`],
                [t('detail.when'), utc(decision.decided_at)],
                [t('detail.note'), decision.note],
                [
                  t('detail.key'),
                  decision.approver.key_id === null ? null : <Digest key="by">{decision.approver.key_id}</Digest>,
                ],
              ] as const)),
        ]}
      />
      <details open={entry.state === 'open'}>
        <summary>{t('detail.exactly')}</summary>
        <Facts
          of={[
            ...Object.entries(request.action.facts).map(
              ([name, value]) => [t(`fact.${name as 'target'}`, { defaultValue: name }), factOf(value)] as const,
            ),
            [t('detail.digest'), <Digest key="digest">{request.action_sha256}</Digest>],
            [t('detail.file'), <code key="file">{entry.decision_file ?? entry.file}</code>],
          ]}
        />
        <p className="mute small">{t('detail.once')}</p>
      </details>
    </>
  )
}
