import { Button, Tabs } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { Clock, PlanInput, SystemEntry } from '../../../contract/ipc/plan.ts'
import { saveText } from '../../files.ts'
import { Card, Problem } from '../../parts/basics.tsx'
import { CopyText } from '../../parts/copy-text.tsx'
import { Told } from '../../parts/told.tsx'
import { useCall } from '../../query.ts'
import { errorOf } from '../../state.ts'

/** The same job for machines where nobody is logged in: a YAML file, and what starts it there. */
export function FilesPanel({ plan, clock }: { plan: PlanInput; clock: Clock | null }) {
  const { t } = useTranslation('backups')
  const asked = useCall('plans.files', { plan, clock })
  if (asked.error !== null) return <Problem error={errorOf(asked.error)} />
  const files = asked.data
  if (files === undefined) return null
  return (
    <Card title={t('files.title')}>
      <p className="mute">{t('files.text')}</p>
      <Tabs defaultValue="yaml" keepMounted={false}>
        <Tabs.List aria-label={t('files.title')}>
          <Tabs.Tab value="yaml">{t('files.yaml')}</Tabs.Tab>
          {files.entries.map(({ format }) => (
            <Tabs.Tab key={format} value={format}>
              {t(`files.formats.${format}`)}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        <Tabs.Panel value="yaml">
          <CopyText label={t('files.yaml')} text={files.yaml} />
          <p className="actions">
            <Button variant="default" onClick={() => void saveText(`${plan.id}.yaml`, files.yaml)}>
              {t('files.download')}
            </Button>
          </p>
          <p className="small after-choice">{t('files.run')}</p>
          <CopyText label={t('files.run')} text={`coffer backup --config ${plan.id}.yaml`} />
          {files.variables.length > 0 && (
            <p className="small">
              {t('files.variables')}{' '}
              {files.variables.map((name) => (
                <code key={name}>{name} </code>
              ))}
            </p>
          )}
        </Tabs.Panel>
        {files.entries.map((entry) => (
          <Tabs.Panel key={entry.format} value={entry.format}>
            <Entry entry={entry} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Card>
  )
}

function Entry({ entry }: { entry: SystemEntry }) {
  const { t } = useTranslation('backups')
  if (entry.problem !== null)
    return (
      <p className="bad-text">
        <Told text={entry.problem} said={entry.said} />
      </p>
    )
  return (
    <>
      {entry.files.map((file) => (
        <div key={file.name} className="after-choice">
          <p className="small">
            <strong>{file.name}</strong> <span className="mute">→ {file.where}</span>
          </p>
          <CopyText label={file.name} text={file.content} />
          <Button variant="default" size="xs" onClick={() => void saveText(file.name, file.content)}>
            {t('files.save', { name: file.name })}
          </Button>
        </div>
      ))}
    </>
  )
}
