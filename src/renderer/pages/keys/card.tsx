import { Button, Select } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { REVOCATION_REASONS } from '../../../contract/ipc/calls/keys.ts'
import type { KeyOverview } from '../../../contract/results.ts'
import { saveAs } from '../../files.ts'
import { day, utc } from '../../format.ts'
import { AskApproval, needsApproval } from '../../parts/ask-approval.tsx'
import { Pill, Problem, type Tone } from '../../parts/basics.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { useAct } from '../../query.ts'
import { errorOf } from '../../state.ts'

type Reason = (typeof REVOCATION_REASONS)[number]

const TONE: Record<KeyOverview['status'], Tone> = {
  usable: 'ok',
  bare: 'warn',
  revoked: 'bad',
  expired: 'bad',
  not_yet_valid: 'warn',
}

export function KeyCard({ one }: { one: KeyOverview }) {
  const { t } = useTranslation('keys')
  const [asking, setAsking] = useState(false)
  const [reason, setReason] = useState<Reason>('unspecified')
  const revoke = useAct('keys.revoke', ['keys.list'])
  const exported = useAct('keys.exportPublic')
  const id = `key-${one.name}`
  const heading = useRef<HTMLHeadingElement>(null)
  // The button that had the focus is gone with it.
  useEffect(() => {
    if (revoke.isSuccess && one.revoked !== null) heading.current?.focus()
  }, [revoke.isSuccess, one.revoked])
  const { certificate, root } = one
  return (
    <article className="card" aria-labelledby={id}>
      <div className="between">
        <div>
          <h3 id={id} ref={heading} tabIndex={-1}>
            {one.name}
          </h3>
          <p className="mute">{certificate?.subject ?? t('bareOwner')}</p>
        </div>
        <p className="actions">
          <Pill tone={TONE[one.status]}>{t(`status.${one.status}`)}</Pill>
          <Button
            variant="default"
            loading={exported.isPending}
            aria-label={t('export.of', { name: one.name })}
            onClick={() => exported.mutate({ name: one.name })}
          >
            {t('export.action')}
          </Button>
          {one.can_revoke && one.revoked === null && (
            <Button variant="default" aria-label={t('revoke.of', { name: one.name })} onClick={() => setAsking(true)}>
              {t('revoke.action')}
            </Button>
          )}
        </p>
      </div>
      <dl className="fact-list">
        {certificate !== null && (
          <Fact term={t('facts.valid')}>{t('facts.until', { day: day(Date.parse(certificate.not_after)) })}</Fact>
        )}
        <Fact term={t('facts.kept')}>{t(`facts.keptIn.${one.kept_in}`)}</Fact>
        <Fact term={t('facts.algorithm')}>{one.algorithm}</Fact>
        {one.crl !== null && <Fact term={t('facts.crl')}>{utc(one.crl.this_update)}</Fact>}
        {one.revoked !== null && (
          <Fact term={t('facts.revoked')}>
            {utc(one.revoked.at)} · {one.revoked.reason}
          </Fact>
        )}
        {root !== null && (
          <Fact term={t('facts.root')}>
            <code className="digest">{root.sha256}</code>
          </Fact>
        )}
      </dl>
      {exported.data !== undefined && (
        <ul className="plain-list">
          {exported.data.files.map((file) => (
            <li key={file.id} className="between">
              <span>
                {t(`export.what.${file.what}`)} <code className="mute">{file.name}</code>
              </span>
              <Button variant="default" size="xs" onClick={() => void saveAs(file)}>
                {t('export.save', { name: file.name })}
              </Button>
            </li>
          ))}
        </ul>
      )}
      {exported.error !== null && <Problem error={errorOf(exported.error)} inside />}
      <Confirm
        opened={asking}
        title={t('revoke.title', { name: one.name })}
        word={one.name}
        danger
        action={t('revoke.action')}
        busy={revoke.isPending}
        onConfirm={() => revoke.mutate({ name: one.name, reason }, { onSuccess: () => setAsking(false) })}
        onClose={() => setAsking(false)}
      >
        <p>{t('revoke.text')}</p>
        <Select
          label={t('revoke.reason')}
          data={REVOCATION_REASONS.map((value) => ({ value, label: t(`revoke.reasons.${value}`) }))}
          value={reason}
          allowDeselect={false}
          comboboxProps={{ withinPortal: false }}
          onChange={(value) => value !== null && setReason(value as Reason)}
        />
        {revoke.error !== null && <Problem error={errorOf(revoke.error)} inside />}
        {revoke.error !== null && needsApproval(errorOf(revoke.error)) && (
          <AskApproval wanted={{ kind: 'keys', action: 'revoke', name: one.name }} />
        )}
      </Confirm>
    </article>
  )
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}
