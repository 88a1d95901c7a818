import { Button, Radio, Select, TextInput } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import { Card, Pill, Problem } from '../../../parts/basics.tsx'
import { useCall } from '../../../query.ts'
import { errorOf } from '../../../state.ts'
import { type Draft, isTimestampUrl } from './draft.ts'

interface StepProps {
  draft: Draft
  change(change: Partial<Draft>): void
}

/** Which key signs each run, so that nobody can change the archive later without it being seen. */
export function SignStep({ draft, change }: StepProps) {
  const { t } = useTranslation('backups')
  const asked = useCall('plans.signers', null)
  return (
    <>
      <Card title={t('sign.title')}>
        <p>{t('sign.why')}</p>
        {asked.error !== null && <Problem error={errorOf(asked.error)} />}
        {asked.data === undefined && asked.error === null && <p className="mute">{t('loading', { ns: 'app' })}</p>}
        {asked.data !== undefined && (
          <Radio.Group
            label={t('sign.which')}
            value={draft.key ?? (draft.signChosen ? '' : null)}
            onChange={(value) => change({ key: value === '' ? null : value, signChosen: true })}
          >
            <div className="choice-list">
              {asked.data.map((one) => (
                <Radio
                  key={one.name}
                  value={one.name}
                  disabled={!one.usable}
                  label={
                    <>
                      {one.name} {!one.usable && <Pill tone="warn">{t('sign.unusable', { status: one.status })}</Pill>}
                    </>
                  }
                  description={one.subject === one.name ? undefined : one.subject}
                />
              ))}
              <Radio value="" label={t('sign.none')} description={t('sign.noneHint')} />
            </div>
          </Radio.Group>
        )}
        {asked.data?.length === 0 && (
          <p className="actions after-choice">
            <Button component={Link} to="/keys" variant="default">
              {t('sign.make')}
            </Button>
            <span className="mute small">{t('wizard.remembered', { ns: 'app' })}</span>
          </p>
        )}
        {draft.key !== null && (
          <TextInput
            mt="sm"
            label={t('sign.timestamp')}
            description={t('sign.timestampHint')}
            placeholder="https://"
            value={draft.timestampUrl}
            spellCheck={false}
            error={
              draft.timestampUrl.trim() !== '' && !isTimestampUrl(draft.timestampUrl)
                ? t('sign.timestampWrong')
                : undefined
            }
            onChange={(event) => change({ timestampUrl: event.currentTarget.value })}
          />
        )}
      </Card>
      <Card title={t('sign.moreTitle')}>
        <Select
          maw="20rem"
          label={t('sign.compression')}
          description={t('sign.compressionHint')}
          value={draft.compression}
          allowDeselect={false}
          data={(['zstd', 'lz4', 'none'] as const).map((value) => ({ value, label: t(`sign.compressions.${value}`) }))}
          onChange={(value) => change({ compression: value === 'lz4' || value === 'none' ? value : 'zstd' })}
        />
      </Card>
    </>
  )
}
